import type { Statements } from '#lib/platform';

/** The verdict on the breaks' books (I14). */
export interface BreakVerdict {
  id: 'I14';
  ok: boolean;
  /** Breaks looked at. */
  checked: number;
  firstCounterExample: string | null;
}

interface Question {
  sql: string;
  says: (row: Record<string, string>) => string;
}

const QUESTIONS: readonly Question[] = [
  {
    sql:
      'SELECT c.break_id, c.state, c.last_event_no, e.to_state FROM break_case c LEFT JOIN break_event e ' +
      'ON e.break_id = c.break_id AND e.event_no = c.last_event_no WHERE NOT (e.to_state <=> c.state) LIMIT 1',
    says: ({ break_id, state, to_state }) =>
      `${break_id} is ${state}, its last event led to ${to_state ?? 'nothing'}`,
  },
  {
    sql:
      'SELECT c.break_id FROM break_case c JOIN break_event e ON e.break_id = c.break_id GROUP BY c.break_id, c.last_event_no ' +
      'HAVING COUNT(*) <> c.last_event_no LIMIT 1',
    says: ({ break_id }) => `${break_id}: a line of its history is missing`,
  },
  {
    sql:
      'SELECT e.break_id, e.approval_id FROM break_event e LEFT JOIN approval a ON a.approval_id = e.approval_id ' +
      "AND a.state = 'approved' WHERE e.event = 'approved' AND (a.approval_id IS NULL OR a.maker = e.by_user) LIMIT 1",
    says: ({ break_id }) => `${break_id} was ended without two people who agreed`,
  },
  {
    sql:
      'SELECT c.break_id, c.resolution FROM break_case c JOIN break_event e ON e.break_id = c.break_id AND e.event_no = c.last_event_no ' +
      "LEFT JOIN journal j ON j.subject_id = CAST(CONCAT(c.break_id, '-', e.event_no) AS CHAR(40) CHARACTER SET ascii) COLLATE ascii_bin " +
      "WHERE c.state = 'resolved' AND c.resolution IN ('adjustment', 'write_off', 'refund') AND j.subject_id IS NULL LIMIT 1",
    says: ({ break_id, resolution }) => `${break_id} ended by ${resolution} and no journal says so`,
  },
  {
    sql:
      "SELECT j.subject_id, j.kind FROM journal j LEFT JOIN break_event e ON e.break_id = SUBSTRING_INDEX(j.subject_id, '-', 1) " +
      "AND e.event_no = SUBSTRING_INDEX(j.subject_id, '-', -1) AND e.to_state = 'resolved' " +
      "WHERE j.subject_id LIKE 'brk\\_%' AND e.break_id IS NULL LIMIT 1",
    says: ({ subject_id, kind }) => `the ${kind} journal of ${subject_id} belongs to no break that ended`,
  },
  {
    sql:
      'SELECT c.break_id FROM break_case c LEFT JOIN resend r ON r.payment_id = c.payment_id ' +
      "AND r.resend_id = CAST(CONCAT(c.break_id, '-', c.last_event_no) AS CHAR(40) CHARACTER SET ascii) COLLATE ascii_bin " +
      "WHERE c.state = 'resolved' AND c.resolution = 'resend' AND r.resend_id IS NULL LIMIT 1",
    says: ({ break_id }) => `${break_id} ended by sending its payment again, and no order says so`,
  },
];

/**
 * I14, of breaks: a break is as its last event left it, none was ended by one person where two are needed, and what was
 * booked for breaks and their ends agree.
 */
export async function checkBreakInvariants(statements: Statements): Promise<BreakVerdict> {
  const [count] = await statements.rows<{ n: string }>('SELECT COUNT(*) AS n FROM break_case');
  let finding: string | null = null;
  for (const { sql, says } of QUESTIONS) {
    const [row] = await statements.rows<Record<string, string>>(sql);
    if (row) finding ??= says(row);
  }
  return { id: 'I14', ok: finding === null, checked: Number(count?.n ?? 0), firstCounterExample: finding };
}
