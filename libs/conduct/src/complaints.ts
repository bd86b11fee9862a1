import { z } from 'zod';
import { recordAudit, userOf } from '#lib/audit';
import { fail, localIso, ok, type BusinessDate, type Result } from '#lib/kernel';
import {
  duplicateKey,
  readConfigFile,
  type Database,
  type Statements,
  type Transaction,
} from '#lib/platform';

/** What complaints are about. */
export const CATEGORIES = ['payment', 'refund', 'service', 'other'] as const;
export type ComplaintCategory = (typeof CATEGORIES)[number];

/** How a complaint ends. */
export const OUTCOMES = ['upheld', 'rejected', 'withdrawn'] as const;
export type ComplaintOutcome = (typeof OUTCOMES)[number];

/** What config/complaints.yaml says. */
export interface ComplaintRules {
  /** By when a complaint is answered, in business days. */
  answerDays: number;
}

/** A customer's complaint as it stands. */
export interface Complaint {
  complaintId: string;
  paymentId: string | null;
  category: ComplaintCategory;
  text: string;
  openedBy: string;
  openedAt: Date;
  dueDate: BusinessDate;
  state: 'opened' | 'answered' | 'closed';
  outcome: ComplaintOutcome | '';
  /** It was first answered or closed after its day, or is not yet and the day is over. */
  isLate: boolean;
}

/** Why nothing was written. */
export type ComplaintRefusal =
  | { kind: 'unknown payment'; paymentId: string }
  | { kind: 'unknown' }
  | { kind: 'closed' }
  /** Nobody has answered the customer; only a complaint that was withdrawn ends without. */
  | { kind: 'not answered' }
  | { kind: 'changed meanwhile' };

const RulesFile = z
  .strictObject({ answer_days: z.int().min(1).max(60) })
  .transform(({ answer_days }): ComplaintRules => ({ answerDays: answer_days }));

/** Reads `config/complaints.yaml`. @throws ConfigError naming file, line and key of every mistake. */
export function readComplaintRules(path: string): ComplaintRules {
  return readConfigFile<ComplaintRules>(path, RulesFile);
}

const REDO_MAX = 5;

