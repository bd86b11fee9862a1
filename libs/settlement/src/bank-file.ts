import { describeRefusal, type Proposed } from '#lib/audit';
import {
  archiveFolder,
  fetchFile,
  findFiles,
  isStatement,
  readSettlementFile,
  signatureOf,
  type DetailRow,
  type Drop,
  type PreviousStatement,
  type RemoteFile,
  type SettlementFormat,
} from '#lib/files';
import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  type BusinessDate,
  type Clock,
  type Result,
} from '#lib/kernel';
import { ConfigError, failPoint, type Database, type Statements } from '#lib/platform';
import {
  lastStatement,
  proposeStatement,
  takeStatement,
  type BankStatement,
  type StatementLine,
  type StatementRefusal,
} from './bank-statement';
import { datesAgreedAt } from './bank-value-dates';

/** A statement that was taken, now or before. */
export interface TakenStatement {
  statement: BankStatement;
  isRepeat: boolean;
}

/** What taking statement files needs. */
export interface StatementTools {
  database: Database;
  clock: Clock;
}

/** A statement file, and what it is read by. */
export interface StatementFile {
  path: string;
  name: string;
  format: SettlementFormat;
  signaturePath?: string | undefined;
}

/**
 * Takes a statement file of our bank, whole or not at all: it must go on from the statement before it. The same file again
 * has no effect. @returns why it is refused.
 */
export async function takeStatementFile(
  tools: StatementTools,
  file: StatementFile,
): Promise<Result<TakenStatement, string>> {
  const read = await readStatement(tools, file);
  if (!read.ok) return read;
  const statement = read.value;
  const taken = await takeStatement(tools.database, statement, tools.clock.now());
  if (taken.ok) return ok({ statement, isRepeat: taken.value.isRepeat });
  return fail(`${file.name}: ${inWords(taken.error, statement.number)}`);
}

/**
 * A maker proposes that a statement file is taken with value dates for which it is refused. Once another person agrees, it is
 * taken as any other. @returns why it is not proposed. @throws NoUser.
 */
export async function proposeStatementFile(
  tools: StatementTools,
  file: StatementFile,
  { by, reason }: { by: string; reason: string },
): Promise<Result<Proposed, string>> {
  const read = await readStatement(tools, file);
  if (!read.ok) return read;
  const at = tools.clock.now();
  const proposed = await proposeStatement(tools.database, read.value, { by, reason, at });
  if (proposed.ok) return proposed;
  const { error } = proposed;
  if (error.kind === 'proposal') return fail(describeRefusal(error.refusal));
  const { refusal } = error;
  return fail(
    `${file.name}: ${refusal ? inWords(refusal, read.value.number) : 'its value dates are right; take it without --any-value-date'}`,
  );
}

async function readStatement(
  { database }: StatementTools,
  { path, name, format, signaturePath }: StatementFile,
): Promise<Result<BankStatement, string>> {
  const rows: DetailRow[] = [];
  const named = format.name.read(name)?.businessDate;
  const previous = named === undefined ? undefined : await statementsBefore(database, format, named);
  const read = await readSettlementFile({
    path,
    name,
    format,
    signaturePath,
    onRows: async (batch) => void rows.push(...batch),
    ...(previous && { previous }),
  });
  if (!read.ok) return fail(`${name}: ${read.error.reason}`);
  const { businessDate, statement: ends } = read.value;
  if (ends?.number === undefined) return fail(`${name}: it is no numbered statement of an account`);
  return ok({
    account: ends.account,
    number: ends.number,
    date: businessDate,
    opening: ends.opening,
    closing: ends.closing,
    lines: rows.map((row) => lineOf(row, businessDate)),
  });
}

function inWords(refusal: StatementRefusal, number: number): string {
  switch (refusal.gate) {
    case 'statement_changed':
      return `statement ${number} was taken before and said something else; ask the bank`;
    case 'statement_ahead':
      return `it is of ${refusal.stated}, and today is ${refusal.computed}: a bank cannot know that day yet; ask the bank`;
    case 'value_date':
      return `line ${refusal.lineNo} has the value date ${refusal.stated}, and a statement of its date tells of ${refusal.from} to ${refusal.to}: ask the bank; where it is right, propose it: simpul bank take <file> --any-value-date --as <maker> --reason <why>`;
    default:
      return `${refusal.gate}: it states ${refusal.stated}, and it must be ${refusal.computed}`;
  }
}

/** A file of the bank's drop and what became of it. */
export interface DroppedStatement {
  name: string;
  businessDate: BusinessDate;
  sha256: string;
  result: Result<TakenStatement, string>;
}

/** What is known of the bank's drop, so that only what differs from it is read again. */
export interface KnownOnDrop {
  taken: Set<string>;
  /** Looked at again once another statement was taken, by whomever, or the day has changed. */
  refused: Set<string>;
  /** What the refusals rest on. */
  refusedAfter?: string;
}

/**
 * Takes what the bank has left on its drop, the oldest first: each file is copied into the archive by its content. Ends at
 * the first that is refused, since what follows it cannot go on from it.
 * @param known is kept from one look to the next.
 */
