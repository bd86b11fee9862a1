import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import {
  bankChargeJournal,
  bankUnnamedJournal,
  bookJournal,
  collectionJournal,
  isSameJournal,
  OWN_BANK,
  OWN_SUSPENSE,
  payoutJournal,
  topUpJournal,
  unitOfJournal,
  unitOfJournalWithoutDeposit,
  type GuardedUpdate,
  type JournalDraft,
  type MoneyWriter,
  type UnitOfWork,
} from '#lib/ledger';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { userOf } from '#lib/audit';
import type { SettlementContracts } from './contracts';
import { findPayout, rowsOfMove, type Payout } from './payouts';

/** What became of a line of a statement. */
export type BankOutcome = 'matched' | 'bank_charge' | 'proposed' | 'unnamed' | 'reopened';

/** A line of a statement with what became of it. */
export interface BankLine {
  account: string;
  number: number;
  lineNo: number;
  reference: string | null;
  bankReference: string | null;
  hint: string | null;
  type: string;
  isReversal: boolean;
  amount: Rupiah;
  valueDate: BusinessDate;
  narrative: string;
  outcome: BankOutcome | null;
  subjectId: string | null;
  about: string | null;
}

/** Money that a channel says it will pay into our account. */
export interface Announcement {
  reference: string;
  kind: 'top_up' | 'collection';
  channelId: string;
  amount: Rupiah;
  valueDate: BusinessDate;
}

/** What working the lines needs. */
export interface BankTools {
  database: Database;
  writer: MoneyWriter;
  contracts: Pick<SettlementContracts, 'bank'>;
}

/**
 * Writes down money that is announced, once for each reference. @returns false where the reference stands for other money.
 * @throws NoUser.
 */
