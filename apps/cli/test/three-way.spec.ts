import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '#lib/platform';
import {
  checkBreakInvariants,
  checkReconciliationInvariants,
  daysForSettlement,
  listBreaks,
  proposeResolution,
  replayRun,
  runReconciliation,
  termsByFormats,
  workBreaks,
  type ReconOutcome,
} from '#lib/reconciliation';
import { threeWaysOf, threeWaysOfDays, type ThreeWay } from '#lib/reports';
import type { Payment } from '#lib/switching';
import { aBreakWorld, ANI, DAY, type BreakWorld } from '../../../libs/reconciliation/test/break-world';
import { dyingAfter, Killed } from '../../../libs/reconciliation/test/dying';
import { anOperatorOf } from '../../../test/support/operator';
import { aSwitch } from '../../../test/support/switch-world';

const DATA_KEY = randomBytes(32).toString('base64');
const CHANNEL = 'bank-nusa';

let world: BreakWorld;
beforeAll(async () => {
  world = await aBreakWorld(await aSwitch({ dataKey: DATA_KEY }));
  world.desk.termsOf = termsByFormats(world.tools.formats);
  mkdirSync(join(world.home, 'inbox', 'NUSA01'), { recursive: true });
});
afterAll(() => world.end());

/** Runs `simpul recon three-way` as an operator does. */
const threeWay = (...words: string[]) =>
  anOperatorOf({ url: world.switch.store.url, home: world.home, dataKey: DATA_KEY })(
    'recon',
    'three-way',
    ...words,
  );

/** Works the channel's day, by a process that may die. */
function workRecap(database: Database = world.switch.store.database): Promise<ReconOutcome> {
  const { clock, logger } = world.desk;
  return runReconciliation({
    ...world.tools,
    database,
    clock,
    logger,
    home: world.home,
    source: 'NUSA01',
    businessDate: DAY,
    writeRecap: async () => ['recap'],
    workBreaks: (runId) => workBreaks({ ...world.desk, database }, runId),
  });
}

/** Bank Nusa sells one electricity bill of Rp 150,000. */
async function sell(behaviour: 'approves' | 'declines' | 'pays and loses the answer' = 'approves') {
  Object.assign(world.switch.biller, { behaviour, adviceSays: 'unknown' });
  return world.switch.payOne({ channelId: CHANNEL });
}

interface Recap {
  ref: string;
  amount: bigint;
  status?: string;
}

const listed = ({ paymentId, offer }: Payment, status = 'SUKSES'): Recap => ({
  ref: paymentId,
  amount: offer.amount,
  status,
});

/** The channel pushes its recap of the day into our inbox. */
function push(seq: string, lines: readonly Recap[]): void {
  const day = DAY.replaceAll('-', '');
  const details = lines.map(
    ({ ref, amount, status = 'SUKSES' }, at) =>
      `D;${at + 1};${ref};N${ref};531100012345;${amount};2500;${status};${day}120000`,
  );
  const paid = lines.filter(({ status = 'SUKSES' }) => status === 'SUKSES');
  const total = paid.reduce((sum, { amount }) => sum + amount, 0n);
  const file = [`H;BANKNUSA;RECAP;${day};${seq}`, ...details, `T;${lines.length};${total}`, ''].join('\n');
  writeFileSync(join(world.home, 'inbox', 'NUSA01', `NUSA01_${day}_${seq}.txt`), file);
}

const brief = (views: readonly ThreeWay[]) =>
  views
    .map(
      ({ paymentId, verdict, channel, ours, biller }) =>
        `${paymentId ?? 'nobody'} ${channel.says} ${ours.says} ${biller.says} ${verdict}`,
    )
    .toSorted();

const ofDay = async (source: string) =>
  brief(await threeWaysOfDays(world.switch.store.database, { from: DAY, to: DAY, source, channel: null }));

const ofPayment = async ({ paymentId }: Payment) =>
  brief(await threeWaysOf(world.switch.store.database, [paymentId]));

const nusaBreaks = () =>
  listBreaks(world.switch.store.database, { source: 'NUSA01', rowsMax: 100 }).then((breaks) =>
    breaks.map(({ paymentId, kind, sub, state }) => [paymentId, kind, sub, state]),
  );

async function moneyMoves(): Promise<number> {
  const [row] = await world.switch.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM posting');
  return Number(row?.n);
}

/** What a killed process leaves: a lease that nobody renews any more. */
const leaseRunsOut = () =>
  world.switch.store.admin.run(
    "UPDATE recon_job SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL",
  );

