import { stopPayments } from '#lib/catalog';
import { formatRupiah, rupiah } from '#lib/kernel';
import {
  bankChargeJournal,
  bankNamedJournal,
  bankUnnamedJournal,
  journalRowsWithoutDeposit,
  sameJournalSince,
  unitOfJournal,
  unitOfJournalWithoutDeposit,
  type CommitResult,
  type GuardedUpdate,
  type JournalDraft,
  type MoneyWriter,
  type Row,
  type UnitOfWork,
} from '#lib/ledger';
import { failPoint, type Database } from '#lib/platform';
import {
  dueOnAccount,
  findAnnouncement,
  isAnnouncedInTime,
  type KnownAnnouncement,
} from './bank-announcements';
import { alertOf, type AlertEnds, type BankAlert } from './bank-alerts';
import {
  endOf,
  findBankLine,
  linesNamedSince,
  listBankLines,
  subjectOf,
  textOfPlace,
  type BankLine,
  type BankOutcome,
} from './bank-lines';
import { meaningOfMany } from './bank-many';
import { byItself, meaningOf, type Meaning } from './bank-meaning';
import type { SettlementContracts } from './contracts';
import { WORKER } from './payout-drafts';
import { findPayout } from './payouts';

/** What working the lines needs. */
export interface BankTools {
  database: Database;
  writer: MoneyWriter;
  contracts: Pick<SettlementContracts, 'bank'>;
  /** Tells people; the same alert again has no effect. */
  tell(alert: BankAlert): Promise<void>;
  endsOf: AlertEnds;
}

/** How many lines ended in each outcome, and which could not be worked now; they are tried again. */
export interface BankWork {
  outcomes: Map<BankOutcome, number>;
  failed: { line: string; reason: string }[];
}

/**
 * Works every line that was not worked yet: what carries the reference and the amount of a payout under way, or of several,
 * executes them;
 * of an announced deposit, books it; what the bank takes back is taken back here; a charge of the bank within its limit is
 * booked; the rest is booked as money that nobody can name, so that our books always say what the bank says, and waits for
 * people. A line that came before its payout was sent is worked again once it was. One that fails keeps no other back.
 */
