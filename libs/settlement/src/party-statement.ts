import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import { billerAccounts, channelAccounts, movementsOf, type AccountMovement } from '#lib/ledger';
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
  const days = { from, to };
  if (kind === 'biller') return present([await statementOfBiller(statements, id, days)]);
  const { deposit, held, commission, receivable } = channelAccounts;
  const accountIds = [deposit, held, commission, receivable].map((idOf) => idOf(id));
  const movements = await movementsOf(statements, accountIds, days);
  return present([
    await statementOfDeposit(statements, id, days, movements),
    statementOfBooks(commission(id), days, movements),
    statementOfBooks(receivable(id), days, movements),
  ]);
}

function present(all: readonly PartyStatement[]): PartyStatement[] {
  const moved = all.filter(
    ({ opening, entries, ledger }) => opening !== 0n || entries.length > 0 || ledger !== 0n,
  );
  return moved.length > 0 ? moved : all.slice(0, 1);
}

interface Days {
  from: BusinessDate;
  to: BusinessDate;
}

/** From settlements and payouts, so that the ledger's own sum proves it. */
async function statementOfBiller(
  statements: Statements,
  billerId: string,
  days: Days,
): Promise<PartyStatement> {
  const { from, to } = days;
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
  const movements = await movementsOf(statements, [accountId], days);
  const others = movements.filter(({ kind }) => kind !== 'settlement');
  const opening = BigInt(before?.net ?? 0) + owedBy(others, ['before']);
  const entries = [
    ...settled.map(({ kind, n, amount }) => ({ kind, count: Number(n), amount: rupiah(BigInt(amount)) })),
    ...byKind(others),
  ];
  const ledger = owedBy(movements, ['before', 'within']);
  const due = await dueOf(statements, { kind: 'biller', id: billerId }, from, to);
  return { ...closed({ accountId, ...days, opening, entries, ledger }), due };
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

/** Kinds that move money between a deposit and what is held of it: the deposit as a whole stays as it is. */
const WITHIN_DEPOSIT: ReadonlySet<string> = new Set(['hold', 'void']);

/** What its accounts say, held to the deposit's own row, which every journal leaves as it must be. */
async function statementOfDeposit(
  statements: Statements,
  channelId: string,
  days: Days,
  all: readonly AccountMovement[],
): Promise<PartyStatement> {
  const [deposit] = await statements.rows<{ posted: string }>(
    'SELECT posted FROM deposit WHERE channel_id = ?',
    [channelId],
  );
  const accountId = channelAccounts.deposit(channelId);
  const own = new Set([accountId, channelAccounts.held(channelId)]);
  const movements = all.filter((one) => own.has(one.accountId));
  return closed({
    accountId,
    ...days,
    opening: owedBy(movements, ['before']),
    entries: byKind(movements.filter(({ kind }) => !WITHIN_DEPOSIT.has(kind))),
    ledger: BigInt(deposit?.posted ?? 0) - owedBy(movements, ['after']),
  });
}

function statementOfBooks(accountId: string, days: Days, all: readonly AccountMovement[]): PartyStatement {
  const movements = all.filter((one) => one.accountId === accountId);
  return closed({
    accountId,
    ...days,
    opening: owedBy(movements, ['before']),
    entries: byKind(movements),
    ledger: owedBy(movements, ['before', 'within']),
  });
}

/** What movements make us owe more. */
function owedBy(movements: readonly AccountMovement[], parts: readonly AccountMovement['part'][]): bigint {
  return movements.reduce((owed, { part, amount }) => (parts.includes(part) ? owed - amount : owed), 0n);
}

/** What moved within the days, by kind. */
function byKind(movements: readonly AccountMovement[]): StatementEntry[] {
  const within = movements.filter(({ part }) => part === 'within');
  const kinds = [...new Set(within.map(({ kind }) => kind))].toSorted();
  return kinds.map((kind) => {
    const own = within.filter((one) => one.kind === kind);
    const count = own.reduce((sum, { entries }) => sum + entries, 0);
    return { kind, count, amount: rupiah(owedBy(own, ['within'])) };
  });
}

function closed(read: {
  accountId: string;
  from: BusinessDate;
  to: BusinessDate;
  opening: bigint;
  entries: StatementEntry[];
  ledger: bigint;
}): PartyStatement {
  const { opening, entries, ledger } = read;
  const closing = entries.reduce((sum, { amount }) => sum + amount, opening);
  return {
    ...read,
    opening: rupiah(opening),
    closing: rupiah(closing),
    ledger: rupiah(ledger),
    unexplained: rupiah(ledger - closing),
    due: [],
  };
}
