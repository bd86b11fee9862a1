import { padServiceId, type VirtualAccountIdentity } from '#lib/snap';
import { filler, type Variables } from '../text-template';
import { UnfilledTemplate } from '../unfilled-template';
import type { SnapBillerSpec } from './spec';

/** The three numbers of a customer's virtual account, by the rules of a biller's file. */
export type AccountNumbering = (variables: Variables) => Variables & VirtualAccountIdentity;

/** What the standard has room for. @see SNAP, virtual account, customerNo. */
const CUSTOMER_NO_MAX = 20;

/** Makes a biller's rule ready. The numbering throws UnfilledTemplate for what is no account. */
export function accountNumbering(rule: SnapBillerSpec['virtualAccount']): AccountNumbering {
  const fill = filler(rule.customerNo);
  const partnerServiceId = padded(rule);
  return (variables) => {
    const customerNo = fill(variables) ?? '';
    if (!/^\d+$/.test(customerNo) || customerNo.length > CUSTOMER_NO_MAX)
      throw new UnfilledTemplate(`the customer number makes no account of at most ${CUSTOMER_NO_MAX} digits`);
    return { partnerServiceId, customerNo, virtualAccountNo: partnerServiceId + customerNo };
  };
}

function padded({ companyCode, padding }: SnapBillerSpec['virtualAccount']): string {
  switch (padding) {
    case 'blanks':
      return padServiceId(companyCode);
    case 'zeros':
      return padServiceId(companyCode).replaceAll(' ', '0');
    case 'none':
      return companyCode;
  }
}