export async function workBankLines(tools: BankTools, now: Date): Promise<BankWork> {
  const work: BankWork = { outcomes: new Map(), failed: [] };
  const open = await listBankLines(tools.database, { isOpen: true });
  for (const line of [...open, ...(await linesNamedSince(tools.database))]) {
    try {
      failPoint('K12 line due', textOfPlace(line));
      const outcome =
        line.outcome === null ? await workLine(tools, line, now) : await workAgain(tools, line, now);
      failPoint('K12 line booked', textOfPlace(line));
      if (outcome) work.outcomes.set(outcome, (work.outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      work.failed.push({
        line: textOfPlace(line),
        reason: error instanceof Error ? error.message : 'unknown',
      });
    }
  }
  return work;
}

async function workLine(tools: BankTools, line: BankLine, now: Date): Promise<BankOutcome | undefined> {
  const { database, contracts } = tools;
  const { amount, reference, hint, type } = line;
  if (line.isReversal) await tellTakenBack(tools, line);
  const one = reference === null ? undefined : await meaningOf(database, line, reference, byItself(now));
  const meaning = one ?? (await meaningOfMany(database, line, byItself(now)));
  if (meaning && (meaning.outcome === 'taken_back') === line.isReversal) {
    const ended = await bookMeaning(tools, line, meaning);
    if (ended) return ended;
  }
  if (line.isReversal) return endUnnamed(tools, line, 'reopened', reference, now);
  if (type === 'NCHG' && amount < 0n && -amount <= contracts.bank.chargeMax) {
    const journal = bankChargeJournal(bookingOf(line, now), rupiah(-amount));
    return end(tools, line, { outcome: 'bank_charge', about: null, journal, inserts: [], updates: [] });
  }
  if (amount < 0n) await tellDebit(tools, line);
  const guess =
    (await namedTooLate(database, line)) ??
    (hint === null ? undefined : await findAnnouncement(database, hint));
  return guess !== undefined && dueOnAccount(guess) === amount && guess.outcome === null
    ? endUnnamed(tools, line, 'proposed', guess.reference, now)
    : endUnnamed(tools, line, 'unnamed', null, now);
}

/** What a line names that was announced when its day was over: it proves nothing, and two people look at it. */
async function namedTooLate(
  database: Database,
  { reference, valueDate }: BankLine,
): Promise<KnownAnnouncement | undefined> {
  const named = reference === null ? undefined : await findAnnouncement(database, reference);
  return named && !isAnnouncedInTime(named, valueDate) ? named : undefined;
}

/** Books a line by what it names. @returns undefined where it cannot be that after all. */
async function bookMeaning(
  tools: BankTools,
  line: BankLine,
  meaning: Meaning,
): Promise<BankOutcome | undefined> {
  // A payout that came back waits for people, who draft it again.
  const isReturn = meaning.outcome === 'taken_back' && meaning.journal.kind === 'payout';
  const by = isReturn ? undefined : `it is ${meaning.about ?? meaning.outcome}`;
  const result = tried(await commitEnding(tools, line, meaning, by));
  if (result.kind === 'committed') return meaning.outcome;
  const now = await findBankLine(tools.database, line);
  if (now?.outcome !== null) return now?.outcome;
  const before = result.kind === 'clash' ? await bookedBefore(tools.database, meaning) : undefined;
  if (!before) return undefined;
  const tied = tried(await tie(tools, line, before, by));
  return tied.kind === 'committed' ? before.outcome : undefined;
}

/** @throws Error where a line could not be tried: it is tried again later. */
function tried(result: CommitResult): CommitResult {
  if (result.kind === 'overloaded') throw new Error('the writer of money is overloaded');
  if (result.kind === 'insufficient') throw new Error('the deposit is spent faster than it is taken back');
  return result;
}

/** Money that was booked before under the reference that a line names; undefined: none, or other money. */
async function bookedBefore(database: Database, meaning: Meaning): Promise<Meaning | undefined> {
  const bookedAt = await sameJournalSince(database, meaning.journal);
  if (!bookedAt) return undefined;
  return { ...meaning, ...(meaning.fills && { fills: { ...meaning.fills, bookedAt } }) };
}

/** A person has booked this money by hand under its reference: the line is that, once, and moves nothing more. */
function tie(
  tools: CommitTools,
  line: BankLine,
  meaning: Meaning,
  by: string | undefined,
): Promise<CommitResult> {
  const why = by === undefined ? undefined : `${by}, booked by hand`;
  return commitEnding(tools, line, meaning, why, (one) => {
    const { account, year, number, lineNo } = line;
    const { outcome, about, journal, updates } = one;
    const ended = endOf(line, outcome, journal.subjectId, about);
    return {
      journal: undefined,
      claims: [],
      inserts: () => alongside(one),
      updates: () => [...updates, ended],
      witness: { table: ended.table, values: { account, year, number, line_no: lineNo, ...ended.set } },
    };
  });
}

/**
 * Commits what a line is, and with it the end of the alerts about it.
 * @param by what ended them; undefined where they stay.
 * @param unitFor what is written for it.
 */
async function commitEnding(
  tools: CommitTools,
  line: BankLine,
  meaning: Meaning,
  by: string | undefined,
  unitFor: (meaning: Meaning) => UnitOfWork = (one) => unitOf(line, one),
): Promise<CommitResult> {
  const { writer, endsOf } = tools;
  const { at } = meaning.journal;
  const commit = async (one: Meaning): Promise<CommitResult> => {
    const unit = unitFor(one);
    const write = (ends: readonly GuardedUpdate[]) =>
      writer.commit({ ...unit, updates: (deposit) => [...unit.updates(deposit), ...ends] });
    const endsNow = () => endsOf(aboutLine(line, meaning.fills), by ?? '', at);
    const ends = by === undefined ? [] : await endsNow();
    const result = await write(ends);
    // An alert that somebody ended meanwhile keeps no money back.
    return result.kind === 'stale' && ends.length > 0 ? write(await endsNow()) : result;
  };
  return takingWhatIsThere(tools, line, meaning, commit);
}

/** What committing a line needs. */
type CommitTools = Pick<BankTools, 'database' | 'writer' | 'endsOf' | 'tell'>;

/** Its channel may still spend of it until every switch has seen the stop: so often the rest is taken anew. */
const TAKE_MAX = 8;

/**
 * Where a deposit has less than the bank has taken back of it, the channel's new payments are stopped until people release
 * them, what is there is taken, and the channel owes the rest. Stopped and told first: nobody spends more meanwhile.
 */
async function takingWhatIsThere(
  tools: CommitTools,
  line: BankLine,
  meaning: Meaning,
  commit: (meaning: Meaning) => Promise<CommitResult>,
): Promise<CommitResult> {
  let result = await commit(meaning);
  const { draws, about, journal } = meaning;
  if (!draws || result.kind !== 'insufficient') return result;
  const scope = `deposit:${draws.channelId}` as const;
  const reason = `the bank took back ${formatRupiah(rupiah(-line.amount))} of ${about}, and the deposit had ${formatRupiah(result.available)}`;
  await stopPayments(tools.database, { scope, reason, by: WORKER, at: journal.at });
  await tools.tell({ ...alertOf(line), kind: 'bank_short', subject: scope, reason });
  for (let attempt = 1; attempt <= TAKE_MAX && result.kind === 'insufficient'; attempt += 1)
    result = await commit({ ...meaning, journal: draws.journalWith(result.available) });
  return result;
}

function aboutLine(line: BankLine, fills: Meaning['fills']) {
  return { ...alertOf(line), ...(fills !== undefined && { fills }) };
}

/** A line in suspense that names a payout which was sent since, or a float's top-up that was agreed to since. */
async function workAgain(tools: BankTools, line: BankLine, now: Date): Promise<BankOutcome | undefined> {
  const { database } = tools;
  const { reference } = line;
  const one = reference === null ? undefined : await meaningOf(database, line, reference, byItself(now));
  const meaning = one ?? (await meaningOfMany(database, line, byItself(now)));
  if (meaning?.outcome !== 'matched') return undefined;
  const result = await nameLine(tools, line, meaning, `it was agreed to since: ${meaning.about}`, now);
  if (result.kind === 'committed') return 'matched';
  if (result.kind === 'stale' || result.kind === 'clash') return undefined;
  throw new Error(`it was not booked: ${result.kind}`);
}

/**
 * Moves a line out of suspense to what it is and ends its alerts, in one unit of work with whatever comes along. What is
 * booked already under its reference is not booked again.
 */
export async function nameLine(
  tools: CommitTools,
  line: BankLine,
  meaning: Meaning,
  reason: string,
  at: Date,
): Promise<CommitResult> {
  const { subjectId, kind } = meaning.journal;
  const place = { subjectId: line.subjectId ?? subjectOf(line), businessDate: line.valueDate, at };
  const named = unitOfJournalWithoutDeposit(
    bankNamedJournal(place, line.amount, { about: { subjectId, kind }, reason }),
  );
  const result = await commitEnding(tools, line, meaning, reason, (one) => {
    const both = unitOf(line, one);
    return { ...both, inserts: (deposit) => [...named.inserts(deposit), ...both.inserts(deposit)] };
  });
  const before = result.kind === 'clash' ? await bookedBefore(tools.database, meaning) : undefined;
  if (!before) return result;
  return commitEnding(tools, line, before, reason, (one) => ({
    ...named,
    inserts: (deposit) => [...named.inserts(deposit), ...alongside(one)],
    updates: unitOf(line, one).updates,
  }));
}

function unitOf(line: BankLine, meaning: Meaning): UnitOfWork {
  const { outcome, about, journal, updates } = meaning;
  const unit = journal.channelId === '' ? unitOfJournalWithoutDeposit(journal) : unitOfJournal(journal);
  const ended: GuardedUpdate = endOf(line, outcome, journal.subjectId, about);
  return {
    ...unit,
    inserts: (deposit) => [...alongside(meaning), ...unit.inserts(deposit)],
    updates: () => [...updates, ended],
  };
}

/** What is written with the first journal of a line. */
function alongside({ inserts, others = [] }: Meaning): Row[] {
  return [...inserts, ...others.flatMap(journalRowsWithoutDeposit)];
}

function endUnnamed(
  tools: BankTools,
  line: BankLine,
  outcome: BankOutcome,
  about: string | null,
  now: Date,
): Promise<BankOutcome | undefined> {
  const journal: JournalDraft = bankUnnamedJournal(bookingOf(line, now), line.amount);
  return end(tools, line, { outcome, about, journal, inserts: [], updates: [] });
}

/** Ends a line under its own place, which another process can have done once only. */
async function end(tools: BankTools, line: BankLine, meaning: Meaning): Promise<BankOutcome | undefined> {
  const result = await tools.writer.commit(unitOf(line, meaning));
  if (result.kind === 'committed') return meaning.outcome;
  const now = await findBankLine(tools.database, line);
  if (now && now.outcome !== null) return now.outcome;
  throw new Error(`it was not booked: ${result.kind}`);
}

function bookingOf(line: BankLine, at: Date) {
  return { subjectId: subjectOf(line), businessDate: line.valueDate, at };
}

/** Told before anything is booked: whoever comes after a killed process tells it again, without effect. */
async function tellTakenBack(tools: BankTools, line: BankLine): Promise<void> {
  const what = line.reference ?? 'a line without reference';
  await tools.tell({
    ...alertOf(line),
    kind: 'bank_taken_back',
    reason: `the bank takes back ${what}, ${formatRupiah(line.amount)} (${textOfPlace(line)})`,
  });
}

async function tellDebit(tools: BankTools, line: BankLine): Promise<void> {
  const payout = line.reference === null ? undefined : await findPayout(tools.database, line.reference);
  const why = payout
    ? `it names the payout ${payout.reference}, which is ${payout.state} over ${formatRupiah(payout.amount)}`
    : 'nobody can name it, and it may be a payout';
  await tools.tell({
    ...alertOf(line),
    kind: 'bank_debit',
    reason: `${formatRupiah(rupiah(-line.amount))} have left the bank (${textOfPlace(line)}): ${why}`,
  });
}
