import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import { billerAccounts, channelAccounts } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/** One movement of a statement, summed by what it is. Whole rupiah, what we owe more positive. */
export interface StatementEntry {
  kind: string;
  count: number;
  amount: Rupiah;
}

/**
 * What we owe a party on one account: opening + entries = closing, which must be what the ledger says. What the entries do
 * not explain is `unexplained`; a statement with any is not to be handed out.
 */
export interface PartyStatement {
  accountId: string;
  from: BusinessDate;
  to: BusinessDate;
  opening: Rupiah;
  entries: StatementEntry[];
  closing: Rupiah;
  /** The account in the ledger at the end of the last day. */
  ledger: Rupiah;
  unexplained: Rupiah;
  /** What the settlements of these days pay out, and by when. */
  due: DuePay[];
}

/** What a settlement pays a party by a day; null: from before due dates were kept. */
export interface DuePay {
  source: string;
  businessDate: BusinessDate;
  dueDate: BusinessDate | null;
  pay: Rupiah;
}

/** The billers or channels there are: those of the catalogue, and those that the books have accounts of. */
export async function partiesOf(
  statements: Statements,
  kind: 'biller' | 'channel',
): Promise<readonly string[]> {
  const rows = await statements.rows<{ id: string }>(
    `SELECT ${kind}_id AS id FROM ${kind}
     UNION SELECT SUBSTRING_INDEX(SUBSTRING_INDEX(account_id, ':', 2), ':', -1) FROM account WHERE account_id LIKE ?
     ORDER BY id`,
    [`${kind}:%`],
  );
  return rows.map(({ id }) => id);
}

/**
 * The statements of a party: of a biller what is to be paid out to it; of a channel its deposit, its commission and what it
 * owes. Business dates from..to, inclusive. An account that never moved is left out; where none did, the first stands there
 * with its zeros.
 */
export async function statementsOfParty(
  statements: Statements,
  party: { kind: 'biller' | 'channel'; id: string },
  { from, to }: { from: BusinessDate; to: BusinessDate },
): Promise<PartyStatement[]> {
  const { kind, id } = party;
  if (kind === 'biller') return present([await statementOfBiller(statements, id, from, to)]);
  return present([
    await statementOfDeposit(statements, id, from, to),
    await statementOfBooks(statements, channelAccounts.commission(id), from, to),
    await statementOfBooks(statements, channelAccounts.receivable(id), from, to),
  ]);
}

function present(all: readonly PartyStatement[]): PartyStatement[] {
  const moved = all.filter(
    ({ opening, entries, ledger }) => opening !== 0n || entries.length > 0 || ledger !== 0n,
  );
  return moved.length > 0 ? moved : all.slice(0, 1);
}

/** From settlements and payouts, so that the ledger's own sum proves it. */
async function statementOfBiller(
  statements: Statements,
  billerId: string,
  from: BusinessDate,
  to: BusinessDate,
): Promise<PartyStatement> {
  const accountId = billerAccounts.payable(billerId);
  const [before] = await statements.rows<{ net: string }>(
    `SELECT COALESCE(SUM(n.net), 0) AS net FROM settlement_net n JOIN settlement s ON s.settlement_id = n.settlement_id
     WHERE n.party_kind = 'biller' AND n.party_id = ? AND s.state = 'closed' AND s.business_date < ?`,
    [billerId, from],
  );
  const settled = await statements.rows<{ kind: string; n: string | number; amount: string }>(
    `SELECT l.kind, SUM(l.payments) AS n, SUM(l.amount) AS amount FROM settlement_line l
       JOIN settlement s ON s.settlement_id = l.settlement_id
     WHERE l.party_kind = 'biller' AND l.party_id = ? AND s.state = 'closed' AND s.business_date BETWEEN ? AND ?
       AND l.kind <> 'held_back' GROUP BY l.kind ORDER BY l.kind`,
    [billerId, from, to],
  );
  const paid = await bookedBy(statements, accountId, to, ['settlement']);
  const opening = BigInt(before?.net ?? 0) + sumOf(paid.filter(({ date }) => date < from));
  const entries = [
    ...settled.map(({ kind, n, amount }) => ({ kind, count: Number(n), amount: BigInt(amount) })),
    ...byKind(paid.filter(({ date }) => date >= from)),
  ];
  const due = await dueOf(statements, { kind: 'biller', id: billerId }, from, to);
  return { ...(await close(statements, accountId, { from, to, opening, entries })), due };
}

