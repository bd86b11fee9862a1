import {
  approve,
  MOVES_NO_MONEY,
  findApproval,
  propose,
  userOf,
  type Approval,
  type ApprovalRefusal,
  type Decision,
  type ProposalRefusal,
} from '#lib/audit';
import { fail, isBusinessDate, ok, type BusinessDate, type Result } from '#lib/kernel';
import type { Database } from '#lib/platform';
import { ALL_SOURCES, BANK } from './calendar';

/** The kind of the proposals to enter days into the calendar. */
export const CALENDAR = 'calendar';
const EXPIRES_MS = 14 * 86_400_000;
const ROWS_PER_STATEMENT = 500;

/** A day that differs from the rule of the week. */
export interface CalendarRow {
  /** A source, `BANK`, or `*` for all that have no rows of their own in that year. */
  source: string;
  date: BusinessDate;
  isBusinessDay: boolean;
  note: string;
}

/** A calendar's file has lines that cannot be read; each is named with what is wrong with it. */
export class BadCalendar extends Error {}

const HEADING = 'source,date,is_business_day,note';

/**
 * Reads a calendar's file: a heading `source,date,is_business_day,note`, then one day a line; the note may hold commas.
 * @throws BadCalendar naming every line that is wrong, and nothing is taken then.
 */
export function readCalendarFile(text: string, sources: ReadonlySet<string>): CalendarRow[] {
  const [heading = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const faults = heading.trim() === HEADING ? [] : [`line 1: must be "${HEADING}"`];
  const rows: CalendarRow[] = [];
  const seen = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [source = '', date = '', isBusinessDay = '', ...note] = line.split(',').map((cell) => cell.trim());
    const row = { source, date, isBusinessDay: isBusinessDay === 'yes', note: note.join(', ') };
    const first = seen.get(`${source} ${date}`);
    const fault = faultOf(row, isBusinessDay, sources) ?? (first && `the same day as line ${first}`);
    if (fault) faults.push(`line ${at + 2}: ${fault}`);
    seen.set(`${source} ${date}`, at + 2);
    rows.push(row);
  }
  if (faults.length === 0 && rows.length === 0) faults.push('line 2: there is no day in it');
  if (faults.length > 0) throw new BadCalendar(faults.join('\n'));
  return rows;
}

function faultOf(
  { source, date, note }: CalendarRow,
  isBusinessDay: string,
  sources: ReadonlySet<string>,
): string | undefined {
  if (![ALL_SOURCES, BANK].includes(source) && !sources.has(source))
    return `source "${source}" is not known; write a source of config/jobs.yaml, ${BANK} or ${ALL_SOURCES}`;
  if (!isBusinessDate(date)) return `date "${date}" is none that exists; write it as 2026-12-25`;
  if (!['yes', 'no'].includes(isBusinessDay)) return `is_business_day "${isBusinessDay}" must be yes or no`;
  if (note === '' || note.length > 200) return 'note must say why, in at most 200 characters';
  return undefined;
}

/** Proposes days for the calendar; they hold once another person has agreed. */
export function proposeCalendar(
  database: Database,
  { rows, by, reason, at }: { rows: readonly CalendarRow[]; by: string; reason: string; at: Date },
): Promise<Result<Approval, ProposalRefusal>> {
  const years = [...new Set(rows.map(({ date }) => date.slice(0, 4)))].toSorted().join(' ');
  const sources = [...new Set(rows.map(({ source }) => source))].toSorted();
  const whose = sources.length > 5 ? `${sources.length} sources` : sources.join(' ');
  return database.transaction((statements) =>
    propose(statements, {
      kind: CALENDAR,
      subject: `${whose} ${years}`,
      payload: { rows },
      by,
      reason,
      at,
      expiresAt: new Date(at.getTime() + EXPIRES_MS),
    }),
  );
}

/** Agrees to days of the calendar, which hold from now on. @returns how many. */
export function approveCalendar(
  database: Database,
  decision: Decision,
): Promise<Result<number, ApprovalRefusal | { kind: 'another kind' }>> {
  return database.transaction(async (statements) => {
    const proposal = await findApproval(statements, decision.approvalId);
    if (proposal && proposal.kind !== CALENDAR) return fail({ kind: 'another kind' } as const);
    const approved = await approve(statements, decision, MOVES_NO_MONEY);
    if (!approved.ok) return approved;
    const { payload, maker } = approved.value.approval;
    const { rows } = payload as { rows: CalendarRow[] };
    const checker = userOf(decision.by);
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
      await statements.run(
        `INSERT INTO source_calendar (source, date, is_business_day, note, entered_by, approved_by, approved_at) VALUES ?
         ON DUPLICATE KEY UPDATE is_business_day = VALUES(is_business_day), note = VALUES(note),
           entered_by = VALUES(entered_by), approved_by = VALUES(approved_by), approved_at = VALUES(approved_at)`,
        [
          rows
            .slice(from, from + ROWS_PER_STATEMENT)
            .map(({ source, date, isBusinessDay, note }) => [
              source,
              date,
              isBusinessDay ? 1 : 0,
              note,
              maker,
              checker,
              decision.at,
            ]),
        ],
      );
    return ok(rows.length);
  });
}
