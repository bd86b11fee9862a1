import { rupiah, type Rupiah } from '#lib/kernel';
import type { Iso8583Profile } from './profile';

type AmountForm = Iso8583Profile['amount'];

const RUPIAH_CODE = '360';

/**
 * Reads an amount as a profile writes it.
 * @returns undefined for anything that is not exactly whole rupiah: decimals that are not zero, another currency.
 * @see ISO 8583:1987 DE 4; ISO 4217 gives the rupiah two decimals, which nobody can pay.
 */
export function readAmount(text: string, form: AmountForm): Rupiah | undefined {
  const isCurrency = form.form === 'currency';
  if (isCurrency && !text.startsWith(RUPIAH_CODE)) return undefined;
  const digits = isCurrency ? text.slice(RUPIAH_CODE.length + 1) : text;
  const decimals = isCurrency ? Number(text[RUPIAH_CODE.length]) : form.decimals;
  if (!/^\d{4,17}$/.test(digits) || !Number.isInteger(decimals) || decimals >= digits.length)
    return undefined;
  const whole = digits.slice(0, digits.length - decimals);
  return /^0*$/.test(digits.slice(whole.length)) ? rupiah(BigInt(whole)) : undefined;
}

/**
 * Writes an amount as a profile has it.
 * @param width of the field.
 * @returns undefined where it has no room.
 */
export function writeAmount(amount: Rupiah, form: AmountForm, width: number): string | undefined {
  const text =
    form.form === 'currency'
      ? `${RUPIAH_CODE}0${amount.toString().padStart(width - RUPIAH_CODE.length - 1, '0')}`
      : (amount.toString() + '0'.repeat(form.decimals)).padStart(width, '0');
  return text.length > width ? undefined : text;
}
