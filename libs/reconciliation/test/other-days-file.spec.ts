import { createHash } from 'node:crypto';
import { checkReconciliationInvariants, openAlerts } from '../src';
import { eachTestHasAWorld, type World } from './world';

const [FIRST, SECOND] = ['2026-07-14', '2026-07-15'];
const TITLES = 'paid_at,our_ref,their_ref,customer,amount,status\n';

let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  world.clock.advance(86_400_000);
  await world.addLegs([leg('P26GSMS011', FIRST), leg('P26GSMS021', SECOND)]);
});

function leg(ref: string, businessDate: string) {
  return {
    ref,
    amount: 250_000,
    state: 'S',
    at: `${businessDate} 08:10:21`,
    source: 'SMS01',
    businessDate,
  } as const;
}

/** A file of a source that states no date inside but in its rows. */
async function put(name: string, rows: readonly (readonly [at: string, ref: string])[]): Promise<void> {
  const text =
    TITLES + rows.map(([at, ref]) => `${at},${ref},SS${ref},531100010000,"250,000.00",00\n`).join('');
  await world.put(name, text);
  await world.put(`${name}.sha256`, `${createHash('sha256').update(text).digest('hex')}  ${name}\n`);
}

const OF_FIRST = [['14-07-2026 08:10:21', 'P26GSMS011']] as const;
const OF_SECOND = [['15-07-2026 08:10:21', 'P26GSMS021']] as const;

async function alerts(): Promise<string[]> {
  return (await openAlerts(world.db.database)).map(({ kind, businessDate }) => `${kind} ${businessDate}`);
}

async function isSound(): Promise<boolean> {
  return (await checkReconciliationInvariants(world.db.database)).every(({ ok }) => ok);
}

test('the bytes of a day that counts are refused under the name of another day, with an alert', async () => {
  await put('SMS01_20260714_001.csv', OF_FIRST);
  await world.close('SMS01', FIRST);
  await put('SMS01_20260715_001.csv', OF_FIRST);

  expect(await world.run('SMS01', SECOND)).toMatchObject({
    state: 'quarantined',
    gate: 'other_day',
    stated: FIRST,
    computed: SECOND,
    reason: expect.stringContaining('byte for byte it is the file of 2026-07-14'),
  });
  expect(await alerts()).toEqual([`quarantined ${SECOND}`]);
  expect(await isSound()).toBe(true);

  await put('SMS01_20260715_002.csv', OF_SECOND);
  expect(await world.close('SMS01', SECOND)).toMatchObject({
    run: 1,
    counts: { matched: 1, only_theirs: 0 },
  });
  expect(await alerts()).toEqual([]);
});

test('of two days that get one content at once, one has it', async () => {
  await put('SMS01_20260714_001.csv', OF_FIRST);
  await put('SMS01_20260715_001.csv', OF_FIRST);

  await Promise.allSettled([world.run('SMS01', FIRST), world.run('SMS01', SECOND)]);

  const runs = await world.db.database.rows('SELECT 1 FROM recon_run WHERE effective_date IS NOT NULL');
  expect(runs).toHaveLength(1);
  expect(await isSound()).toBe(true);
});

test('rows that were paid on another business date are told, and a day gets its file back once the other has its own', async () => {
  await put('SMS01_20260715_001.csv', OF_FIRST);
  expect(await world.close('SMS01', SECOND)).toMatchObject({ counts: { only_theirs: 1, only_ours: 1 } });
  expect(await alerts()).toEqual([`other_date ${SECOND}`]);
  const [told] = await openAlerts(world.db.database);
  expect(told?.reason).toMatch(
    /^1 lines that we do not know were paid on another business date than 2026-07-15 \(2026-07-14\)/,
  );

  await put('SMS01_20260715_002.csv', OF_SECOND);
  await world.close('SMS01', SECOND);
  expect(await alerts()).toEqual([]);
  await put('SMS01_20260714_001.csv', OF_FIRST);
  expect(await world.close('SMS01', FIRST)).toMatchObject({ run: 1, counts: { matched: 1 } });
  expect(await isSound()).toBe(true);
});

test('files without a line are alike on every day', async () => {
  await world.db.admin.run('DELETE FROM payment_leg');
  await put('SMS01_20260714_001.csv', []);
  await put('SMS01_20260715_001.csv', []);

  await world.close('SMS01', FIRST);
  await world.close('SMS01', SECOND);

  expect(await isSound()).toBe(true);
});
