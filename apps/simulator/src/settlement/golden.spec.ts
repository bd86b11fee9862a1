import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { BILLERS } from '../billers/biller';
import type { Detail } from './detail';
import { fileNameOf, layoutOf } from './layouts';

const GOLDEN = resolve(__dirname, '../../../../fixtures/formats');
/** A card shows its first and last digits alone; everybody else says the whole number. */
const CUSTOMERS: Record<string, string> = { BKK01: '542640******0000' };

/** Two machines may pack the same bytes differently. */
function plain(content: Buffer): string {
  return (content[0] === 0x1f ? gunzipSync(content) : content).toString('latin1');
}

/** Three lines of a day: two paid, one given back. */
function detailsOf(source: string, prefix: string): Detail[] {
  const line = (number: number, amount: bigint, status: Detail['status']): Detail => ({
    ourReference: `P26G${source}${number}`,
    theirReference: `${prefix}2607140000000${number}`,
    customerNumber: CUSTOMERS[source] ?? '531100010000',
    amount,
    status,
    paidAt: `2026071408102${number}`,
  });
  return [line(1, 250_000n, '00'), line(2, 98_500n, '00'), line(3, 98_500n, 'RV')];
}

test.each(BILLERS.filter(({ id }) => id !== 'pln'))(
  'the file of $source is its golden sample, byte for byte',
  ({ source, referencePrefix }) => {
    const frame = {
      source,
      businessDate: '2026-07-14',
      createdAt: '20260714235000',
      sequence: 1,
      totalOffset: 0n,
    };
    const layout = layoutOf(source)!;
    const details = detailsOf(source, referencePrefix);
    const content = layout.bytes(layout.write(frame, details));
    const path = join(GOLDEN, source.toLowerCase(), fileNameOf(frame, layout));

    expect(plain(content)).toBe(plain(readFileSync(path)));
    const { companion } = layout;
    if (companion)
      expect(companion.text(frame, details, content)).toBe(
        readFileSync(`${path}${companion.ending}`, 'utf8'),
      );
  },
);
