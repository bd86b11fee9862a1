import { formatRupiah, rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { BILLER_BALANCES } from './biller-balances';
import { fundsOn, unexplainedAtFirst } from './funds';

/** The verdict on one invariant of settlement. */
export interface SettlementVerdict {
  id: 'I19' | 'I20' | 'I21' | 'I22' | 'I23';
  ok: boolean;
  /** Settlements, payouts or statements looked at. */
  checked: number;
  firstCounterExample: string | null;
}

/**
 * I19: every settlement sums to 0, ties to its payments and to the ledger, and no share is in two of them. I20: every
 * payout has an approved maker and checker before it left and a statement's line before it was executed, and together they
 * are what settlements owe. I21: statements go on from one another, and every line is booked
 * as it stands. I22: since the first statement of an account
 * every rupiah of its balance is explained. I23: what stands on each biller's clearing, payable and suspense is what is
 * unsettled, unpaid and in dispute.
 */
export async function checkSettlementInvariants(statements: Statements): Promise<SettlementVerdict[]> {
  return [
    await verdict(statements, 'I19', 'settlement', SETTLEMENTS),
    await verdict(statements, 'I20', 'payout', PAYOUTS),
    await verdict(statements, 'I21', 'bank_statement', BANK),
    await explained(statements),
    await verdict(statements, 'I23', 'settlement', BILLERS),
  ];
}

interface Question {
  sql: string;
  says: (row: Record<string, string | number | null>) => string;
}

/** What a settlement moves out of a biller's clearing, read from its payments and not from its lines. */
const SETTLEMENTS: readonly Question[] = [
  {
    sql: `SELECT s.subject_id, SUM(l.amount) AS rest FROM settlement s JOIN settlement_line l
            ON l.settlement_id = s.settlement_id GROUP BY s.settlement_id, s.subject_id HAVING rest <> 0 LIMIT 1`,
    says: ({ subject_id, rest }) => `the lines of ${subject_id} sum to ${rest}`,
  },
  {
    sql: `SELECT s.subject_id, s.payments, paid.n FROM settlement s JOIN (
            SELECT g.settlement_id, COUNT(l.payment_id) AS n FROM settlement g LEFT JOIN payment_leg l
              ON l.source = g.source AND l.source_business_date = g.business_date AND l.state IN ('PAID', 'REVERSED')
              AND NOT EXISTS (SELECT 1 FROM settlement_held h WHERE h.payment_id = l.payment_id AND h.leg_no = l.leg_no)
            GROUP BY g.settlement_id) paid ON paid.settlement_id = s.settlement_id
          WHERE paid.n <> s.payments LIMIT 1`,
    says: ({ subject_id, payments, n }) =>
      `${subject_id} settled ${payments} payments of its day, the books have ${n} that were not held back`,
  },
  {
    sql: `SELECT s.subject_id, n.party_id, n.net, COALESCE(moved.amount, 0) AS moved FROM settlement s
          JOIN settlement_net n ON n.settlement_id = s.settlement_id AND n.party_kind = 'biller'
          LEFT JOIN (SELECT subject_id, account_id, -SUM(amount) AS amount FROM posting
            WHERE kind = 'settlement' AND account_id LIKE 'biller:%:payable' GROUP BY subject_id, account_id) moved
            ON moved.subject_id = s.subject_id AND moved.account_id = CONCAT('biller:', n.party_id, ':payable')
          WHERE s.state = 'closed' AND n.net <> COALESCE(moved.amount, 0) LIMIT 1`,
    says: ({ subject_id, party_id, net, moved }) =>
      `${subject_id} owes ${party_id} ${net}, its journal says ${moved}`,
  },
  {
    sql: `SELECT c.subject_id FROM settlement_charge c JOIN settlement s ON s.settlement_id = c.settlement_id
          LEFT JOIN journal j ON j.subject_id = c.subject_id AND j.kind = 'settlement'
          WHERE s.state = 'closed' AND NOT (j.posted_change <=> c.charge) LIMIT 1`,
    says: ({ subject_id }) => `${subject_id} does not charge its channel what its settlement says`,
  },
  {
    sql: `SELECT i.payment_id, i.kind FROM settlement_item i LEFT JOIN settlement_held h ON h.payment_id = i.payment_id
            AND h.released_in = i.settlement_id WHERE i.kind = 'capture' AND h.payment_id IS NULL LIMIT 1`,
    says: ({ payment_id }) => `${payment_id} is settled by itself and with its day`,
  },
  {
    sql: `SELECT n.party_id, n.seq FROM settlement_net n LEFT JOIN settlement_net b ON b.party_kind = n.party_kind
            AND b.party_id = n.party_id AND b.seq = n.seq - 1
          WHERE n.carried_in <> COALESCE(b.net + b.carried_in - b.pay, 0)
            OR n.pay <> GREATEST(n.net + n.carried_in, 0) LIMIT 1`,
    says: ({ party_id, seq }) =>
      `what ${party_id} is owed does not follow from what came before its number ${seq}`,
  },
];

const PAYOUTS: readonly Question[] = [
  {
    sql: `SELECT p.reference, p.state FROM payout p LEFT JOIN approval a ON a.approval_id = p.approval_id
          WHERE p.state IN ('approved', 'sent', 'accepted', 'executed', 'returned') AND NOT (COALESCE(a.state, '') = 'approved'
            AND (a.kind = 'payout' AND a.subject = p.reference OR a.kind = 'bank_line' AND p.state IN ('executed', 'returned')))
          LIMIT 1`,
    says: ({ reference, state }) => `${reference} is ${state} and nobody has approved it`,
  },
  {
    sql: `SELECT n.paid_by, SUM(n.pay) AS owed, COALESCE(MAX(p.amount), 0) AS paid FROM settlement_net n
          LEFT JOIN (SELECT part_of, SUM(amount) AS amount FROM payout WHERE attempt = 1 GROUP BY part_of) p
            ON p.part_of = n.paid_by
          WHERE n.paid_by IS NOT NULL GROUP BY n.paid_by HAVING owed <> paid LIMIT 1`,
    says: ({ paid_by, owed, paid }) => `${paid_by} pays ${paid}, its settlements owe ${owed}`,
  },
  {
    sql: `SELECT p.part_of FROM payout p LEFT JOIN settlement_net n ON n.paid_by = p.part_of
          WHERE n.paid_by IS NULL LIMIT 1`,
    says: ({ part_of }) => `${part_of} pays what no settlement owes`,
  },
  {
    sql: `SELECT part_of, part, COUNT(*) AS n FROM payout WHERE state NOT IN ('rejected', 'returned', 'replaced') GROUP BY part_of, part
          HAVING n > 1 LIMIT 1`,
    says: ({ part_of, part, n }) => `part ${part} of ${part_of} has ${n} payouts that may happen`,
  },
  {
    sql: `SELECT p.reference, p.state, COUNT(l.line_no) + COUNT(g.reference) AS lines_shown, COUNT(j.subject_id) AS booked, EXISTS (SELECT 1
            FROM payout_event e WHERE e.reference = p.reference AND e.to_state = 'executed') AS due FROM payout p
          LEFT JOIN bank_line l ON l.about = p.reference AND l.outcome = 'matched' AND l.amount = -p.amount
          LEFT JOIN bank_line_payout g ON g.reference = p.reference
          LEFT JOIN journal j ON j.subject_id = p.reference AND j.kind = 'payout'
          GROUP BY p.reference, p.state HAVING lines_shown <> due OR booked <> due LIMIT 1`,
    says: ({ reference, state, lines_shown, booked }) =>
      `${reference} is ${state}, on ${lines_shown} lines of statements, with ${booked} journals`,
  },
  {
    sql: `SELECT p.reference FROM payout p LEFT JOIN (SELECT reference, COUNT(*) AS n FROM payout_event GROUP BY reference) h
            ON h.reference = p.reference LEFT JOIN payout_event e ON e.reference = p.reference AND e.event_no = p.version
          WHERE NOT (h.n <=> p.version) OR NOT (e.to_state <=> p.state) LIMIT 1`,
    says: ({ reference }) => `the history of ${reference} does not lead to its state`,
  },
  {
    sql: `SELECT f.name, COUNT(p.reference) AS n FROM payout_file f LEFT JOIN payout_file_line l ON l.name = f.name
            LEFT JOIN payout p ON p.reference = l.reference AND p.state NOT IN ('drafted', 'approved')
          GROUP BY f.name, f.payouts, f.amount HAVING n <> f.payouts OR SUM(p.amount) <> f.amount LIMIT 1`,
    says: ({ name }) => `the file ${name} does not hold the payouts that it was made of, each of them sent`,
  },
  {
    sql: `SELECT e.reference FROM bank_expected e LEFT JOIN approval a ON a.approval_id = e.approval_id
            AND a.kind = 'float_top_up' AND a.subject = e.reference AND a.state = 'approved'
          WHERE e.kind = 'float_top_up' AND a.approval_id IS NULL LIMIT 1`,
    says: ({ reference }) => `nobody has approved the top-up ${reference} of a float`,
  },
];

const BANK: readonly Question[] = [
  {
    sql: `SELECT n.account, n.number FROM (SELECT account, year, number, opening,
            LAG(closing) OVER (PARTITION BY account ORDER BY year, number) AS closed,
            LAG(number) OVER (PARTITION BY account ORDER BY year, number) AS number_before,
            LAG(year) OVER (PARTITION BY account ORDER BY year, number) AS year_before FROM bank_statement) n
          WHERE n.number_before IS NOT NULL AND (n.closed <> n.opening
            OR NOT (n.number = n.number_before + 1 OR n.number = 1 AND n.year > n.year_before)) LIMIT 1`,
    says: ({ account, number }) => `statement ${number} of ${account} does not go on from the one before`,
  },
  {
    sql: `SELECT s.account, s.number, s.closing - s.opening AS stated, COALESCE(SUM(l.amount), 0) AS shown
          FROM bank_statement s LEFT JOIN bank_line l ON l.account = s.account AND l.year = s.year
            AND l.number = s.number
          GROUP BY s.account, s.year, s.number, s.closing, s.opening HAVING stated <> shown LIMIT 1`,
    says: ({ account, number, stated, shown }) =>
      `statement ${number} of ${account} moves ${stated}, its lines ${shown}`,
  },
  {
    sql: `SELECT l.account, l.number, l.line_no FROM bank_line l LEFT JOIN (SELECT subject_id, SUM(amount) AS amount
            FROM posting WHERE account_id = 'own:bank' AND kind IN ('payout', 'top_up', 'collection', 'bank_charge',
              'bank_unnamed', 'adjustment', 'float_top_up', 'float_adjustment') GROUP BY subject_id) b ON b.subject_id = l.subject_id
            LEFT JOIN (SELECT g.account, g.year, g.number, g.line_no, SUM(p.amount) AS amount FROM bank_line_payout g
              JOIN posting p ON p.subject_id = g.reference AND p.kind = 'payout' AND p.account_id = 'own:bank'
              GROUP BY g.account, g.year, g.number, g.line_no) m
            ON m.account = l.account AND m.year = l.year AND m.number = l.number AND m.line_no = l.line_no
          WHERE l.outcome IS NOT NULL AND NOT (COALESCE(m.amount, b.amount) <=> l.amount) LIMIT 1`,
    says: ({ account, number, line_no }) =>
      `line ${line_no} of statement ${number} of ${account} is not booked as it stands`,
  },
];

const BILLERS: readonly Question[] = [
  {
    sql: BILLER_BALANCES,
    says: ({ account_id, stands, due }) =>
      `${account_id} stands at ${stands}, by payments, settlements and payouts it is ${due}`,
  },
];

async function verdict(
  statements: Statements,
  id: SettlementVerdict['id'],
  table: string,
  questions: readonly Question[],
): Promise<SettlementVerdict> {
  const [counted] = await statements.rows<{ n: string | number }>(`SELECT COUNT(*) AS n FROM ${table}`);
  const checked = Number(counted?.n ?? 0);
  for (const { sql, says } of questions) {
    const [row] = await statements.rows<Record<string, string | number | null>>(sql);
    if (row) return { id, ok: false, checked, firstCounterExample: says(row) };
  }
  return { id, ok: true, checked, firstCounterExample: null };
}

async function explained(statements: Statements): Promise<SettlementVerdict> {
  const { bank, remainder } = await fundsOn(statements, '9999-12-31');
  const rest = remainder - (await unexplainedAtFirst(statements));
  const ok = bank.length === 0 || rest === 0n;
  const firstCounterExample = ok ? null : `${formatRupiah(rupiah(rest))} at the bank are unexplained`;
  return { id: 'I22', ok, checked: bank.length, firstCounterExample };
}
