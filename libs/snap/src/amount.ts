import { fail, ok, rupiah, type Result, type Rupiah } from '#lib/kernel';

/** An amount as SNAP writes it. */
export interface Amount {
  value: string;
  currency: string;
}

/** S(16,2): sixteen characters, two of them behind the point. No leading zero, so that each amount has one spelling. */
const VALUE = /^(0|[1-9]\d{0,12})\.(\d{2})$/;

/** Writes whole rupiah: `{"value":"152500.00","currency":"IDR"}`. */
export function snapAmount(amount: Rupiah): Amount {
  return { value: `${amount}.00`, currency: 'IDR' };
}

/**
 * Reads an amount exactly: no float, no rounding.
 * @returns why it is none: another currency, another form, or sen, which we would lose.
 */
export function readAmount(value: string, currency: string): Result<Rupiah, string> {
  if (currency !== 'IDR') return fail('the currency must be IDR');
  const parts = VALUE.exec(value);
  if (!parts) return fail('must be digits with two decimals, such as 152500.00');
  if (parts[2] !== '00') return fail('must be whole rupiah');
  return ok(rupiah(BigInt(parts[1] ?? '0')));
}