/** Writes a complaint down under the next number of its year. @throws NoUser. */
export async function openComplaint(
  database: Database,
  order: {
    category: ComplaintCategory;
    text: string;
    paymentId?: string;
    dueDate: BusinessDate;
    by: string;
    at: Date;
  },
): Promise<Result<Complaint, ComplaintRefusal>> {
  const { category, text, paymentId, dueDate, at } = order;
  const by = userOf(order.by);
  if (paymentId !== undefined) {
    const known = await database.rows('SELECT 1 FROM payment WHERE payment_id = ?', [paymentId]);
    if (known.length === 0) return fail({ kind: 'unknown payment', paymentId });
  }
  const year = localIso(at, 'Asia/Jakarta').slice(0, 4);
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const complaintId = await nextId(database, year);
    try {
      await database.transaction(async (statements) => {
        await statements.run(
          `INSERT INTO complaint (complaint_id, payment_id, category, text, opened_by, opened_at, due_date)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [complaintId, paymentId ?? null, category, text, by, at, dueDate],
        );
        await addEvent(statements, { complaintId, eventNo: 1, kind: 'opened', text, by, at });
      });
      const [made] = await listComplaints(database, { complaintId, now: at });
      return made ? ok(made) : fail({ kind: 'unknown' });
    } catch (error) {
      if (duplicateKey(error) === undefined) throw error;
    }
  }
  return fail({ kind: 'changed meanwhile' });
}

async function nextId(statements: Statements, year: string): Promise<string> {
  const [last] = await statements.rows<{ complaint_id: string }>(
    'SELECT complaint_id FROM complaint WHERE complaint_id LIKE ? ORDER BY complaint_id DESC LIMIT 1',
    [`CMP-${year}-%`],
  );
  const number = Number(last?.complaint_id.slice(-6) ?? 0) + 1;
  return `CMP-${year}-${String(number).padStart(6, '0')}`;
}

/** Writes down what the customer was told; as often as needed. @throws NoUser. */
export function answerComplaint(
  database: Database,
  order: { complaintId: string; text: string; by: string; at: Date },
): Promise<Result<Complaint, ComplaintRefusal>> {
  return add(database, { ...order, kind: 'answered' });
}

/** Ends an answered complaint, or one that the customer takes back. @throws NoUser. */
export function closeComplaint(
  database: Database,
  order: { complaintId: string; outcome: ComplaintOutcome; text: string; by: string; at: Date },
): Promise<Result<Complaint, ComplaintRefusal>> {
  return add(database, { ...order, kind: 'closed' });
}

async function add(
  database: Database,
  order: {
    complaintId: string;
    kind: 'answered' | 'closed';
    outcome?: ComplaintOutcome;
    text: string;
    by: string;
    at: Date;
  },
): Promise<Result<Complaint, ComplaintRefusal>> {
  const { complaintId, kind, outcome, at } = order;
  const by = userOf(order.by);
  const [last] = await database.rows<{ event_no: number; kind: string }>(
    'SELECT event_no, kind FROM complaint_event WHERE complaint_id = ? ORDER BY event_no DESC LIMIT 1',
    [complaintId],
  );
  if (!last) return fail({ kind: 'unknown' });
  if (last.kind === 'closed') return fail({ kind: 'closed' });
  if (kind === 'closed' && last.kind === 'opened' && outcome !== 'withdrawn')
    return fail({ kind: 'not answered' });
  try {
    await database.transaction((tx) => addEvent(tx, { ...order, by, eventNo: last.event_no + 1 }));
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    return fail({ kind: 'changed meanwhile' });
  }
  const [now] = await listComplaints(database, { complaintId, now: at });
  return now ? ok(now) : fail({ kind: 'unknown' });
}

async function addEvent(
  statements: Transaction,
  event: {
    complaintId: string;
    eventNo: number;
    kind: string;
    outcome?: string;
    text: string;
    by: string;
    at: Date;
  },
): Promise<void> {
  const { complaintId, eventNo, kind, outcome = '', text, by, at } = event;
  await statements.run(
    'INSERT INTO complaint_event (complaint_id, event_no, kind, outcome, text, by_user, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [complaintId, eventNo, kind, outcome, text, by, at],
  );
  // What the customer says may name them: the complaint has it, under the same number.
  const object = { kind: 'complaint', id: complaintId };
  recordAudit(statements, { by, action: kind, object, at, after: { eventNo, outcome } });
}

/** Complaints, the most urgent first: all, those that are not closed, or one. */
export async function listComplaints(
  statements: Statements,
  { complaintId, isOpen = false, now }: { complaintId?: string; isOpen?: boolean; now: Date },
): Promise<Complaint[]> {
  const rows = await statements.rows<{
    complaint_id: string;
    payment_id: string | null;
    category: ComplaintCategory;
    text: string;
    opened_by: string;
    opened_at: Date;
    due_date: BusinessDate;
    state: Complaint['state'];
    outcome: Complaint['outcome'];
    first_word_at: Date | null;
  }>(
    `SELECT c.complaint_id, c.payment_id, c.category, c.text, c.opened_by, c.opened_at, c.due_date, l.kind AS state,
       l.outcome, (SELECT MIN(w.at) FROM complaint_event w WHERE w.complaint_id = c.complaint_id AND w.event_no > 1)
       AS first_word_at
     FROM complaint c JOIN complaint_event l ON l.complaint_id = c.complaint_id AND l.event_no =
       (SELECT MAX(x.event_no) FROM complaint_event x WHERE x.complaint_id = c.complaint_id)
     WHERE (? IS NULL OR c.complaint_id = ?) AND (? = 0 OR l.kind <> 'closed') ORDER BY c.due_date, c.complaint_id`,
    [complaintId ?? null, complaintId ?? null, isOpen ? 1 : 0],
  );
  return rows.map((row) => ({
    complaintId: row.complaint_id,
    paymentId: row.payment_id,
    category: row.category,
    text: row.text,
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    dueDate: row.due_date,
    state: row.state,
    outcome: row.outcome,
    isLate: localIso(row.first_word_at ?? now, 'Asia/Jakarta').slice(0, 10) > row.due_date,
  }));
}
