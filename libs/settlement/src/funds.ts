import {
  MOVES_NO_MONEY,
  putForward,
  userOf,
  weighApproval,
  type ApprovalRefusal,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import { movementsOf, OWN_BANK } from '#lib/ledger';
import {
  ChangedMeanwhile,
  changeRows,
  duplicateKey,
  insertRow,
  type Database,
  type Statements,
} from '#lib/platform';

/** What our money at the bank is made of. Whole rupiah; what others owe us is taken off. */
export interface FundsPosition {
  businessDate: BusinessDate;
  /** Closing balances of the last statement of each account up to that date. */
  bank: { account: string; number: number; date: BusinessDate; closing: Rupiah }[];
  bankTotal: Rupiah;
  /** What channels have deposited, held for open payments or not. */
  deposits: Rupiah;
  commissions: Rupiah;
  /** Paid and not settled. */
  clearing: Rupiah;
  /** Settled and not paid out. */
  payables: Rupiah;
  /** Money that nobody can name, less what is in dispute with billers. */
  suspense: Rupiah;
  /** What we have earned and not spent, taxes to hand on among it. */
  ownFunds: Rupiah;
  /** What channels owe us, and what we paid billers in advance: negative. */
  owedToUs: Rupiah;
  /** What the bank has and our books do not yet, less what our books have and no statement shows. */
  inTransit: Rupiah;
  /** What of the bank's money the above does not explain; a position is signed only on 0. */
  remainder: Rupiah;
}

/** Reads the position at the end of a business date; pass the statements of a snapshot. */
export async function fundsOn(statements: Statements, businessDate: BusinessDate): Promise<FundsPosition> {
  const bank = await bankBalances(statements, businessDate);
  const books = await balancesByKind(statements, businessDate);
  const of = (...names: string[]) => names.reduce((sum, name) => sum - (books.get(name) ?? 0n), 0n);
  const bankTotal = bank.reduce((sum, { closing }) => sum + closing, 0n);
  const parts = {
    deposits: of('channel deposit', 'channel held'),
    commissions: of('channel commission'),
    clearing: of('biller clearing'),
    payables: of('biller payable'),
    suspense: of('own suspense', 'biller suspense'),
    ownFunds: of(
      'own fee-income',
      'own loss',
      'own rounding',
      'own bank-charges',
      'own ppn-out',
      'own pph-prepaid',
    ),
    owedToUs: of('channel receivable', 'biller float'),
    inTransit: await inTransit(statements, businessDate, bank.length > 0),
  };
  const explained = Object.values(parts).reduce((sum, amount) => sum + amount, 0n);
  const amounts = Object.fromEntries(
    Object.entries(parts).map(([name, amount]) => [name, rupiah(amount)]),
  ) as Record<keyof typeof parts, Rupiah>;
  return {
    businessDate,
    bank,
    bankTotal: rupiah(bankTotal),
    ...amounts,
    remainder: rupiah(bankTotal - explained),
  };
}

/** Why a position is not signed. */
export type FundsRefusal =
  | { kind: 'remainder'; remainder: Rupiah }
  | { kind: 'no statement' }
  | { kind: 'not proposed' }
  /** The books have changed since it was proposed. */
  | { kind: 'changed' }
  | { kind: 'signed already'; by: string }
  | StandsAlready
  | { kind: 'approval'; refusal: ApprovalRefusal };

/** The maker signs a position that leaves nothing unexplained. @throws NoUser. */
export async function proposeFunds(
  database: Database,
  { businessDate, by, at }: { businessDate: BusinessDate; by: string; at: Date },
): Promise<Result<Proposed, FundsRefusal>> {
  const position = await database.snapshot((statements) => fundsOn(statements, businessDate));
  if (position.bank.length === 0) return fail({ kind: 'no statement' });
  if (position.remainder !== 0n) return fail({ kind: 'remainder', remainder: position.remainder });
  const signed = await signedFunds(database, businessDate);
  if (signed) return fail({ kind: 'signed already', by: signed.checker });
  return database.transaction((statements) =>
    putForward(statements, {
      kind: 'funds',
      subject: businessDate,
      payload: JSON.parse(textOf(position)) as object,
      by,
      reason: `position of funds of ${businessDate}`,
      at,
    }),
  );
}

/** The position of a date that somebody has proposed and nobody has signed or refused yet. */
export async function proposedFunds(
  statements: Statements,
  businessDate: BusinessDate,
): Promise<{ approvalId: string; version: string; maker: string } | undefined> {
  const [open] = await statements.rows<{ approval_id: string; version: string; maker: string }>(
    'SELECT approval_id, version, maker FROM approval WHERE open_subject = ?',
    [`funds ${businessDate}`],
  );
  return open && { approvalId: open.approval_id, version: open.version, maker: open.maker };
}

/**
 * The checker, another person, signs the same position; it is kept and never changed.
 * @param order `version` is the version of the proposal that the checker was shown: another one is not signed.
 * @throws NoUser.
 */
export async function approveFunds(
  database: Database,
  order: { businessDate: BusinessDate; version: string; by: string; at: Date },
): Promise<Result<FundsPosition, FundsRefusal>> {
  const { businessDate, version, by, at } = order;
  const open = await proposedFunds(database, businessDate);
  if (!open) return fail({ kind: 'not proposed' });
  const position = await database.snapshot((statements) => fundsOn(statements, businessDate));
  const decision = { approvalId: open.approvalId, version, by, at };
  const weighed = await weighApproval(database, decision, MOVES_NO_MONEY);
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const figures = textOf(position);
  if (JSON.stringify(weighed.value.approval.payload) !== figures) return fail({ kind: 'changed' });
  try {
    await database.transaction(async (statements) => {
      await changeRows(statements, weighed.value.updates);
      const row = {
        business_date: businessDate,
        figures,
        remainder: position.remainder,
        maker: open.maker,
        checker: userOf(by),
        approval_id: open.approvalId,
        signed_at: at,
      };
      for (const one of [...weighed.value.inserts, { table: 'funds_position', values: row }])
        await insertRow(statements, one);
    });
  } catch (error) {
    if (error instanceof ChangedMeanwhile || duplicateKey(error) !== undefined)
      return fail({ kind: 'changed' });
    throw error;
  }
  return ok(position);
}

/** The signed position of a date, if there is one. */
export async function signedFunds(
  statements: Statements,
  businessDate: BusinessDate,
): Promise<{ maker: string; checker: string; signedAt: Date; figures: string } | undefined> {
  const [row] = await statements.rows<{ maker: string; checker: string; signed_at: Date; figures: string }>(
    'SELECT maker, checker, signed_at, figures FROM funds_position WHERE business_date = ?',
    [businessDate],
  );
  return row && { maker: row.maker, checker: row.checker, signedAt: row.signed_at, figures: row.figures };
}

/** Whether a position is what was signed; the books of a day may take up more after that. */
export function isAsSigned(position: FundsPosition, signed: { figures: string }): boolean {
  return textOf(position) === signed.figures;
}

function textOf(position: FundsPosition): string {
  return JSON.stringify(position, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

async function bankBalances(
  statements: Statements,
  businessDate: BusinessDate,
): Promise<FundsPosition['bank']> {
  const rows = await statements.rows<{
    account: string;
    number: number;
    statement_date: BusinessDate;
    closing: string;
  }>(
    `SELECT s.account, s.number, s.statement_date, s.closing FROM bank_statement s JOIN (
       SELECT account, MAX(year * 100000 + number) AS place FROM bank_statement WHERE statement_date <= ? GROUP BY account) last
       ON last.account = s.account AND last.place = s.year * 100000 + s.number ORDER BY s.account`,
    [businessDate],
  );
  return rows.map((row) => ({
    account: row.account,
    number: row.number,
    date: row.statement_date,
    closing: rupiah(BigInt(row.closing)),
  }));
}

/** What stands on each kind of account at the end of a date. */
async function balancesByKind(
  statements: Statements,
  businessDate: BusinessDate,
): Promise<ReadonlyMap<string, bigint>> {
  const accounts = await statements.rows<{ account_id: string }>(
    "SELECT account_id FROM account WHERE account_id <> 'own:bank'",
  );
  const ids = accounts.map(({ account_id }) => account_id);
  const totals = new Map<string, bigint>();
  for (const { accountId, part, amount } of await movementsOf(statements, ids, {
    from: businessDate,
    to: businessDate,
  })) {
    if (part === 'after') continue;
    const parts = accountId.split(':');
    const kind = `${parts[0]} ${parts.at(-1)}`;
    totals.set(kind, (totals.get(kind) ?? 0n) + amount);
  }
  return totals;
}

/**
 * Lines that a statement shows and nobody has worked yet, less what our books have on the bank's account since the first
 * statement and no line shows. What our books had before it is in its opening balance. Money that was named later was booked
 * there and back under the line's own subject, which comes to 0.
 */
async function inTransit(
  statements: Statements,
  businessDate: BusinessDate,
  hasStatements: boolean,
): Promise<bigint> {
  const [shown] = await statements.rows<{ amount: string }>(
    `SELECT COALESCE(SUM(l.amount), 0) AS amount FROM bank_line l JOIN bank_statement s ON s.account = l.account
       AND s.year = l.year AND s.number = l.number WHERE l.outcome IS NULL AND s.statement_date <= ?`,
    [businessDate],
  );
  const from = hasStatements ? await firstStatementDate(statements) : '1000-01-01';
  return BigInt(shown?.amount ?? 0) - (await bookedAndNotShown(statements, { from, to: businessDate }));
}

async function bookedAndNotShown(
  statements: Statements,
  days: { from: BusinessDate; to: BusinessDate },
): Promise<bigint> {
  const { from, to } = days;
  if (to < from) return 0n;
  const [shown] = await statements.rows<{ amount: string }>(
    `SELECT COALESCE(SUM(p.amount), 0) AS amount FROM (
       SELECT l.subject_id FROM bank_line l JOIN bank_statement s ON s.account = l.account AND s.year = l.year
         AND s.number = l.number WHERE s.statement_date <= ? AND l.subject_id IS NOT NULL
       UNION SELECT g.reference FROM bank_line_payout g JOIN bank_statement s ON s.account = g.account
         AND s.year = g.year AND s.number = g.number WHERE s.statement_date <= ?) line
       JOIN posting p ON p.subject_id = line.subject_id AND p.account_id = ?
       JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
     WHERE j.business_date BETWEEN ? AND ?`,
    [to, to, OWN_BANK, from, to],
  );
  const movements = await movementsOf(statements, [OWN_BANK], days);
  return movements.reduce(
    (rest, { part, amount }) => (part === 'within' ? rest + amount : rest),
    -BigInt(shown?.amount ?? 0),
  );
}

/** What the first statement of our accounts opens with beyond what our books had before it: no statement can explain it. */
export async function unexplainedAtFirst(statements: Statements): Promise<bigint> {
  const [opened] = await statements.rows<{ amount: string }>(
    `SELECT COALESCE(SUM(s.opening), 0) AS amount FROM bank_statement s
     WHERE NOT EXISTS (SELECT 1 FROM bank_statement b WHERE b.account = s.account AND (b.year, b.number) < (s.year, s.number))`,
  );
  const [booked] = await statements.rows<{ amount: string }>(
    `SELECT COALESCE(SUM(p.amount), 0) AS amount FROM posting p
       JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
     WHERE p.account_id = 'own:bank' AND j.business_date < ?`,
    [await firstStatementDate(statements)],
  );
  return BigInt(opened?.amount ?? 0) - BigInt(booked?.amount ?? 0);
}

async function firstStatementDate(statements: Statements): Promise<BusinessDate> {
  const [row] = await statements.rows<{ first: BusinessDate | null }>(
    'SELECT MIN(statement_date) AS first FROM bank_statement',
  );
  return row?.first ?? '1000-01-01';
}
