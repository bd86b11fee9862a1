import type { BusinessDate } from '#lib/kernel';
import { changeRow, type Database, type Logger, type Statements } from '#lib/platform';

/** What people are told of, who acts on it, and how. */
export const ALERTS = {
  expected: {
    level: 'info',
    owner: 'operations',
    nextStep: 'nothing yet: the drop is looked at again by itself',
  },
  warn: {
    level: 'warn',
    owner: 'operations',
    nextStep: 'ask the source when its file will be there',
  },
  escalate: {
    level: 'error',
    owner: 'whoever answers for the source',
    nextStep: 'call the source; finance decides how the day is settled meanwhile',
  },
  quarantined: {
    level: 'error',
    owner: 'operations',
    nextStep:
      'send the refusal to the source; once a new file lies on the drop: simpul recon release <source> <date>',
  },
  other_date: {
    level: 'warn',
    owner: 'finance',
    nextStep: 'ask the source whose day these lines are; a corrected file on the drop is worked by itself',
  },
  failed: {
    level: 'error',
    owner: 'operations',
    nextStep: 'mend what the reason names, then: simpul recon release <source> <date>',
  },
  hanging: {
    level: 'error',
    owner: 'operations',
    nextStep: 'it is tried again by itself; if it hangs again, look at the drop and at the database',
  },
  host_key: {
    level: 'error',
    owner: 'security',
    nextStep: 'ask the owner of the drop by another way; the pin is changed by two people only',
  },
  reopen: {
    level: 'warn',
    owner: 'finance',
    nextStep:
      'simpul recon reopen <source> <date> --as <maker>, then simpul approval approve <id> --version <version> --as <checker>',
  },
  calendar: {
    level: 'warn',
    owner: 'finance',
    nextStep:
      'simpul calendar import <file> --as <maker>, then simpul approval approve <id> --version <version> --as <checker>',
  },
  bank_taken_back: {
    level: 'error',
    owner: 'finance',
    nextStep: 'simpul bank lines; talk to the channel or biller; a line that waits: simpul bank name',
  },
  bank_debit: {
    level: 'error',
    owner: 'finance',
    nextStep:
      'simpul bank lines --open, then simpul bank name <account> <year/number/line> <reference> --as <maker>',
  },
  bank_short: {
    level: 'error',
    owner: 'finance',
    nextStep:
      'simpul bank claims; have the channel pay the rest (simpul bank announce … --collection), then release its stop: docs/open-payments.md',
  },
  bank_refused: {
    level: 'error',
    owner: 'finance',
    nextStep: 'send the reason to the bank; a new file on the drop is taken by itself',
  },
  bank_late: {
    level: 'error',
    owner: 'finance',
    nextStep: 'ask the bank for the statement; until it is there no payout is executed',
  },
  old_breaks: {
    level: 'warn',
    owner: 'the manager of finance',
    nextStep:
      'simpul report orders has the list; then why they are still open: simpul break note --as <manager> --reason <why>',
  },
  rule_stuck: {
    level: 'warn',
    owner: 'finance',
    nextStep:
      'end these breaks by hand (simpul break list), or mend what the reason names: the rule is tried again each hour',
  },
  ack_overdue: {
    level: 'error',
    owner: 'operations',
    nextStep:
      'ask whoever takes the file; where it is not there: simpul outbound send-again <contract> <date> --as <you> --reason <why>',
  },
  door_down: {
    level: 'error',
    owner: 'operations',
    nextStep:
      'look at the switch processes and their ports; it ends by itself once one of them has the door open again',
  },
  file_rejected: {
    level: 'error',
    owner: 'operations',
    nextStep:
      'mend what the receiver names, then: simpul outbound send-again <contract> <date> --as <you> --reason <why>',
  },
} as const satisfies Record<string, { level: 'info' | 'warn' | 'error'; owner: string; nextStep: string }>;
export type AlertKind = keyof typeof ALERTS;

/** Something that people are told of. */
export interface Alert {
  source: string;
  businessDate: BusinessDate;
  kind: AlertKind;
  /** What tells two of a kind apart, for example a content; empty where a day has one at most. */
  subject?: string;
  reason: string;
}

const REASON_MAX = 300;
const ENDED_BY_MAX = 120;

/** Alerts that tell how something stands: one that has ended, or that says something else by now, is told anew. */
const TOLD_ANEW: ReadonlySet<AlertKind> = new Set(['bank_short', 'rule_stuck']);

/**
 * Records an alert and logs it, once: whoever finds the same again adds nothing. What tells how something stands is told
 * again where that has changed, or has ended and begins again. @returns whether it was told.
 */
