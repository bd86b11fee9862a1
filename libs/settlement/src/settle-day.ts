import { addDays, fail, ok, rupiah, sum, type BusinessDate, type Clock, type Result } from '#lib/kernel';
import {
  bookJournal,
  billerAccounts,
  channelSettlementJournal,
  isSameJournal,
  journalRowsWithoutDeposit,
  OWN_ROUNDING,
  settlementJournal,
  unitOfJournal,
  unitOfJournalWithoutDeposit,
  type CommitResult,
  type JournalDraft,
  type MoneyWriter,
  type UnitOfWork,
} from '#lib/ledger';
import { failPoint, type Database, type Statements } from '#lib/platform';
import type { SettleOn, SettlementContracts } from './contracts';
import { draftSettlement } from './draft';
import { dueDateOf, type BankCalendar } from './due-dates';
import { draftPayouts } from './payout-drafts';
import { figuresOfDay } from './read-day';
import type { Reconciled, ReconciledDay } from './reconciled';
import {
  chargesOf,
  findSettlement,
  linesOf,
  netsOf,
  settledDates,
  type Settlement,
  type SettlementLine,
} from './settlement-rows';
import type { NotAsReconciled } from './ties-to-run';

/** What settling works with; the caller wires it. */
export interface SettlementTools {
  database: Database;
  writer: MoneyWriter;
  clock: Clock;
  contracts: SettlementContracts;
  reconciled: Reconciled;
  /** Which rows settle, by the contract of a source on a business date. */
  settleOn: (source: string, businessDate: BusinessDate) => SettleOn;
  /** When a source's business date ends: whatever is sold then still belongs to it. */
  dayEndOf: (source: string, businessDate: BusinessDate) => Date;
  /** The days on which bank and sources work, as they are entered now. */
  calendar: () => Promise<BankCalendar>;
}

/** Why a day is not settled. */
export type SettleRefusal =
  /** It was settled elsewhere, before there was settlement here. */
  | { kind: 'before the first day'; firstDay: BusinessDate }
  /** Sales of now still belong to it. */
  | { kind: 'day still open'; until: Date }
  /** Its reconciliation is not closed, or its bridge is not 0. */
  | { kind: 'not reconciled' }
  /** An earlier day of the source is closed, or worked anew, and not settled. */
  | { kind: 'earlier day open'; businessDate: BusinessDate }
  /** The books have changed since the run beyond what can be told; the run must be made again. */
  | ({ kind: 'not as reconciled' } & NotAsReconciled)
  /** Too many wait to be written; what was begun is taken up by the next try. */
  | { kind: 'overloaded' };

/**
 * Settles a source's day: fixes who receives and who pays what, moves it from clearing to what is to be paid out, and
 * drafts the payouts. Whatever was done before a kill is found and not done again.
 * @throws CommitUnknown as `MoneyWriter.commit`.
 */
export async function settleDay(
  tools: SettlementTools,
  source: string,
  businessDate: BusinessDate,
): Promise<Result<{ settlement: Settlement; isRepeat: boolean }, SettleRefusal>> {
  const { database, contracts, clock } = tools;
  const known = await findSettlement(database, source, businessDate);
  if (!known) {
    const { firstDay } = contracts;
    if (businessDate < firstDay) return fail({ kind: 'before the first day', firstDay });
    const until = tools.dayEndOf(source, businessDate);
    if (clock.now() <= until) return fail({ kind: 'day still open', until });
    failPoint('K12 settlement due', `${source} ${businessDate}`);
    const drafted = await draftDay(tools, source, businessDate);
    if (!drafted.ok) return drafted;
    failPoint('K12 settlement drafted', `${source} ${businessDate}`);
  }
  const settlement = await findSettlement(database, source, businessDate);
  if (!settlement)
    throw new Error(`the settlement of ${source} ${businessDate} was drafted and is not there`);
  if (settlement.state === 'drafted' && !(await moveMoney(tools, settlement)))
    return fail({ kind: 'overloaded' });
  failPoint('K12 settlement closed', `${source} ${businessDate}`);
  await draftPayouts(tools, settlement.settlementId, clock.now());
  failPoint('K12 payouts drafted', `${source} ${businessDate}`);
  const closed = await findSettlement(database, source, businessDate);
  return ok({ settlement: closed ?? settlement, isRepeat: known?.state === 'closed' });
}

