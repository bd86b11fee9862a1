import { rupiah } from '#lib/kernel';
import { topUpJournal } from '#lib/ledger';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { takeStatement, type StatementLine } from './bank-statement';
import { workBankLines } from './bank-work';
import { approveFunds, fundsOn, isAsSigned, proposedFunds, proposeFunds, signedFunds } from './funds';
import { statementsOfParty } from './party-statement';
import { approvePayout, proposePayout } from './payout-approval';
import { tellPayout } from './payout-told';

const DAY = '2026-07-14';
const NEXT = '2026-07-15';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});

const at = () => world.clock.now();

function line(reference: string | null, amount: bigint, type = 'NTRF'): StatementLine {
  return {
    reference,
    bankReference: 'FT1',
    hint: null,
    type,
    isReversal: false,
    amount,
    valueDate: NEXT,
    narrative: '',
  };
}

/** A sale of 14 July is settled and paid out on the 15th; its statement shows that and a charge. */
async function settleAndPay(lines: readonly StatementLine[]): Promise<void> {
  const { database } = world.store;
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.settled('LPB01');
  const reference = 'STL-LPB01-0714';
  const proposed = await proposePayout(world.tools, { reference, by: ANI, reason: 'settled', at: at() });
  const version = proposed.ok ? proposed.value.version : '';
  await approvePayout(world.tools, { reference, version, by: BUDI, at: at() });
  await tellPayout(world.tools, { reference, event: 'sent', by: ANI, at: at() });
  const closing = lines.reduce((sum, { amount }) => sum + amount, 100_000_000n);
  const statement = { account: 'BANKX/1', number: 1, date: NEXT, opening: 100_000_000n, closing, lines };
  expect(await takeStatement(database, statement, at())).toMatchObject({ ok: true });
  await workBankLines({ ...world.tools, endsOf: world.endsOf, tell: async () => {} }, at());
}

test('all money at the bank is somebody’s, to the rupiah, and two people sign it once', async () => {
  await settleAndPay([line('STL-LPB01-0714', -250_500n), line(null, -6_500n, 'NCHG')]);
  const { database } = world.store;
  expect(await fundsOn(database, NEXT)).toMatchObject({
    bankTotal: 99_743_000n,
    deposits: 99_747_500n,
    commissions: 1_300n,
    clearing: 0n,
    payables: 0n,
    ownFunds: -5_800n,
    inTransit: 0n,
    remainder: 0n,
  });
  expect(
    await approveFunds(database, { businessDate: NEXT, version: 'v', by: BUDI, at: at() }),
  ).toMatchObject({
    error: { kind: 'not proposed' },
  });
  expect(await proposeFunds(database, { businessDate: NEXT, by: ANI, at: at() })).toMatchObject({ ok: true });
  const version = (await proposedFunds(database, NEXT))?.version ?? '';
  expect(
    await approveFunds(database, { businessDate: NEXT, version: 'what I never saw', by: BUDI, at: at() }),
  ).toMatchObject({ error: { kind: 'approval', refusal: { kind: 'another version', version } } });
  expect(await approveFunds(database, { businessDate: NEXT, version, by: ANI, at: at() })).toMatchObject({
    error: { kind: 'approval', refusal: { kind: 'maker is checker' } },
  });
  const both = await Promise.all(
    [BUDI, 'cici@simpul.example'].map((by) =>
      approveFunds(database, { businessDate: NEXT, version, by, at: at() }),
    ),
  );
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  const signed = await signedFunds(database, NEXT);
  if (!signed) throw new Error('it was signed');
  expect(signed).toMatchObject({ maker: ANI });
  expect(isAsSigned(await fundsOn(database, NEXT), signed)).toBe(true);
  expect(await proposeFunds(database, { businessDate: NEXT, by: ANI, at: at() })).toMatchObject({
    error: { kind: 'signed already' },
  });
  const topUp = { topUpId: 'TOP-1', channelId: 'ca017', amount: rupiah(5_000n), businessDate: NEXT };
  await world.book(topUpJournal({ ...topUp, at: at() }));
  expect(isAsSigned(await fundsOn(database, NEXT), signed)).toBe(false);
  await world.expectSound();
});

test('what our books have and no statement shows is in transit', async () => {
  await settleAndPay([line('STL-LPB01-0714', -250_500n)]);
  const { database } = world.store;
  const topUp = { topUpId: 'TOP-1', channelId: 'ca017', amount: rupiah(5_000n), businessDate: NEXT };
  await world.book(topUpJournal({ ...topUp, at: at() }));
  expect(await fundsOn(database, NEXT)).toMatchObject({ inTransit: -5_000n, remainder: 0n });
});

test('money that is missing is found, and such a position is not signed', async () => {
  await settleAndPay([line('STL-LPB01-0714', -250_500n)]);
  const { database, admin } = world.store;
  await admin.run('UPDATE bank_statement SET closing = closing - 1');
  expect(await proposeFunds(database, { businessDate: NEXT, by: ANI, at: at() })).toEqual({
    ok: false,
    error: { kind: 'remainder', remainder: -1n },
  });
});

test('a biller’s statement leads from its opening to what the ledger says', async () => {
  await settleAndPay([line('STL-LPB01-0714', -250_500n)]);
  const { database } = world.store;
  const both = await statementsOfParty(database, { kind: 'biller', id: 'LPB01' }, { from: DAY, to: NEXT });
  expect(both).toMatchObject([
    {
      opening: 0n,
      entries: [
        { kind: 'biller_fee', amount: 500n },
        { kind: 'principal', amount: 250_000n },
        { kind: 'payout', amount: -250_500n },
      ],
      closing: 0n,
      ledger: 0n,
      unexplained: 0n,
    },
  ]);
  const next = await statementsOfParty(database, { kind: 'biller', id: 'LPB01' }, { from: NEXT, to: NEXT });
  expect(next).toMatchObject([{ opening: 250_500n, closing: 0n, unexplained: 0n }]);
});

test('a channel’s statements: its deposit by what moved it, and the commission it is owed', async () => {
  await settleAndPay([line('STL-LPB01-0714', -250_500n)]);
  const { database } = world.store;
  const all = await statementsOfParty(database, { kind: 'channel', id: 'ca017' }, { from: DAY, to: NEXT });
  expect(all).toMatchObject([
    {
      accountId: 'channel:ca017:deposit',
      entries: [
        { kind: 'capture', amount: -252_500n },
        { kind: 'top_up', amount: 100_000_000n },
      ],
      closing: 99_747_500n,
      unexplained: 0n,
    },
    { accountId: 'channel:ca017:commission', closing: 1_300n, unexplained: 0n },
  ]);
});
