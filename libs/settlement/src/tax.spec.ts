import fc from 'fast-check';
import { join } from 'node:path';
import { rupiah } from '#lib/kernel';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { settleDay } from './settle-day';
import { bookPphSlip, invoiceMonth, invoiceOf, readTaxRules, type TaxRule } from './tax';

const RULES = readTaxRules(join(__dirname, '..', '..', '..', 'config', 'tax.yaml'));
const RULE = RULES.ruleOn('2026-07-01') as TaxRule;

test('the worked example: a fee of 40 million bears 4.400.000 PPN, 800.000 are withheld, 43.600.000 are paid', () => {
  expect(invoiceOf(rupiah(40_000_000n), RULE, false)).toEqual({
    fee: 40_000_000n,
    feeWithoutPpn: 40_000_000n,
    ppn: 4_400_000n,
    pph: 800_000n,
    cash: 43_600_000n,
  });
});

test('a fee with PPN inside is split 100/111', () => {
  expect(invoiceOf(rupiah(111_000n), RULE, true)).toMatchObject({ feeWithoutPpn: 100_000n, ppn: 11_000n });
});

test('whatever the fee, no rupiah of it is lost by rounding', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 13n }), fc.boolean(), (fee, isInclusive) => {
      const { feeWithoutPpn, ppn, pph, cash } = invoiceOf(rupiah(fee), RULE, isInclusive);
      expect(cash).toBe(feeWithoutPpn + ppn - pph);
      if (isInclusive) expect(feeWithoutPpn + ppn).toBe(fee);
      const exact = feeWithoutPpn * 11n;
      expect((ppn * 100n - exact) ** 2n <= 100n ** 2n).toBe(true);
    }),
  );
});

test('the rates of a date are those that held on it', () => {
  expect(RULES.ruleOn('2024-12-31')).toMatchObject({ ppnRatePercent: 11n });
  expect(RULES.ruleOn('2020-01-01')).toBeUndefined();
});

describe('a month', () => {
  let world: SettlementWorld;
  beforeAll(async () => {
    world = await aSettlementWorld();
  });
  afterAll(() => world.store.drop());

  test('is invoiced once, and the PPh is prepaid when its slip is there', async () => {
    await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n, taxes: ['ppn', 'pph'] });
    await world.sell({ paymentId: 'T0TBR00000A2', amount: 100_000n });
    await world.closeRun('LPB01', '2026-07-14', { count: 2, amount: 350_000n });
    await settleDay(world.tools, 'LPB01', '2026-07-14');
    const tools = { database: world.store.database, writer: world.tools.writer, rules: RULES };
    for (let again = 1; again <= 2; again += 1)
      expect(await invoiceMonth(tools, '2026-07', world.clock.now())).toMatchObject({
        ok: true,
        value: [{ channelId: 'ca017', fee: 700n, ppn: 77n, pph: 14n, cash: 763n }],
      });
    const slip = { slip: 'BP-1', channelId: 'ca017', amount: rupiah(14n), businessDate: '2026-08-10' };
    for (let again = 1; again <= 2; again += 1)
      expect(await bookPphSlip(tools, { ...slip, at: world.clock.now() })).toBe(true);
    expect(await world.balance('own:ppn-out')).toBe(-77n);
    expect(await world.balance('own:pph-prepaid')).toBe(14n);
    expect(await world.balance('channel:ca017:receivable')).toBe(63n);
    await world.expectSound();
  });
});
