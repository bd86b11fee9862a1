import { checkReconciliationInvariants } from '../src';
import { aSale, eachTestHasAWorld, lpb01, type World } from './world';

let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  world.clock.advance(10 * 86_400_000);
});

const LATE = {
  ref: 'R1',
  amount: 450_000,
  state: 'S',
  at: '2026-07-14 23:41:09',
  businessDate: '2026-07-14',
} as const;
const LINE = { ref: 'R1', amount: 450_000, at: '2026-07-14 23:41:12' };

const put = (businessDate: string, seq: string, lines: Parameters<typeof lpb01>[2] = []) =>
  world.put(`LPB01_${businessDate.replaceAll('-', '')}_${seq}.txt`, lpb01(businessDate, seq, lines));

const failing = async () =>
  (await checkReconciliationInvariants(world.db.database)).flatMap(
    ({ firstCounterExample }) => firstCounterExample ?? [],
  );

const written = (bridge: { sign: string; amount: string }[]) =>
  bridge.map(({ sign, amount }) => `${sign}${amount}`).join(' ');

test("a sale after the cut-off is late, and matches in the next day's file as a carry item", async () => {
  await world.addLegs([LATE]);
  await put('2026-07-14', '001');
  await put('2026-07-15', '001', [LINE]);

  const first = await world.close('LPB01', '2026-07-14');
  const second = await world.close('LPB01', '2026-07-15');

  expect(first.counts).toMatchObject({ late: 1, matched: 0 });
  expect(written(first.bridge)).toBe('+450000 +0 -450000 -0 +0 +0 -0 +0 +0 =0');
  expect(second.counts).toMatchObject({ late: 0, matched: 1 });
  expect(written(second.bridge)).toBe('+0 +450000 -0 -0 +0 +0 -0 +0 +0 =450000');
  expect(await failing()).toEqual([]);
});

test('a carry item that no file lists stays late until its days are over, then is only ours', async () => {
  await world.addLegs([LATE]);
  const kinds: string[] = [];
  for (const date of ['2026-07-14', '2026-07-15', '2026-07-16', '2026-07-17']) {
    await put(date, '001');
    const { breaks, remainder } = await world.close('LPB01', date);
    kinds.push(breaks.map(({ kind, legReference }) => `${kind} ${legReference}`).join());
    expect(remainder).toBe('0');
  }

  expect(kinds).toEqual(['late R1', 'late R1', 'only_ours R1', '']);
  expect(await failing()).toEqual([]);
});

test('a suspect that turned out not paid closes its carry item without a break', async () => {
  await world.addLegs([{ ...LATE, state: 'U' }]);
  await put('2026-07-14', '001');
  await put('2026-07-15', '001');
  await world.close('LPB01', '2026-07-14');
  await world.db.database.run("UPDATE payment_leg SET state = 'DECLINED'");

  const { counts, breaks } = await world.close('LPB01', '2026-07-15');

  expect(breaks).toEqual([]);
  expect(counts.agreed_failed).toBe(1);
});

test('a missing day in between loses no carry item', async () => {
  await world.addLegs([LATE]);
  await put('2026-07-14', '001');
  await put('2026-07-16', '001', [LINE]);
  await world.close('LPB01', '2026-07-14');

  expect((await world.close('LPB01', '2026-07-16')).counts).toMatchObject({ matched: 1, only_theirs: 0 });
});

test('a day closed out of its turn is told of by the checks, and taken right by running it again', async () => {
  await world.addLegs([LATE]);
  await put('2026-07-14', '001');
  await put('2026-07-15', '001', [LINE]);

  const early = await world.close('LPB01', '2026-07-15');
  await world.close('LPB01', '2026-07-14');
  expect(early.counts).toMatchObject({ only_theirs: 1 });
  expect(await failing()).toEqual([
    'LPB01 2026-07-15 run 1: R1 is carried out of an earlier day and not into this one, or the reverse; run this day again',
  ]);

  const again = await world.close('LPB01', '2026-07-15');
  expect(again).toMatchObject({ run: 2, supersedes: 1, counts: { matched: 1, only_theirs: 0 } });
  expect(await failing()).toEqual([]);
  expect(await world.close('LPB01', '2026-07-15')).toMatchObject({ run: 2, repeated: true });
});

test('a corrected file that lists a late sale after all takes it out of the next day', async () => {
  await world.addLegs([LATE]);
  await put('2026-07-14', '001');
  await put('2026-07-15', '001');
  await world.close('LPB01', '2026-07-14');
  expect((await world.close('LPB01', '2026-07-15')).counts.late).toBe(1);
  await put('2026-07-14', '002', [LINE]);

  expect((await world.close('LPB01', '2026-07-14')).counts).toMatchObject({ matched: 1, late: 0 });
  expect((await world.close('LPB01', '2026-07-15')).counts).toMatchObject({ late: 0, only_ours: 0 });
  expect(await failing()).toEqual([]);
});

test('two rows of ours with one reference stop the run, of one day or by what an earlier day hands on', async () => {
  await world.addLegs([aSale('2026-07-14', 'R1'), aSale('2026-07-14', 'R2')]);
  const { admin, database } = world.db;
  const sameReference =
    "UPDATE payment_leg SET biller_id = 'another', leg_reference = 'R1' WHERE leg_reference = ?";
  await admin.run(sameReference, ['R2']);
  await put('2026-07-14', '001');
  await expect(world.run('LPB01', '2026-07-14')).rejects.toThrow(
    'two rows of ours have the leg reference R1',
  );
  expect(await database.rows('SELECT 1 FROM recon_run WHERE effective_date IS NOT NULL')).toEqual([]);

  await admin.run("DELETE FROM payment_leg WHERE biller_id = 'another'");
  await admin.run("UPDATE payment_leg SET sent_at = '2026-07-14 16:45:00'");
  expect((await world.close('LPB01', '2026-07-14')).counts.late).toBe(1);
  await world.addLegs([aSale('2026-07-15', 'R3')]);
  await admin.run(sameReference, ['R3']);
  await world.putSales('2026-07-15', ['R1']);
  await expect(world.run('LPB01', '2026-07-15')).rejects.toThrow(
    'two rows of ours have the leg reference R1',
  );
});