test('a channel’s own file is matched once whenever its process is killed, moves no money, and is a side of the three', async () => {
  const { database } = world.switch.store;
  const agrees = await sell();
  const denied = await sell();
  const forgotten = await sell();
  const declined = await sell('declines');
  const open = await sell('pays and loses the answer');
  const lacking = await sell();
  const elsewhere = await world.pay();
  const stranger = 'T0TBR00615QG';
  const before = await moneyMoves();
  push('001', [
    listed(agrees),
    listed(denied, 'BATAL'),
    listed(declined),
    listed(open),
    listed(lacking),
    { ref: stranger, amount: 65_000n },
  ]);

  world.switch.clock.advance(26 * 3_600_000);
  let kills = 0;
  for (let steps = 2; ; steps += 3) {
    const { database: dying, isDead } = dyingAfter(database, steps);
    await workRecap(dying).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    if (!isDead()) break;
    kills += 1;
    await leaseRunsOut();
  }
  expect(kills).toBeGreaterThan(6);
  expect(await workRecap()).toMatchObject({ state: 'closed', run: 1, repeated: true });
  const found = await nusaBreaks();
  expect(found).toHaveLength(5);
  expect(found).toEqual(
    expect.arrayContaining([
      [denied.paymentId, 'status', 'SF', 'open'],
      [forgotten.paymentId, 'only_ours', null, 'open'],
      [declined.paymentId, 'status', 'FS', 'open'],
      [open.paymentId, 'status', 'US', 'open'],
      [null, 'only_theirs', null, 'open'],
    ]),
  );
  expect(await moneyMoves()).toBe(before);
  expect((await world.paymentOf(open)).state).toBe('SUSPECT');
  expect(await daysForSettlement.closedDays(database, 'NUSA01', '2026-01-01')).toEqual([]);

  const others = [agrees, denied, forgotten, declined, elsewhere].map((payment) => world.line(payment));
  await world.close('001', [...others, { ref: stranger, theirRef: 'EBX', amount: 65_000n }]);

  const ofNusa = [
    `${denied.paymentId} F S S no_receipt`,
    `${forgotten.paymentId} absent S S no_receipt`,
    `${declined.paymentId} S F S answer_lost`,
    `${open.paymentId} S U absent only_channel`,
    'nobody S absent S answer_lost',
  ];
  expect(await ofDay('NUSA01')).toEqual(ofNusa.toSorted());
  expect(await ofDay('LPB01')).toEqual(
    [...ofNusa.slice(2), `${lacking.paymentId} S S absent biller_lacks`].toSorted(),
  );
  expect(await ofPayment(agrees)).toEqual([`${agrees.paymentId} S S S agree`]);
  expect(await ofPayment(elsewhere)).toEqual([`${elsewhere.paymentId} none S S waits`]);

  const shown = await threeWay('NUSA01', DAY, '--json');
  expect([shown.code, brief((JSON.parse(shown.out) as { payments: ThreeWay[] }).payments)]).toEqual([
    1,
    ofNusa.toSorted(),
  ]);
  expect(await threeWay(agrees.paymentId, '--lang', 'en')).toMatchObject({
    code: 0,
    out: expect.stringContaining('all agree') as string,
  });
}, 240_000);

test('no journal follows from a channel’s break; its corrected file takes the place of the first, and the run can be made again', async () => {
  const { database } = world.switch.store;
  const [one] = await listBreaks(database, { source: 'NUSA01', kind: 'only_ours', rowsMax: 1 });
  const refused = await proposeResolution(world.desk, {
    breakId: one?.breakId ?? '',
    resolution: 'refund',
    by: ANI,
    reason: 'they do not list it',
  });
  expect(refused).toMatchObject({ ok: false, error: { kind: 'of a channel', channel: CHANNEL } });

  const rows = await database.rows<{ payment_id: string; amount: string }>(
    "SELECT payment_id, amount FROM payment WHERE channel_id = ? AND state = 'PAID'",
    [CHANNEL],
  );
  push(
    '002',
    rows.map(({ payment_id, amount }) => ({ ref: payment_id, amount: BigInt(amount) })),
  );

  expect(await workRecap()).toMatchObject({ state: 'closed', run: 2, supersedes: 1 });
  const open = (await nusaBreaks()).filter(([, , , state]) => state !== 'resolved');
  expect(open.map(([, kind]) => kind)).toEqual(['only_ours']);
  const runs = await database.rows<{ run_id: number }>(
    "SELECT run_id FROM recon_run WHERE source = 'NUSA01' ORDER BY run_id",
  );
  for (const { run_id } of runs)
    expect(
      await replayRun({
        statements: database,
        home: world.home,
        formats: world.tools.formats,
        runId: run_id,
      }),
    ).toMatchObject({ same: true });
  const verdicts = [...(await checkReconciliationInvariants(database)), await checkBreakInvariants(database)];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
}, 180_000);