export async function raiseAlert(
  statements: Statements,
  logger: Logger,
  { source, businessDate, kind, subject = '', reason }: Alert,
  now: Date,
): Promise<boolean> {
  const key = { source, business_date: businessDate, kind, subject };
  const said = reason.slice(0, REASON_MAX);
  // As clients count here, an insert that meets its key changes no row.
  const [before] = await statements.rows<{ reason: string; ended_at: Date | null }>(
    'SELECT reason, ended_at FROM recon_alert WHERE source = ? AND business_date = ? AND kind = ? AND subject = ?',
    Object.values(key),
  );
  if (before) {
    const isSame = before.ended_at === null && before.reason === said;
    if (isSame || !TOLD_ANEW.has(kind)) return false;
    const set = { reason: said, raised_at: now, ended_at: null, ended_by: null };
    if (!(await changeRow(statements, { table: 'recon_alert', set, where: { ...key, ...before } })))
      return false;
  } else
    await statements.run(
      `INSERT INTO recon_alert (source, business_date, kind, subject, reason, raised_at) VALUES (?, ?, ?, ?, ?, ?)
       ON DUPLICATE KEY UPDATE source = source`,
      [...Object.values(key), said, now],
    );
  const { level, owner, nextStep } = ALERTS[kind];
  logger[level]({ source, businessDate, kind, reason, owner, nextStep }, 'reconciliation needs attention');
  return true;
}

/** Ends the open alerts of a day, of these kinds, and where one is named, about that subject only. */
export async function endAlerts(
  statements: Statements,
  { source, businessDate, subject }: { source: string; businessDate: BusinessDate; subject?: string },
  kinds: readonly AlertKind[],
  by: string,
  now: Date,
): Promise<void> {
  await statements.run(
    `UPDATE recon_alert SET ended_at = ?, ended_by = ? WHERE source = ? AND business_date = ? AND kind IN (?)
       AND ended_at IS NULL AND (? IS NULL OR subject = ?)`,
    [now, by, source, businessDate, [...kinds], subject ?? null, subject ?? null],
  );
}

/** Alerts about a line of a bank's statement, which end with what settles it. */
const ABOUT_BANK_LINES = ['bank_taken_back', 'bank_debit'] as const satisfies readonly AlertKind[];

/** A conditional update that ends an open alert within a transaction of the caller's. */
export interface AlertEnd {
  table: string;
  set: { ended_at: Date; ended_by: string };
  where: { source: string; business_date: BusinessDate; kind: string; subject: string; ended_at: null };
}

/** What ends the open alerts about a line of a statement together with what settles it; none where none is open. */
export async function endsOfBankAlerts(
  statements: Statements,
  { source, businessDate, subject }: { source: string; businessDate: BusinessDate; subject: string },
  by: string,
  now: Date,
): Promise<AlertEnd[]> {
  const open = await statements.rows<{ kind: AlertKind }>(
    `SELECT kind FROM recon_alert WHERE source = ? AND business_date = ? AND subject = ? AND kind IN (?)
       AND ended_at IS NULL`,
    [source, businessDate, subject, [...ABOUT_BANK_LINES]],
  );
  return open.map(({ kind }) => ({
    table: 'recon_alert',
    set: { ended_at: now, ended_by: by.slice(0, ENDED_BY_MAX) },
    where: { source, business_date: businessDate, kind, subject, ended_at: null },
  }));
}

/** Ends the open alerts of all days up to one, of these kinds and about one subject. */
export async function endAlertsUntil(
  statements: Statements,
  { source, until, subject }: { source: string; until: BusinessDate; subject: string },
  kinds: readonly AlertKind[],
  by: string,
  now: Date,
): Promise<void> {
  await statements.run(
    `UPDATE recon_alert SET ended_at = ?, ended_by = ? WHERE source = ? AND business_date <= ? AND kind IN (?)
       AND subject = ? AND ended_at IS NULL`,
    [now, by, source, until, [...kinds], subject],
  );
}

/** An alert that has not ended, with who acts on it and how. */
export interface OpenAlert extends Required<Alert> {
  raisedAt: Date;
  level: string;
  owner: string;
  nextStep: string;
}

/** The alerts that are open, the oldest first. */
export async function openAlerts(database: Database | Statements): Promise<OpenAlert[]> {
  const rows = await database.rows<{
    source: string;
    business_date: BusinessDate;
    kind: AlertKind;
    subject: string;
    reason: string;
    raised_at: Date;
  }>(
    `SELECT source, business_date, kind, subject, reason, raised_at FROM recon_alert WHERE ended_at IS NULL
     ORDER BY raised_at, source, business_date, kind, subject`,
  );
  return rows.map(({ business_date, raised_at, kind, source, ...row }) => ({
    ...row,
    source,
    kind,
    businessDate: business_date,
    raisedAt: raised_at,
    level: ALERTS[kind].level,
    owner: ALERTS[kind].owner,
    nextStep: ALERTS[kind].nextStep.replace('<source>', source).replace('<date>', business_date),
  }));
}
