import { z } from 'zod';

/**
 * How a biller writes amounts: whole rupiah as digits in a text or as a JSON number, hundredths of a rupiah ("sen") in
 * either, or a text with two decimals such as `176000.00`.
 */
export const Money = z.enum(['string', 'number', 'sen-string', 'sen-number', 'decimal-string']);
export type Money = z.infer<typeof Money>;

/** @returns undefined where a JSON number would round the amount. */
export function writeAmount(amount: bigint, money: Money): string | number | undefined {
  const units = money.startsWith('sen') ? amount * 100n : amount;
  if (money === 'decimal-string') return `${units}.00`;
  if (money.endsWith('string')) return units.toString();
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(units);
}

/** @returns undefined for what is no amount in whole rupiah, written so. */
export function readAmount(value: unknown, money: Money): bigint | undefined {
  switch (money) {
    case 'string':
      return typeof value === 'string' && /^\d{1,15}$/.test(value) ? BigInt(value) : undefined;
    case 'number':
      return isAmount(value) ? BigInt(value) : undefined;
    case 'sen-string':
      return typeof value === 'string' && /^(0|\d{1,15}00)$/.test(value) ? BigInt(value) / 100n : undefined;
    case 'sen-number':
      return isAmount(value) && value % 100 === 0 ? BigInt(value) / 100n : undefined;
    case 'decimal-string':
      return typeof value === 'string' && /^\d{1,15}\.00$/.test(value)
        ? BigInt(value.slice(0, -3))
        : undefined;
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
