/** How a source writes rupiah. */
export interface AmountDialect {
  /** Decimals of every amount; without `decimal` they are implied, as the last digits. */
  scale: number;
  /** Between groups of three digits, or none. */
  thousands: string | undefined;
  /** Before the decimals, or none. */
  decimal: string | undefined;
}

/** Why an amount cannot be read. */
export type AmountFault = 'not an amount' | 'loses decimals';

/** So many digits fit a BIGINT with room to add up a day. */
const DIGITS_MAX = 18;

/** Whole rupiah as plain digits. */
export const WHOLE_RUPIAH: AmountDialect = { scale: 0, thousands: undefined, decimal: undefined };

/**
 * Compiles a reader of amounts.
 * @param isShortAllowed whether decimals may be left out, as SWIFT does after its comma.
 * @returns a function that gives whole rupiah, or what is wrong. Sen that are not zero are a fault: dropping them
 *   would lose money silently. A sign is one too: what direction money took stands elsewhere.
 */
export function amountReader(
  { scale, thousands, decimal }: AmountDialect,
  isShortAllowed = false,
): (text: string) => bigint | AmountFault {
  const sen = `(\\d{${isShortAllowed ? 0 : scale},${scale}})`;
  const whole = thousands === undefined ? '(\\d+)' : `(\\d+|\\d{1,3}(?:${escaped(thousands)}\\d{3})+)`;
  const pattern = new RegExp(
    decimal === undefined ? `^(\\d+)${sen}$` : `^${whole}${escaped(decimal)}${sen}$`,
  );
  const plain = new RegExp(`^${whole}$`);
  const groups = thousands === undefined ? undefined : new RegExp(escaped(thousands), 'g');
  return (text) => {
    const match = scale === 0 ? plain.exec(text) : pattern.exec(text);
    if (!match) return 'not an amount';
    const digits = groups ? (match[1] ?? '').replace(groups, '') : (match[1] ?? '');
    if (digits.length > DIGITS_MAX) return 'not an amount';
    return /[1-9]/.test(match[2] ?? '') ? 'loses decimals' : BigInt(digits);
  };
}

/** Writes whole rupiah as the dialect does. */
export function writeAmount({ scale, thousands, decimal }: AmountDialect, amount: bigint): string {
  const digits = amount.toString();
  const whole = thousands === undefined ? digits : digits.replace(/\B(?=(\d{3})+$)/g, thousands);
  return scale === 0 ? whole : `${whole}${decimal ?? ''}${'0'.repeat(scale)}`;
}

/** What an amount of this dialect looks like, for messages. */
export function amountExample(dialect: AmountDialect): string {
  return dialect.scale === 0 && dialect.thousands === undefined
    ? `1 to ${DIGITS_MAX} digits`
    : `an amount such as ${writeAmount(dialect, 1_250_000n)} (${dialect.scale} decimals)`;
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, '\\$&');
}
