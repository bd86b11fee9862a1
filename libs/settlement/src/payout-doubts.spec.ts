import { setTimeout } from 'node:timers/promises';
import { bookJournal, unitOfJournalWithoutDeposit } from '#lib/ledger';
import { rupiah } from '#lib/kernel';
import {
  eachTestHasASettlementWorld,
  type EndedBreak,
  type SettlementWorld,
} from '../../../test/support/settlement-world';
import { doubtsBehind, type DoubtTools } from './payout-doubts';
import { approvePayout, proposePayout } from './payout-approval';
import { tellPayout } from './payout-told';
import { findPayout, payoutHistory } from './payouts';

const DAY = '2026-07-14';
const NEXT = '2026-07-15';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];
const [A1, A2] = ['T0TBR00000A1', 'T0TBR00000A2'];

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});

/** Two sales, one of which the biller's file does not list; that ends with what the biller is not paid, booked. */
async function endByWriteOff(amount = 65_000n): Promise<EndedBreak> {
  await world.sell({ paymentId: A1, amount: 250_000n });
  await world.sell({ paymentId: A2, amount: 65_000n });
  const missing = { kind: 'only_ours', paymentId: A2, ours: 65_000n };
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n }, [missing]);
  const ended = await world.endBreak('only_ours', A2, 'write_off');
  const journal = bookJournal({
    subjectId: ended.subjectId,
    kind: 'write_off',
    businessDate: NEXT,
    postings: [
      { accountId: 'biller:LPB01:clearing', amount: rupiah(amount) },
      { accountId: 'own:loss', amount: rupiah(-amount) },
    ],
    about: { subjectId: A2, kind: 'capture' },
    at: world.clock.now(),
  });
  const result = await world.tools.writer.commit(unitOfJournalWithoutDeposit(journal));
  expect(result).toMatchObject({ kind: 'committed' });
  return ended;
}

/** As a corrected file does: both sides agree, though that was booked. */
async function reopen(): Promise<void> {
  await world.closeRun('LPB01', DAY, { count: 2, amount: 315_000n });
  await world.store.admin.run(
    "UPDATE break_case SET state = 'reopened', resolution = NULL, resolved_at = NULL",
  );
}

async function payoutOf(businessDate: string): Promise<string> {
  const [payout] = await world.store.database.rows<{ reference: string }>(
    "SELECT reference FROM payout WHERE party_kind = 'biller' AND business_date = ?",
    [businessDate],
  );
  return payout?.reference ?? '';
}

const propose = (reference: string) =>
  proposePayout(world.tools, { reference, by: ANI, reason: 'settled', at: world.clock.now() });

test('a payout that rests on a booking for a break that is open again says so in its draft, its proposal and to whoever looks', async () => {
  const { subjectId } = await endByWriteOff();
  await reopen();
  await world.settled('LPB01');

  const reference = await payoutOf(DAY);
  const breakId = subjectId.slice(0, subjectId.lastIndexOf('-'));
  const [drafted] = await payoutHistory(world.store.database, reference);
  expect(drafted?.note).toBe(
    `it rests on what was booked for breaks that are open again: ${breakId} (-Rp 65.000)`,
  );
  expect(await propose(reference)).toMatchObject({
    ok: true,
    value: { doubts: [{ breakId, effect: -65_000n }] },
  });
  const [proposal] = await world.store.database.rows<{ payload: string }>('SELECT payload FROM approval');
  expect(JSON.parse(proposal?.payload ?? '')).toMatchObject({ openAgain: [{ breakId, effect: '-65000' }] });
});

test('what was opened again after a payout was proposed keeps it from leaving until both people have seen that', async () => {
  const ended = await endByWriteOff();
  await world.settled('LPB01');
  const reference = await payoutOf(DAY);
  const proposed = await propose(reference);
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { version, doubts } = proposed.value;
  expect(doubts).toEqual([]);
  await reopen();

  const approve = () => approvePayout(world.tools, { reference, version, by: BUDI, at: world.clock.now() });
  expect(await approve()).toMatchObject({
    ok: false,
    error: { kind: 'in doubt', doubts: [{ effect: -65_000n }] },
  });
  const resolve = async (how: typeof ended) => {
    await world.store.admin.run("UPDATE break_case SET state = 'resolved'");
    return how.endAgain('write_off');
  };
  const again = await resolve(ended);
  expect(await approve()).toMatchObject({ ok: true, value: { state: 'approved' } });

  const send = () => tellPayout(world.tools, { reference, event: 'sent', by: ANI, at: world.clock.now() });
  await reopen();
  expect(await send()).toMatchObject({ ok: false, error: { kind: 'in doubt', state: 'approved' } });
  await resolve(again);
  expect(await send()).toMatchObject({ ok: true, value: { state: 'sent' } });
});

test.each([
  ['approved', 'drafted'],
  ['sent', 'approved'],
])(
  'what it rests on is not opened again between the look at it and the commit by which it is %s',
  async (to, from) => {
    await endByWriteOff();
    await world.settled('LPB01');
    const reference = await payoutOf(DAY);
    const at = world.clock.now();
    const proposed = await propose(reference);
    if (!proposed.ok) throw new Error(proposed.error.kind);
    const { version } = proposed.value;
    let reopening: Promise<string | undefined> | undefined;
    const { database } = world.store;
    /** Once doubts were looked for, somebody begins to open the break again; the payout as it stands when that is done. */
    const reconciled: DoubtTools = {
      ...world.tools.reconciled,
      async reopened(...asked) {
        const none = await world.tools.reconciled.reopened(...asked);
        if ((await findPayout(database, reference))?.state === from)
          reopening ??= reopen().then(async () => (await findPayout(database, reference))?.state);
        await setTimeout(300);
        return none;
      },
    };
    const tools = { ...world.tools, reconciled };

    expect(await approvePayout(tools, { reference, version, by: BUDI, at })).toMatchObject({ ok: true });
    if (to === 'sent')
      expect(await tellPayout(tools, { reference, event: 'sent', by: ANI, at })).toMatchObject({ ok: true });

    expect(await reopening).toBe(to);
  },
);

test('a debt that was carried brings its doubts to the payout that bears it, and to none after that', async () => {
  await endByWriteOff(400_000n);
  await reopen();
  await world.settled('LPB01');
  const { database } = world.store;
  for (const [n, date] of [NEXT, '2026-07-16'].entries()) {
    await world.sell({ paymentId: `T0TBR00000N${n}`, amount: 100_000n, businessDate: date });
    await world.closeRun('LPB01', date, { count: 1, amount: 100_000n });
    await world.settled('LPB01', date);
  }
  const counted = await Promise.all(
    [NEXT, '2026-07-16'].map(async (date) => {
      const partOf = await payoutOf(date);
      const party = { kind: 'biller', id: 'LPB01' } as const;
      return (await doubtsBehind(database, world.tools.reconciled, { party, partOf })).length;
    }),
  );
  expect(counted).toEqual([1, 0]);
});