export async function takeDroppedStatements(
  tools: StatementTools,
  drop: Drop,
  {
    format,
    home,
    stableMs,
    sizeMaxBytes,
  }: {
    format: SettlementFormat;
    home: string;
    stableMs: number;
    sizeMaxBytes: number;
  },
  known: KnownOnDrop,
): Promise<DroppedStatement[]> {
  const done: DroppedStatement[] = [];
  for (const businessDate of await datesOnDrop(tools, drop, format, known)) {
    const found = await findFiles(drop, format, businessDate, stableMs);
    if (found.kind !== 'ready') continue;
    const folder = archiveFolder(home, format.source, businessDate);
    for (const { file, signature } of found.files) {
      if (known.taken.has(textOf(file))) continue;
      const fetched = await fetchFile(drop, file, folder, sizeMaxBytes);
      const signed = signature && (await fetchFile(drop, signature, folder, sizeMaxBytes));
      if (!fetched || (signature && !signed)) continue;
      failPoint('K12 statement fetched', file.name);
      const taking = { path: fetched.path, name: file.name, format, signaturePath: signed?.path };
      const result = await takeStatementFile(tools, taking);
      failPoint('K12 statement recorded', file.name);
      done.push({ name: file.name, businessDate, sha256: fetched.sha256, result });
      if (!result.ok) {
        known.refused.add(textOf(file, signature));
        return done;
      }
      known.taken.add(textOf(file));
      known.refused.clear();
      known.refusedAfter = (await standOf(tools, format)).text;
    }
  }
  return done;
}

/** Dates of files that are not known yet; what was taken stays taken, whatever lies on the drop for earlier dates. */
async function datesOnDrop(
  tools: StatementTools,
  drop: Drop,
  format: SettlementFormat,
  known: KnownOnDrop,
): Promise<BusinessDate[]> {
  const { last, text } = await standOf(tools, format);
  if (known.refusedAfter !== text) known.refused.clear();
  known.refusedAfter = text;
  const { taken, refused } = known;
  const dates = new Set<BusinessDate>();
  const listing = await drop.list();
  for (const file of listing) {
    const date = format.name.read(file.name)?.businessDate;
    const beside = signatureOf(format, file.name);
    const signature = listing.find(({ name, folder }) => name === beside && folder === file.folder);
    if (date === undefined || taken.has(textOf(file)) || refused.has(textOf(file, signature))) continue;
    if (last.some((one) => one === undefined || date >= one.date)) dates.add(date);
  }
  return [...dates].toSorted();
}

/** The last statement of each account of ours, what was agreed to last, and today: what a file was refused for may end with each. */
async function standOf({ database, clock }: StatementTools, format: SettlementFormat) {
  const last = await Promise.all(accountsOf(format).map((account) => lastStatement(database, { account })));
  const numbers = last.map((one) => (one ? `${one.year}/${one.number}` : ''));
  const agreed = await Promise.all(accountsOf(format).map((account) => datesAgreedAt(database, account)));
  return { last, text: [businessDateOf(clock.now(), JAKARTA_MIDNIGHT), ...agreed, ...numbers].join(' ') };
}

/** A file as the drop lists it; with its signature, where a corrected one is another word about it. */
function textOf({ name, folder, size, modifiedAt }: RemoteFile, signature?: RemoteFile): string {
  const text = `${folder}/${name} ${size} ${modifiedAt}`;
  return signature ? `${text}, ${textOf(signature)}` : text;
}

/** Our accounts whose statements a format reads. @throws ConfigError where it names none: any account would pass for ours. */
export function accountsOf({ body, source }: SettlementFormat): string[] {
  const accounts = isStatement(body) ? body.accounts : undefined;
  if (!accounts)
    throw new ConfigError(`the format of ${source} in config/bank names no accounts: which ones are ours?`);
  return [...accounts];
}

/** The statements that one of a date goes on from; none of an account of which one of that date was taken: it may be either. */
async function statementsBefore(
  statements: Statements,
  format: SettlementFormat,
  date: BusinessDate,
): Promise<ReadonlyMap<string, PreviousStatement>> {
  const before = new Map<string, PreviousStatement>();
  for (const account of accountsOf(format)) {
    const last = await lastStatement(statements, { account });
    const previous =
      last?.date === date ? undefined : await lastStatement(statements, { account, before: date });
    if (previous) before.set(account, previous);
  }
  return before;
}

/** A row that takes one back (RC, RD) carries the amount of the one it undoes. */
function lineOf(row: DetailRow, date: string): StatementLine {
  const isReversal = row.status === 'F';
  return {
    reference: row.ourRef === '' ? null : row.ourRef,
    bankReference: row.theirRef,
    hint: row.hint,
    type: row.type ?? 'NTRF',
    isReversal,
    amount: isReversal ? -row.amount : row.amount,
    valueDate: row.paidAt?.slice(0, 10) ?? date,
    narrative: row.narrative ?? '',
  };
}
