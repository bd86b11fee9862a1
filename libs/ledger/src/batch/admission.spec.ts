import fc from 'fast-check';
import { rupiah } from '#lib/kernel';
import { captureJournal, holdJournal, voidJournal, type PaymentMoney } from '../journals';
import type { UnitOfWork } from '../money-writer';
import { admit, type DepositState } from './admission';

const AT = new Date('2026-07-14T05:00:00Z');

/** A command as a caller sends it; payments repeat, so that keys are claimed twice. */
interface Command {
  kind: 'hold' | 'capture' | 'void';
  payment: number;
  channel: number;
  charge: number;
}

const aCommand = fc.record<Command>({
  kind: fc.constantFrom('hold', 'hold', 'capture', 'void'),
  payment: fc.integer({ min: 0, max: 12 }),
  channel: fc.integer({ min: 0, max: 2 }),
  charge: fc.integer({ min: 1, max: 60 }),
});

function unitOf({ kind, payment, channel, charge }: Command): UnitOfWork {
  const money: PaymentMoney = {
    paymentId: `P${payment}`,
    channelId: `c${channel}`,
    billerId: 'pln',
    reference: 'r',
    businessDate: '2026-07-14',
    amount: rupiah(BigInt(charge)),
    adminFee: rupiah(0n),
    billerFee: rupiah(0n),
    commission: rupiah(0n),
    charge: rupiah(BigInt(charge)),
    drawsFloat: false,
  };
  const journal = { hold: holdJournal, capture: captureJournal, void: voidJournal }[kind](money, AT);
  return {
    journal,
    claims: [{ key: 'PRIMARY', value: `${journal.subjectId} ${kind}` }],
    inserts: () => [],
    updates: () => [],
    witness: { table: 'journal', values: {} },
  };
}

function openingDeposits(): Map<string, DepositState> {
  return new Map(
    ['c0', 'c1', 'c2'].map((id, n) => [id, { posted: 100n, held: 0n, limit: BigInt(n * 10), seq: 0n }]),
  );
}

/** One by one in arrival order, written for this test alone: a set of taken keys and three balances. */
function oneByOne(commands: readonly Command[]) {
  const free = [100, 110, 120];
  const taken = new Set<string>();
  const results = commands.map(({ kind, payment, channel, charge }) => {
    const key = `P${payment} ${kind}`;
    if (taken.has(key)) return 'clash';
    const left = (free[channel] ?? 0) - (kind === 'hold' ? charge : 0);
    if (kind === 'hold' && left < 0) return 'insufficient';
    free[channel] = kind === 'void' ? left + charge : left;
    taken.add(key);
    return 'committed';
  });
  return { results, free };
}

/** Cut into batches; keys of earlier batches are the unique keys of the tables, found by halving as the writer does. */
function inBatches(commands: readonly Command[], cuts: readonly number[]) {
  const deposits = openingDeposits();
  const taken = new Set<string>();
  const results: string[] = [];
  const commitTogether = (units: UnitOfWork[]): void => {
    const trial = new Map(deposits);
    const { accepted, refused } = admit(units, trial);
    const clashes = accepted.some(({ unit }) => unit.claims.some(({ value }) => taken.has(value)));
    if (clashes && units.length > 1) {
      const middle = Math.ceil(units.length / 2);
      commitTogether(units.slice(0, middle));
      commitTogether(units.slice(middle));
      return;
    }
    for (const index of units.keys())
      results.push(clashes ? 'clash' : (refused.get(index)?.kind ?? 'committed'));
    if (clashes) return;
    for (const [id, state] of trial) deposits.set(id, state);
    for (const { unit } of accepted) for (const { value } of unit.claims) taken.add(value);
  };
  let rest = commands.map(unitOf);
  for (let at = 0; rest.length > 0; at += 1) {
    const size = cuts[at % cuts.length] ?? 1;
    commitTogether(rest.slice(0, size));
    rest = rest.slice(size);
  }
  const free = [...deposits.values()].map(({ posted, held, limit }) => Number(posted - held + limit));
  return { results, free };
}

test('any list of commands cut into any batches ends as one by one in the order they came', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(aCommand, { maxLength: 60 }), cuts, (commands, sizes) => {
      const [together, alone] = [inBatches(commands, sizes), oneByOne(commands)];
      // A repeated key on an empty deposit is refused either way; which of the two is said first may differ.
      const accepted = ({ results }: { results: string[] }) => results.map((kind) => kind === 'committed');
      expect(accepted(together)).toEqual(accepted(alone));
      expect(together.free).toEqual(alone.free);
    }),
    { numRuns: Number(process.env['SIMPUL_PROPERTY_RUNS'] ?? 3_000) },
  );
});

test('with cover for one of two, a batch admits one', () => {
  const command: Command = { kind: 'hold', payment: 1, channel: 0, charge: 60 };
  const { accepted, refused } = admit(
    [unitOf(command), unitOf({ ...command, payment: 2 })],
    openingDeposits(),
  );
  expect(accepted.map(({ index }) => index)).toEqual([0]);
  expect(refused.get(1)).toEqual({ kind: 'insufficient', available: 40n });
});

test('a refused unit claims nothing: the next one with its key may be taken', () => {
  const dear: Command = { kind: 'hold', payment: 1, channel: 0, charge: 101 };
  const { accepted } = admit([unitOf(dear), unitOf({ ...dear, charge: 10 })], openingDeposits());
  expect(accepted.map(({ index }) => index)).toEqual([1]);
});

test('each member sees the deposit as the ones before it leave it', () => {
  const first: Command = { kind: 'hold', payment: 1, channel: 0, charge: 10 };
  const { accepted } = admit([unitOf(first), unitOf({ ...first, payment: 2, charge: 5 })], openingDeposits());
  expect(accepted.map(({ after, seq }) => [after?.held, seq])).toEqual([
    [10n, 1n],
    [15n, 2n],
  ]);
});
