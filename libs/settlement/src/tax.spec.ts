import fc from 'fast-check';
import { join } from 'node:path';
import { rupiah } from '#lib/kernel';
import { taxJournal, unitOfJournalWithoutDeposit } from '#lib/ledger';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { approvePphSlip, proposePphSlip, type PphSlip } from './pph-slips';
import { invoiceMonth, invoiceOf, readTaxRules, type TaxRule } from './tax';

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

const AUGUST = new Date('2026-08-01T03:00:00Z');

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
    await world.settled('LPB01', '2026-07-14');
    const tools = { ...world.tools, rules: RULES };
    expect(await invoiceMonth(tools, '2026-07', new Date('2026-07-31T16:59:59Z'))).toEqual({
      ok: false,
      error: { kind: 'month open', until: new Date('2026-07-31T17:00:00Z') },
    });
    for (let again = 1; again <= 2; again += 1)
      expect(await invoiceMonth(tools, '2026-07', AUGUST)).toMatchObject({
        ok: true,
        value: [{ channelId: 'ca017', fee: 700n, ppn: 77n, pph: 14n, cash: 763n }],
      });
    const slip = { slip: 'BP-1', channelId: 'ca017', amount: rupiah(14n), businessDate: '2026-08-10' };
    const proposed = await propose(slip);
    if (!proposed.ok) throw new Error(proposed.error.kind);
    const alone = { ...proposed.value, by: 'ani@simpul.example', at: AUGUST };
    expect(await approvePphSlip(tools, alone)).toMatchObject({
      error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
    });
    expect(await world.balance('own:pph-prepaid')).toBe(0n);
    expect(await approvePphSlip(tools, { ...alone, by: 'budi@simpul.example' })).toMatchObject({ ok: true });
    expect(await propose(slip)).toEqual({ ok: false, error: { kind: 'booked before' } });
    // Nobody withholds more than stands on its invoices.
    expect(await propose({ ...slip, slip: 'BP-0', amount: rupiah(1n) })).toEqual({
      ok: false,
      error: { kind: 'more than invoiced', channelId: 'ca017', left: 0n },
    });
    expect(await world.balance('own:ppn-out')).toBe(-77n);
    expect(await world.balance('own:pph-prepaid')).toBe(14n);
    expect(await world.balance('channel:ca017:receivable')).toBe(63n);
    await world.expectSound();
  });

  test('what is settled into a month after its invoice is invoiced by the next, whoever asks and however often', async () => {
    await world.sell({
      paymentId: 'T0TBR00000B1',
      amount: 90_000n,
      businessDate: '2026-07-15',
      taxes: ['ppn', 'pph'],
    });
    await world.closeRun('LPB01', '2026-07-15', { count: 1, amount: 90_000n });
    await world.settled('LPB01', '2026-07-15');
    const tools = { ...world.tools, rules: RULES };
    const at = new Date('2026-08-03T03:00:00Z');

    await Promise.all([1, 2, 3].map(() => invoiceMonth(tools, '2026-07', at)));

    expect(await invoiceMonth(tools, '2026-07', at)).toMatchObject({
      value: [
        { seq: 1, fee: 700n, ppn: 77n, pph: 14n, cash: 763n },
        { seq: 2, subjectId: 'TAX-2026-07.2-ca017', fee: 700n, ppn: 77n, pph: 14n, cash: 763n },
      ],
    });
    expect(await world.balance('own:ppn-out')).toBe(-154n);
    await world.expectSound();
  });

  test('an invoice whose subject another journal has is refused, not passed over', async () => {
    await world.sell({
      paymentId: 'T0TBR00000C1',
      amount: 90_000n,
      businessDate: '2026-07-16',
      taxes: ['ppn'],
    });
    await world.closeRun('LPB01', '2026-07-16', { count: 1, amount: 90_000n });
    await world.settled('LPB01', '2026-07-16');
    const subjectId = 'TAX-2026-07.3-ca017';
    const amounts = { payer: 'channel:ca017:receivable', ppn: rupiah(1n), pphWithheld: rupiah(0n) };
    const journal = taxJournal({ subjectId, businessDate: '2026-07-31', at: AUGUST }, amounts);
    await world.tools.writer.commit(unitOfJournalWithoutDeposit(journal));
    const tools = { ...world.tools, rules: RULES };

    expect(await invoiceMonth(tools, '2026-07', AUGUST)).toEqual({
      ok: false,
      error: { kind: 'subject used', subjectId },
    });
  });

  test('a slip that was booked otherwise, or of a channel that is none, is refused', async () => {
    const slip = { slip: 'BP-1', channelId: 'ca017', amount: rupiah(15n), businessDate: '2026-08-10' };

    expect(await propose(slip)).toEqual({ ok: false, error: { kind: 'slip used' } });
    expect(await propose({ ...slip, slip: 'BP-2', channelId: 'ca099' })).toEqual({
      ok: false,
      error: { kind: 'unknown channel', channelId: 'ca099' },
    });
  });

  test('of slips that together prove more than was invoiced, agreed to at one moment, no more are booked than it has room for', async () => {
    const owed = await world.balance('channel:ca017:receivable');
    const proposals = [];
    for (const number of ['BP-3', 'BP-4', 'BP-5', 'BP-6']) {
      const slip = { slip: number, channelId: 'ca017', amount: rupiah(7n), businessDate: '2026-08-10' };
      const proposed = await propose(slip);
      if (!proposed.ok) throw new Error(proposed.error.kind);
      proposals.push({ ...proposed.value, by: 'budi@simpul.example', at: AUGUST });
    }

    const done = await Promise.all(proposals.map((decision) => approvePphSlip(world.tools, decision)));

    expect(done.filter(({ ok }) => ok)).toHaveLength(2);
    for (const one of done.filter(({ ok }) => !ok))
      expect(one).toMatchObject({ error: { kind: 'more than invoiced', left: 0n } });
    expect(await world.balance('channel:ca017:receivable')).toBe(owed - 14n);
    await world.expectSound();
  });

  const propose = (slip: PphSlip) =>
    proposePphSlip(world.store.database, {
      ...slip,
      by: 'ani@simpul.example',
      reason: 'its slip lies in the folder of July',
      at: AUGUST,
    });
});

test('two channels of long names that begin alike are invoiced each for itself', async () => {
  const channels = ['a', 'b'].map((end) => `${'x'.repeat(34)}${end}`);
  const world = await aSettlementWorld({ channels });
  for (const [index, channelId] of channels.entries())
    await world.sell({ paymentId: `T0TBR00000D${index}`, channelId, amount: 90_000n, taxes: ['ppn'] });
  await world.closeRun('LPB01', '2026-07-14', { count: 2, amount: 180_000n });
  await world.settled('LPB01', '2026-07-14');

  const done = await invoiceMonth(
    { database: world.store.database, writer: world.tools.writer, rules: RULES },
    '2026-07',
    AUGUST,
  );

  expect(done).toMatchObject({ ok: true, value: [{ ppn: 77n }, { ppn: 77n }] });
  await world.expectSound();
  await world.store.drop();
});