/** Each redo means that what was read was taken up by another meanwhile. */
const REDO_MAX = 5;

async function draftDay(
  { database, contracts, clock, reconciled, settleOn, calendar }: SettlementTools,
  source: string,
  businessDate: BusinessDate,
): Promise<Result<true, SettleRefusal>> {
  const dueDate = dueDateOf(await calendar(), source, businessDate, contracts.dueDaysOf(source));
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const read = await database.snapshot(async (statements) => {
      const day = await dayToSettle(statements, { reconciled, contracts }, source, businessDate);
      if ('kind' in day) return day;
      return figuresOfDay(statements, reconciled, day, settleOn(source, businessDate), contracts.firstDay);
    });
    if ('kind' in read || 'agreedInRun' in read) {
      // Another process that has drafted it meanwhile is why it cannot be drafted any more.
      if (await findSettlement(database, source, businessDate)) return ok(true);
      return fail('kind' in read ? read : { kind: 'not as reconciled', ...read });
    }
    const figures = { ...read, dueDate };
    if (await draftSettlement(database, reconciled, figures, contracts, clock.now())) return ok(true);
    if (await findSettlement(database, source, businessDate)) return ok(true);
  }
  throw new Error(
    `the settlement of ${source} ${businessDate} could not be drafted: others kept taking it up`,
  );
}

/** The day as it was reconciled; days of a source are settled in their order, because late rows pass from one to the next. */
async function dayToSettle(
  statements: Statements,
  tools: DaysTools,
  source: string,
  businessDate: BusinessDate,
): Promise<Extract<SettleRefusal, { kind: 'not reconciled' | 'earlier day open' }> | ReconciledDay> {
  const days = await unsettledDays(statements, tools, source);
  const day = days.find((one) => one.businessDate === businessDate);
  if (!day || day.isInWork || day.remainder !== 0n) return { kind: 'not reconciled' };
  const first = days.find((one) => one.businessDate < businessDate);
  return first ? { kind: 'earlier day open', businessDate: first.businessDate } : day;
}

type DaysTools = Pick<SettlementTools, 'reconciled' | 'contracts'>;

/** How far back a day may be closed after a later one of its source was settled. */
const LOOK_BACK_DAYS = 62;

/**
 * The days of a source that are closed and not settled, oldest first. One that is worked anew keeps its place: a later
 * day may have taken in what it found late, and could not tell it yet.
 */
async function unsettledDays(
  statements: Statements,
  { reconciled, contracts }: DaysTools,
  source: string,
): Promise<ReconciledDay[]> {
  const settled = new Set(await settledDates(statements, source));
  const last = [...settled].at(-1);
  const lookBack = last === undefined ? contracts.firstDay : addDays(last, -LOOK_BACK_DAYS);
  const from = lookBack > contracts.firstDay ? lookBack : contracts.firstDay;
  const days = await reconciled.closedDays(statements, source, from);
  return days.filter(({ businessDate }) => !settled.has(businessDate));
}

/**
 * The oldest day of a source that is reconciled and not settled to its end, if any; while it is in work, none. It has come
 * to its end once its payouts are drafted: whoever was killed right after its journal left that to the next.
 */
export async function nextDayToSettle(
  { database, ...tools }: DaysTools & Pick<SettlementTools, 'database'>,
  source: string,
): Promise<BusinessDate | undefined> {
  const [open] = await database.rows<{ business_date: BusinessDate }>(
    `SELECT business_date FROM (
       SELECT business_date FROM settlement WHERE source = ? AND state = 'drafted'
       UNION ALL SELECT s.business_date FROM settlement_net n JOIN settlement s ON s.settlement_id = n.settlement_id
       WHERE n.paid_by IS NULL AND n.party_kind = 'biller' AND s.source = ?) open ORDER BY business_date LIMIT 1`,
    [source, source],
  );
  if (open) return open.business_date;
  const [first] = await unsettledDays(database, tools, source);
  return first?.isInWork ? undefined : first?.businessDate;
}