export async function announceDeposit(
  statements: Statements,
  announcement: Announcement,
  { by, at }: { by: string; at: Date },
): Promise<boolean> {
  const { reference, kind, channelId, amount, valueDate } = announcement;
  try {
    await statements.run(
      `INSERT INTO bank_expected (reference, kind, channel_id, amount, value_date, announced_by, announced_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [reference, kind, channelId, amount, valueDate, userOf(by), at],
    );
    return true;
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    const known = await findAnnouncement(statements, reference);
    return known?.amount === amount && known.channelId === channelId && known.kind === kind;
  }
}

/**
 * Works every line that was not worked yet: what carries the reference and the amount of a payout under way executes it;
 * of an announced deposit, books it; a charge of the bank within its limit is booked; the rest is booked as money that
 * nobody can name, so that our books always say what the bank says, and waits for a person.
 * @returns how many lines ended in each outcome.
 */
export async function workBankLines(tools: BankTools, now: Date): Promise<Map<BankOutcome, number>> {
  const done = new Map<BankOutcome, number>();
  for (const line of await listBankLines(tools.database, { isOpen: true })) {
    const outcome = await workLine(tools, line, now);
    done.set(outcome, (done.get(outcome) ?? 0) + 1);
  }
  return done;
}

async function workLine(tools: BankTools, line: BankLine, now: Date): Promise<BankOutcome> {
  const { database, contracts } = tools;
  const { amount, reference, hint, type, isReversal } = line;
  if (isReversal) return endLine(tools, line, 'reopened', unnamed(line, now), reference);

  const payout = reference === null ? undefined : await findPayout(database, reference);
  if (payout && amount === -payout.amount) {
    const moved = rowsOfMove(payout, 'executed', { note: bankNote(line), at: now });
    if (moved) return executePayout(tools, line, payout, moved, now);
  }
  const announced = reference === null ? undefined : await findAnnouncement(database, reference);
  if (announced && amount === announced.amount && !(await isTaken(database, announced.reference)))
    return endLine(tools, line, 'matched', depositJournal(announced, line, now), announced.reference);

  if (type === 'NCHG' && amount < 0n && -amount <= contracts.bank.chargeMax)
    return endLine(
      tools,
      line,
      'bank_charge',
      bankChargeJournal(bookingOf(line, now), rupiah(-amount)),
      null,
    );
  const guess = hint === null ? undefined : await findAnnouncement(database, hint);
  const isProposed = guess !== undefined && guess.amount === amount;
  return endLine(
    tools,
    line,
    isProposed ? 'proposed' : 'unnamed',
    unnamed(line, now),
    isProposed ? hint : null,
  );
}

/** Why a person's word about a line has no effect. */
export type ConfirmRefusal =
  { kind: 'unknown' } | { kind: 'worked'; outcome: string | null } | { kind: 'differs' };

/**
 * A person says which announced deposit a line is that nobody could name: the money goes from suspense to it, once.
 * @throws NoUser.
 */
export async function confirmBankLine(
  { database, writer }: BankTools,
  {
    account,
    number,
    lineNo,
    reference,
    by,
    at,
  }: { account: string; number: number; lineNo: number; reference: string; by: string; at: Date },
): Promise<Result<BankLine, ConfirmRefusal>> {
  const user = userOf(by);
  const find = async () =>
    (await listBankLines(database, { account, number })).find((one) => one.lineNo === lineNo);
  const line = await find();
  const announced = await findAnnouncement(database, reference);
  if (!line || !announced) return fail({ kind: 'unknown' });
  if (line.outcome !== 'proposed' && line.outcome !== 'unnamed')
    return fail({ kind: 'worked', outcome: line.outcome });
  if (line.amount !== announced.amount || (await isTaken(database, reference)))
    return fail({ kind: 'differs' });
  const clearing = bookJournal({
    subjectId: subjectOf(line),
    kind: 'break_adjustment',
    businessDate: line.valueDate,
    postings: [
      { accountId: OWN_SUSPENSE, amount: line.amount },
      { accountId: OWN_BANK, amount: rupiah(-line.amount) },
    ],
    reason: `named by ${user}: ${reference}`,
    at,
  });
  const journal = depositJournal(announced, line, at);
  const ended = endOf(line, 'matched', journal.subjectId, reference);
  const unit = unitFor(journal);
  const rows = unitOfJournalWithoutDeposit(clearing).inserts(undefined);
  const result = await writer.commit({
    ...unit,
    inserts: (deposit) => [...rows, ...unit.inserts(deposit)],
    updates: () => [ended],
  });
  if (result.kind !== 'committed') return fail({ kind: 'worked', outcome: result.kind });
  const now = await find();
  return now ? ok(now) : fail({ kind: 'unknown' });
}

/** Lines of statements, oldest first. */
export async function listBankLines(
  statements: Statements,
  { isOpen = false, account, number }: { isOpen?: boolean; account?: string; number?: number } = {},
): Promise<BankLine[]> {
  const rows = await statements.rows<BankLineRow>(
    `SELECT account, number, line_no, reference, bank_reference, hint, type, is_reversal, amount, value_date, narrative,
       outcome, subject_id, about FROM bank_line
     WHERE (? = 0 OR outcome IS NULL) AND (? IS NULL OR account = ?) AND (? IS NULL OR number = ?)
     ORDER BY account, number, line_no`,
    [isOpen ? 1 : 0, account ?? null, account ?? null, number ?? null, number ?? null],
  );
  return rows.map(lineOf);
}

/** Announced money by its reference. */
export async function findAnnouncement(
  statements: Statements,
  reference: string,
): Promise<Announcement | undefined> {
  const [row] = await statements.rows<{
    reference: string;
    kind: Announcement['kind'];
    channel_id: string;
    amount: string;
    value_date: BusinessDate;
  }>('SELECT reference, kind, channel_id, amount, value_date FROM bank_expected WHERE reference = ?', [
    reference,
  ]);
  return (
    row && {
      reference: row.reference,
      kind: row.kind,
      channelId: row.channel_id,
      amount: rupiah(BigInt(row.amount)),
      valueDate: row.value_date,
    }
  );
}

async function executePayout(
  tools: BankTools,
  line: BankLine,
  payout: Payout,
  { update, insert }: NonNullable<ReturnType<typeof rowsOfMove>>,
  now: Date,
): Promise<BankOutcome> {
  const { reference: subjectId, accountId, amount } = payout;
  const journal = payoutJournal({ subjectId, businessDate: line.valueDate, at: now }, { accountId, amount });
  const unit = unitOfJournalWithoutDeposit(journal);
  await commit(tools, line, journal, {
    ...unit,
    inserts: (deposit) => [insert, ...unit.inserts(deposit)],
    updates: () => [update, endOf(line, 'matched', subjectId, subjectId)],
  });
  return 'matched';
}

async function endLine(
  tools: BankTools,
  line: BankLine,
  outcome: BankOutcome,
  journal: JournalDraft,
  about: string | null,
): Promise<BankOutcome> {
  const unit = unitFor(journal);
  await commit(tools, line, journal, {
    ...unit,
    updates: () => [endOf(line, outcome, journal.subjectId, about)],
  });
  return outcome;
}

async function commit(
  { database, writer }: BankTools,
  line: BankLine,
  journal: JournalDraft,
  unit: UnitOfWork,
): Promise<void> {
  const result = await writer.commit(unit);
  if (result.kind === 'committed') return;
  // Another process has worked this line meanwhile; it can have done so once only.
  if (result.kind === 'stale' || (result.kind === 'clash' && (await isSameJournal(database, journal))))
    return;
  throw new Error(`line ${line.lineNo} of statement ${line.number} of ${line.account}: ${result.kind}`);
}

function unitFor(journal: JournalDraft): UnitOfWork {
  return journal.channelId === '' ? unitOfJournalWithoutDeposit(journal) : unitOfJournal(journal);
}

function depositJournal({ reference, kind, channelId, amount }: Announcement, line: BankLine, at: Date) {
  const businessDate = line.valueDate;
  return kind === 'top_up'
    ? topUpJournal({ topUpId: reference, channelId, amount, businessDate, at })
    : collectionJournal({ subjectId: reference, businessDate, at }, { channelId, amount });
}

function unnamed(line: BankLine, at: Date): JournalDraft {
  return bankUnnamedJournal(bookingOf(line, at), line.amount);
}

function bookingOf(line: BankLine, at: Date) {
  return { subjectId: subjectOf(line), businessDate: line.valueDate, at };
}

/** What the journal of a line goes by: its place. */
function subjectOf({ account, number, lineNo }: BankLine): string {
  const source = account.split('/')[0] ?? account;
  return `BNK-${source.slice(0, 20)}-${number}-${lineNo}`;
}

function bankNote({ account, number, lineNo, bankReference }: BankLine): string {
  return `statement ${number} of ${account}, line ${lineNo}${bankReference === null ? '' : `, ${bankReference}`}`;
}

function endOf(line: BankLine, outcome: BankOutcome, subjectId: string, about: string | null): GuardedUpdate {
  const { account, number, lineNo } = line;
  return {
    table: 'bank_line',
    set: { outcome, subject_id: subjectId, about },
    where: { account, number, line_no: lineNo, outcome: line.outcome },
  };
}

async function isTaken(statements: Statements, reference: string): Promise<boolean> {
  const rows = await statements.rows(
    "SELECT 1 FROM bank_line WHERE about = ? AND outcome = 'matched' LIMIT 1",
    [reference],
  );
  return rows.length > 0;
}

interface BankLineRow {
  account: string;
  number: number;
  line_no: number;
  reference: string | null;
  bank_reference: string | null;
  hint: string | null;
  type: string;
  is_reversal: number;
  amount: string;
  value_date: BusinessDate;
  narrative: string;
  outcome: BankOutcome | null;
  subject_id: string | null;
  about: string | null;
}

function lineOf(row: BankLineRow): BankLine {
  return {
    account: row.account,
    number: row.number,
    lineNo: row.line_no,
    reference: row.reference,
    bankReference: row.bank_reference,
    hint: row.hint,
    type: row.type,
    isReversal: row.is_reversal === 1,
    amount: rupiah(BigInt(row.amount)),
    valueDate: row.value_date,
    narrative: row.narrative,
    outcome: row.outcome,
    subjectId: row.subject_id,
    about: row.about,
  };
}
