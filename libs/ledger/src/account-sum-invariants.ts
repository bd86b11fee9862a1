import type { Statements } from '#lib/platform';
import type { InvariantVerdict } from './invariant-verdict';

/**
 * I24: what stands summed up by account, business date and kind is what the journals say that were summed up, each of them
 * once; and no journal of a deposit moves an account whose sums do not look for it there. It stops no payment: a statement
 * that rests on a wrong sum does not meet what it is held to.
 */
export async function checkAccountSums(statements: Statements): Promise<InvariantVerdict> {
  const [counted] = await statements.rows<{ n: string | number }>('SELECT COUNT(*) AS n FROM account_day');
  const checked = Number(counted?.n ?? 0);
  for (const { sql, says } of QUESTIONS) {
    const [row] = await statements.rows<Record<string, string>>(sql);
    if (row) return { id: 'I24', ok: false, checked, firstCounterExample: says(row) };
  }
  return { id: 'I24', ok: true, checked, firstCounterExample: null };
}

const QUESTIONS: readonly { sql: string; says: (row: Record<string, string>) => string }[] = [
  {
    sql: `SELECT account_id, business_date, kind, SUM(said) AS said, SUM(booked) AS booked FROM (
            SELECT account_id, business_date, kind, entries AS said_entries, amount AS said, 0 AS entries, 0 AS booked
            FROM account_day
            UNION ALL
            SELECT p.account_id, j.business_date, j.kind, 0, 0, COUNT(*), SUM(p.amount)
            FROM journal j JOIN posting p ON p.subject_id = j.subject_id AND p.kind = j.kind
              LEFT JOIN (SELECT channel_id, MAX(to_seq) AS to_seq FROM account_sum GROUP BY channel_id) e
                ON e.channel_id = j.channel_id
              LEFT JOIN account_sum_journal s ON s.subject_id = j.subject_id AND s.kind = j.kind
            WHERE j.deposit_seq <= e.to_seq OR s.sum_id IS NOT NULL
            GROUP BY p.account_id, j.business_date, j.kind) sides
          GROUP BY account_id, business_date, kind
          HAVING SUM(said) <> SUM(booked) OR SUM(said_entries) <> SUM(entries) LIMIT 1`,
    says: ({ account_id, business_date, kind, said, booked }) =>
      `${account_id} is summed up as ${said} by ${kind} of ${business_date}, its journals say ${booked}`,
  },
  {
    sql: `SELECT j.subject_id, j.kind FROM journal j
            LEFT JOIN account_sum_journal q ON q.subject_id = j.subject_id AND q.kind = j.kind
          WHERE j.channel_id IS NULL AND q.subject_id IS NULL LIMIT 1`,
    says: ({ subject_id, kind }) => `journal ${subject_id} ${kind} is neither summed up nor queued for it`,
  },
  {
    sql: `SELECT s.channel_id, s.after_seq FROM account_sum s
            LEFT JOIN account_sum b ON b.channel_id = s.channel_id AND b.to_seq = s.after_seq
          WHERE s.after_seq > 0 AND b.sum_id IS NULL LIMIT 1`,
    says: ({ channel_id, after_seq }) =>
      `what is summed up of ${channel_id === '' ? 'journals without a deposit' : channel_id} after ${after_seq} follows on nothing`,
  },
  {
    sql: `SELECT p.subject_id, p.kind, p.account_id FROM posting p
            JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind
          WHERE j.channel_id IS NOT NULL AND (p.account_id LIKE 'biller:%:payable'
            OR (p.account_id LIKE 'channel:%' AND SUBSTRING_INDEX(SUBSTRING_INDEX(p.account_id, ':', 2), ':', -1) <> j.channel_id)) LIMIT 1`,
    says: ({ subject_id, kind, account_id }) =>
      `journal ${subject_id} ${kind} moves ${account_id}, which its deposit has nothing to do with`,
  },
];
