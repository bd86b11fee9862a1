import { fail, ok, type Result } from '#lib/kernel';

const SERVICE_ID_LENGTH = 8;

/** The three numbers that name a virtual account, exactly as they came: an answer repeats them so. */
export interface VirtualAccountIdentity {
  partnerServiceId: string;
  customerNo: string;
  virtualAccountNo: string;
}

/**
 * Writes a company code as a partnerServiceId: eight characters, padded on the left with spaces.
 * @throws RangeError when the code is longer.
 * @see SNAP, virtual account, partnerServiceId.
 */
export function padServiceId(companyCode: string): string {
  if (companyCode.length > SERVICE_ID_LENGTH)
    throw new RangeError(`"${companyCode}" is longer than ${SERVICE_ID_LENGTH} characters`);
  return companyCode.padStart(SERVICE_ID_LENGTH, ' ');
}

/** The identity of a customer's account under a company code, as we write it. */
export function identityOf(companyCode: string, customerNo: string): VirtualAccountIdentity {
  const partnerServiceId = padServiceId(companyCode);
  return { partnerServiceId, customerNo, virtualAccountNo: partnerServiceId + customerNo };
}

/** A company code with its padding taken off. */
export function trimmed(serviceId: string, padding: string): string {
  let from = 0;
  while (serviceId[from] === padding) from += 1;
  return serviceId.slice(from);
}

/**
 * Takes an identity apart: which company code, which customer. Padding is not compared, since partners lose it on the
 * way; what remains must agree.
 * @param padding the character the partner pads with: a space by the standard, "0" at some banks.
 * @returns the number to blame where the three do not belong together.
 */
export function readIdentity(
  { partnerServiceId, customerNo, virtualAccountNo }: VirtualAccountIdentity,
  padding: string,
): Result<{ companyCode: string; customerNo: string }, keyof VirtualAccountIdentity> {
  const companyCode = trimmed(partnerServiceId, padding);
  if (!/^[0-9A-Za-z]+$/.test(companyCode)) return fail('partnerServiceId');
  if (!/^\d+$/.test(customerNo)) return fail('customerNo');
  return trimmed(virtualAccountNo, padding) === companyCode + customerNo
    ? ok({ companyCode, customerNo })
    : fail('virtualAccountNo');
}
