import { z } from 'zod';
import { rupiah } from '#lib/kernel';
import { readConfigFile, type Statements } from '#lib/platform';
import type { MoneyWriter } from '#lib/ledger';
import { topUpFloat } from './bookings';

const Amount = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'whole rupiah as a string of digits');

/** The demo's grammar of prefunded billers: fixtures/demo/floats.yaml. */
const Seed = z.record(
  z.string(),
  z
    .strictObject({ opening: Amount, lowLevel: Amount, stopLevel: Amount })
    .refine(({ lowLevel, stopLevel }) => BigInt(lowLevel) >= BigInt(stopLevel), {
      path: ['lowLevel'],
      message: 'must not be below stopLevel',
    }),
);

/**
 * Writes which of the known billers are prefunded, and books each opening top-up once; run again, it brings the levels
 * back to the file.
 * @throws ConfigError naming file, line and key.
 */
export async function seedFloats(
  books: { writer: MoneyWriter; statements: Statements },
  file: string,
  billerIds: readonly string[],
  at: Date,
): Promise<string[]> {
  const known = Object.entries(readConfigFile(file, Seed)).filter(([billerId]) =>
    billerIds.includes(billerId),
  );
  for (const [billerId, { opening, lowLevel, stopLevel }] of known) {
    await books.statements.run(
      'INSERT INTO biller_float (biller_id, low_level, stop_level) VALUES (?, ?, ?) ' +
        'ON DUPLICATE KEY UPDATE low_level = VALUES(low_level), stop_level = VALUES(stop_level)',
      [billerId, BigInt(lowLevel), BigInt(stopLevel)],
    );
    const amount = rupiah(BigInt(opening));
    if (amount > 0n) await topUpFloat(books, { reference: `opening:${billerId}`, billerId, amount, at });
  }
  return known.map(([billerId]) => billerId);
}
