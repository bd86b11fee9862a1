declare const whole: unique symbol;

/** Whole rupiah. A bigint, so that no float can touch money; branded, so that no count can pass for it. */
export type Rupiah = bigint & { readonly [whole]: 'rupiah' };

/** The largest amount we accept: what a signed BIGINT column holds. */
const MAX = 9_223_372_036_854_775_807n;

/**
 * Marks a bigint as whole rupiah.
 * @throws RangeError when it does not fit the BIGINT column that will keep it.
 */
export function rupiah(value: bigint): Rupiah {
  if (value > MAX || value < -MAX) throw new RangeError(`${value} rupiah do not fit the ledger`);
  return value as Rupiah;
}

export const ZERO = rupiah(0n);

/**
 * Reads an amount as the H2H API writes it: digits only, no sign, no separators, no leading zeros.
 * @throws RangeError when the text is anything else.
 */
export function rupiahFromText(text: string): Rupiah {
  if (!/^(0|[1-9]\d{0,17})$/.test(text)) throw new RangeError(`"${text}" is not an amount in whole rupiah`);
  return rupiah(BigInt(text));
}

/** Adds amounts. */
export function sum(amounts: Iterable<Rupiah>): Rupiah {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return rupiah(total);
}

/** Writes an amount as people in Indonesia read it, for example `Rp 152.500`. */
export function formatRupiah(amount: Rupiah): string {
  const digits = (amount < 0n ? -amount : amount).toString();
  let grouped = digits.slice(-3);
  for (let end = digits.length - 3; end > 0; end -= 3)
    grouped = `${digits.slice(Math.max(0, end - 3), end)}.${grouped}`;
  return `${amount < 0n ? '-' : ''}Rp ${grouped}`;
}