/** Books what a draft fixed. @returns false when too many wait to be written. */
async function moveMoney(tools: SettlementTools, settlement: Settlement): Promise<boolean> {
  const { database, writer, clock } = tools;
  const { settlementId, businessDate } = settlement;
  const at = clock.now();
  for (const charge of await chargesOf(database, settlementId)) {
    const booking = { subjectId: charge.subjectId, businessDate, at };
    const journal = channelSettlementJournal(booking, charge);
    if (!(await book(database, writer, journal, unitOfJournal(journal)))) return false;
  }
  failPoint('K12 settlement charged', settlement.subjectId);
  const unit = await unitOfSettlement(database, settlement, at);
  if (unit === undefined) {
    await close(database, settlementId, at);
    return true;
  }
  const result = await writer.commit(unit);
  if (result.kind === 'overloaded') return false;
  // Stale or a clash: another process has closed it meanwhile, in the same way.
  if (result.kind === 'committed' || (await isClosed(database, settlementId))) return true;
  throw new Error(`settlement ${settlement.subjectId} could not be booked: ${JSON.stringify(result)}`);
}

async function book(
  statements: Statements,
  writer: MoneyWriter,
  journal: JournalDraft,
  unit: UnitOfWork,
): Promise<boolean> {
  const result: CommitResult = await writer.commit(unit);
  if (result.kind === 'committed') return true;
  if (result.kind === 'overloaded') return false;
  if (result.kind === 'clash' && (await isSameJournal(statements, journal))) return true;
  throw new Error(`journal ${journal.subjectId} could not be booked: ${result.kind}`);
}

/** The journals of a settlement with the end of its draft; undefined where no money moves. */
async function unitOfSettlement(
  statements: Statements,
  { settlementId, subjectId, businessDate }: Settlement,
  at: Date,
): Promise<UnitOfWork | undefined> {
  const nets = (await netsOf(statements, settlementId)).filter(({ party }) => party.kind === 'biller');
  const lines = await linesOf(statements, settlementId);
  const sumOf = (billerId: string, kind: string) => sumOfKind(lines, billerId, kind);
  const booking = { subjectId, businessDate, at };
  const closing = {
    table: 'settlement',
    set: { state: 'closed', closed_at: at },
    where: { settlement_id: settlementId, state: 'drafted' },
  };
  const roundings = nets
    .map(({ party }) => ({ billerId: party.id, amount: sumOf(party.id, 'rounding') }))
    .filter(({ amount }) => amount !== 0n);
  const moved = settlementJournal(
    booking,
    nets.map(({ party, net }) => {
      const disputed = sumOf(party.id, 'disputed');
      return { billerId: party.id, amount: rupiah(net - disputed), disputed };
    }),
  );
  const rounding = bookJournal({
    ...booking,
    kind: 'rounding',
    postings: [
      { accountId: OWN_ROUNDING, amount: sum(roundings.map(({ amount }) => amount)) },
      ...roundings.map(({ billerId, amount }) => ({
        accountId: billerAccounts.clearing(billerId),
        amount: rupiah(-amount),
      })),
    ].filter(({ amount }) => amount !== 0n),
  });
  const journals = [moved, rounding].filter(({ postings }) => postings.length > 0);
  const [first] = journals;
  if (!first) return undefined;
  return {
    ...unitOfJournalWithoutDeposit(first),
    inserts: () => journals.flatMap((journal) => journalRowsWithoutDeposit(journal)),
    updates: () => [closing],
  };
}

function sumOfKind(lines: readonly SettlementLine[], billerId: string, kind: string) {
  return sum(
    lines
      .filter(({ party, kind: its }) => party.kind === 'biller' && party.id === billerId && its === kind)
      .map(({ amount }) => amount),
  );
}

async function close(statements: Statements, settlementId: string, at: Date): Promise<void> {
  await statements.run(
    "UPDATE settlement SET state = 'closed', closed_at = ? WHERE settlement_id = ? AND state = 'drafted'",
    [at, settlementId],
  );
}

async function isClosed(statements: Statements, settlementId: string): Promise<boolean> {
  const rows = await statements.rows(
    "SELECT 1 FROM settlement WHERE settlement_id = ? AND state = 'closed'",
    [settlementId],
  );
  return rows.length > 0;
}
