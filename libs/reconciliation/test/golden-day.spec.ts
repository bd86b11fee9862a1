import { eachTestHasAWorld, goldenDay, lpb01, type Golden, type World } from './world';
import type { ClosedOutcome } from '../src';

let world: World;
let golden: Golden;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  golden = await goldenDay();
  await world.addLegs(golden.legs);
});

const written = ({ bridge }: ClosedOutcome) =>
  bridge
    .map(({ sign, amount }) => `${sign} ${amount}`)
    .join(' ')
    .replace(/^\+ /, '');

test('the golden day closes with every outcome once and a bridge that ends in 0', async () => {
  await world.put(golden.name, golden.file);

  const outcome = await world.close('LPB01', '2026-07-14');

  expect(outcome.counts).toEqual(golden.expected.counts);
  expect(written(outcome)).toBe(golden.expected.bridge);
  expect(outcome.remainder).toBe('0');
  expect(outcome).toMatchObject({ run: 1, file: golden.name, reports: ['recap-1'] });
  expect(outcome.breaks.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
    { kind: 'amount', sub: 'SS', legReference: '2607140000001003', ourAmount: '98000', theirAmount: '98500' },
    {
      kind: 'duplicate',
      sub: 'double_post',
      legReference: '2607140000001002',
      ourAmount: '175500',
      theirAmount: '175500',
    },
    { kind: 'late', sub: null, legReference: '2607140000001007', ourAmount: '450000', theirAmount: null },
    {
      kind: 'only_ours',
      sub: null,
      legReference: '2607140000001005',
      ourAmount: '120000',
      theirAmount: null,
    },
    {
      kind: 'only_theirs',
      sub: null,
      legReference: '2607140000001099',
      ourAmount: null,
      theirAmount: '65000',
    },
    {
      kind: 'status',
      sub: 'US',
      legReference: '2607140000001004',
      ourAmount: '310000',
      theirAmount: '310000',
    },
  ]);
});

test('an altered trailer quarantines the file: nothing is staged and no total changes', async () => {
  await world.put(golden.name, golden.file.toString().replace('T|6|1074500', 'T|6|1074600'));

  const outcome = await world.run('LPB01', '2026-07-14');

  expect(outcome).toMatchObject({
    state: 'quarantined',
    gate: 'control_amount',
    file: golden.name,
    line: 8,
    stated: '1074600',
    computed: '1074500',
  });
  expect(await world.db.database.rows('SELECT 1 FROM recon_break UNION ALL SELECT 1 FROM recon_run')).toEqual(
    [],
  );
});

test('lines that are wrong in opposite directions are breaks although the totals agree', async () => {
  const sold = golden.legs.filter(({ state }) => state === 'S');
  const wrong: Record<string, bigint> = { '2607140000001001': 1_000n, '2607140000001002': -1_000n };
  const lines = sold.map(({ ref, amount }) => ({ ref, amount: BigInt(amount) + (wrong[ref] ?? 0n) }));
  await world.put(golden.name, lpb01('2026-07-14', '001', lines));

  const { breaks, bridge, remainder } = await world.close('LPB01', '2026-07-14');

  expect(bridge.at(0)?.amount).toBe(bridge.at(-1)?.amount);
  expect(remainder).toBe('0');
  expect(breaks.filter(({ kind }) => kind === 'amount').map(({ legReference }) => legReference)).toEqual([
    '2607140000001001',
    '2607140000001002',
  ]);
});