async function dueOf(
  statements: Statements,
  { kind, id }: { kind: string; id: string },
  from: BusinessDate,
  to: BusinessDate,
): Promise<DuePay[]> {
  const rows = await statements.rows<{
    source: string;
    business_date: BusinessDate;
    due_date: BusinessDate | null;
    pay: string;
  }>(
    `SELECT s.source, s.business_date, s.due_date, n.pay FROM settlement_net n
       JOIN settlement s ON s.settlement_id = n.settlement_id
     WHERE n.party_kind = ? AND n.party_id = ? AND s.state = 'closed' AND s.business_date BETWEEN ? AND ? AND n.pay > 0
     ORDER BY s.business_date, s.source`,
    [kind, id, from, to],
  );
  return rows.map(({ source, business_date, due_date, pay }) => ({
    source,
    businessDate: business_date,
    dueDate: due_date,
    pay: rupiah(BigInt(pay)),
  }));
}

/** A deposit's own journal, which is in its order already. */
async function statementOfDeposit(
  statements: Statements,
  channelId: string,
  from: BusinessDate,
  to: BusinessDate,
): Promise<PartyStatement> {
  const rows = await statements.rows<{ kind: string; is_before: number; n: string | number; amount: string }>(
    `SELECT kind, business_date < ? AS is_before, COUNT(*) AS n, SUM(posted_change) AS amount FROM journal
     WHERE channel_id = ? AND business_date <= ? AND posted_change <> 0
     GROUP BY kind, business_date < ? ORDER BY kind`,
    [from, channelId, to, from],
  );
  const opening = rows.reduce((sum, row) => (row.is_before === 1 ? sum + BigInt(row.amount) : sum), 0n);
  const entries = rows
    .filter(({ is_before }) => is_before === 0)
    .map(({ kind, n, amount }) => ({ kind, count: Number(n), amount: BigInt(amount) }));
  const { deposit, held } = channelAccounts;
  const accountId = deposit(channelId);
  return close(statements, accountId, { from, to, opening, entries }, [accountId, held(channelId)]);
}

async function statementOfBooks(
  statements: Statements,
  accountId: string,
  from: BusinessDate,
  to: BusinessDate,
): Promise<PartyStatement> {
  const booked = await bookedBy(statements, accountId, to, []);
  const opening = sumOf(booked.filter(({ date }) => date < from));
  const entries = byKind(booked.filter(({ date }) => date >= from));
  return close(statements, accountId, { from, to, opening, entries });
}

interface Booked {
  date: BusinessDate;
  kind: string;
  n: number;
  amount: bigint;
}

async function bookedBy(
  statements: Statements,
  accountId: string,
  to: BusinessDate,
  butKinds: readonly string[],
): Promise<Booked[]> {
  const rows = await statements.rows<{
    business_date: BusinessDate;
    kind: string;
    n: string | number;
    amount: string;
  }>(
    `SELECT j.business_date, p.kind, COUNT(*) AS n, -SUM(p.amount) AS amount FROM posting p
       JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
     WHERE p.account_id = ? AND j.business_date <= ? AND p.kind NOT IN (?)
     GROUP BY j.business_date, p.kind ORDER BY j.business_date, p.kind`,
    [accountId, to, butKinds.length > 0 ? [...butKinds] : ['']],
  );
  return rows.map((row) => ({
    date: row.business_date,
    kind: row.kind,
    n: Number(row.n),
    amount: BigInt(row.amount),
  }));
}

function byKind(booked: readonly Booked[]): { kind: string; count: number; amount: bigint }[] {
  const kinds = [...new Set(booked.map(({ kind }) => kind))].toSorted();
  return kinds.map((kind) => {
    const own = booked.filter((one) => one.kind === kind);
    return { kind, count: own.reduce((count, { n }) => count + n, 0), amount: sumOf(own) };
  });
}

function sumOf(all: readonly { amount: bigint }[]): bigint {
  return all.reduce((sum, { amount }) => sum + amount, 0n);
}

async function close(
  statements: Statements,
  accountId: string,
  read: {
    from: BusinessDate;
    to: BusinessDate;
    opening: bigint;
    entries: { kind: string; count: number; amount: bigint }[];
  },
  accounts: readonly string[] = [accountId],
): Promise<PartyStatement> {
  const { from, to, opening, entries } = read;
  const closing = opening + sumOf(entries);
  const [row] = await statements.rows<{ amount: string }>(
    `SELECT COALESCE(-SUM(p.amount), 0) AS amount FROM posting p
       JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
     WHERE p.account_id IN (?) AND j.business_date <= ?`,
    [[...accounts], to],
  );
  const ledger = BigInt(row?.amount ?? 0);
  return {
    accountId,
    from,
    to,
    opening: rupiah(opening),
    entries: entries.map(({ kind, count, amount }) => ({ kind, count, amount: rupiah(amount) })),
    closing: rupiah(closing),
    ledger: rupiah(ledger),
    unexplained: rupiah(ledger - closing),
    due: [],
  };
}
