import fc from 'fast-check';

import { ELECTRICITY, type Tariffs, WATER } from './tariffs';
import { tokenPurchaseOf } from './token';
import { classOf, meteredBills } from './trades/metered';
import type { About, Bill } from './trades/trade';

const tariffs = fc.constantFrom(ELECTRICITY, WATER);
const customerNumber = fc.stringMatching(/^\d{8}00(0[2-9]|1[0-2])$/);
const instant = fc.date({ min: new Date('2025-01-01'), max: new Date('2035-12-31'), noInvalidDate: true });

function billsOf(whose: Tariffs, number: string, now: Date): Bill[] {
  const about: About = {
    seed: `somewhere|${number}`,
    word: 'any',
    customerNumber: number,
    now,
    months: undefined,
    year: undefined,
  };
  return meteredBills(whose, about);
}

test('every bill is a plausible one, and its meter starts where the month before ended', () => {
  fc.assert(
    fc.property(tariffs, customerNumber, instant, (whose, number, now) => {
      const bills = billsOf(whose, number, now);
      expect(bills).toHaveLength(Number(number.slice(-4)));
      bills.forEach((bill, index) => {
        expect(bill.amount).toBeGreaterThanOrEqual(50_000n);
        expect(bill.amount).toBeLessThanOrEqual(450_000n);
        expect(Number(bill.details.meterFrom)).toBeLessThan(Number(bill.details.meterTo));
        const next = bills[index + 1];
        if (!next) return expect(bill.penalty).toBe(0n);
        expect(next.details.meterFrom).toBe(bill.details.meterTo);
        expect(bill.penalty).toBeGreaterThan(0n);
      });
    }),
  );
});

test('the month changes at midnight in Jakarta', () => {
  const lastOf = (at: string) => billsOf(ELECTRICITY, '531100010000', new Date(at)).at(-1)?.period;

  expect(lastOf('2026-07-31T23:59:59.999+07:00')).toBe('202607');
  expect(lastOf('2026-08-01T00:00:00+07:00')).toBe('202608');
});

test('the parts of a token purchase add up to what was paid, whatever it was', () => {
  const amount = fc.bigInt({ min: 5_000n, max: 50_000_000n });
  fc.assert(
    fc.property(customerNumber, fc.uuid(), amount, (number, reference, paid) => {
      const { token, stampDuty, ppn, ppj, instalment, tokenAmount } = tokenPurchaseOf(
        `pln|${number}`,
        classOf(ELECTRICITY, `pln|${number}`),
        reference,
        paid,
      );
      expect(stampDuty + ppn + ppj + instalment + tokenAmount).toBe(paid);
      expect(tokenAmount).toBeGreaterThan(0n);
      expect(token).toMatch(/^\d{20}$/);
    }),
  );
});
