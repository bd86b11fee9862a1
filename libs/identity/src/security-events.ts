import { actingFrom, operatorOf, recordAudit, systemOf } from '#lib/audit';
import { insertRow, type Statements, type Transaction } from '#lib/platform';
import { newId } from './secrets';

/** What may happen around who may do what. */
export type SecurityEventKind =
  | 'signed_in'
  | 'sign_in_refused'
  | 'sign_in_limited'
  | 'signed_out'
  | 'session_ended'
  | 'account_unlocked'
  | 'identity_confirmed'
  | 'identity_not_confirmed'
  | 'password_changed'
  | 'enrolled'
  | 'enrolment_refused'
  | 'factor_changed'
  | 'recovery_code_used'
  | 'recovery_codes_renewed'
  /** Somebody asked for what their role, or another partner's staff, must not have. */
  | 'access_refused'
  | 'user_added'
  | 'roles_changed'
  | 'role_defined'
  | 'user_disabled'
  | 'user_enabled'
  | 'user_reset';

/** One security event: who, what, when, where. It holds no secret. */
export interface SecurityEvent {
  kind: SecurityEventKind;
  at: Date;
  /** Whom it is about; a login that somebody typed and nobody has is kept too. */
  login?: string;
  /** Who did it; left out where nobody has proved who they are. */
  by?: string;
  source?: string;
  sessionId?: string;
  detail?: object;
}

/** A security event as it stands. */
export interface StoredSecurityEvent {
  eventId: string;
  at: Date;
  kind: SecurityEventKind;
  login: string | null;
  by: string | null;
  source: string | null;
  sessionId: string | null;
  detail: unknown;
}

/**
 * Writes a security event, inside the caller's transaction: what it tells of and it are committed together or not at all.
 * Every event of this library goes through here.
 */
export async function recordSecurityEvent(statements: Statements, event: SecurityEvent): Promise<void> {
  const { kind, at, login, by, source, sessionId, detail } = event;
  await insertRow(statements, {
    table: 'security_event',
    values: {
      event_id: newId('sec', at),
      at,
      kind,
      login: login ?? null,
      by_user: by ?? null,
      source: source ?? null,
      session_id: sessionId ?? null,
      detail: detail ? JSON.stringify(detail) : null,
    },
    ...(!IN_VAIN.has(kind) && { along: (tx) => tellTrail(tx, event) }),
  });
}

/** What was tried and had no effect: whoever guesses would make the audit trail long, and wait for its end. */
const IN_VAIN: ReadonlySet<SecurityEventKind> = new Set([
  'sign_in_refused',
  'sign_in_limited',
  'identity_not_confirmed',
  'enrolment_refused',
  'access_refused',
]);

function tellTrail(
  tx: Transaction,
  { kind, at, login = '', by = login, source, sessionId, detail }: SecurityEvent,
): void {
  const authenticated = sessionId === undefined ? {} : { authenticated: 'session' };
  actingFrom({ ...(source !== undefined && { source }), ...authenticated }, () =>
    recordAudit(tx, {
      by: nameOf(by),
      action: kind.replaceAll('_', ' '),
      object: { kind: 'user', id: login },
      at,
      after: detail,
    }),
  );
}

function nameOf(by: string): string {
  if (by.includes('@')) return by;
  return by.startsWith('the ') ? systemOf(by) : operatorOf(by);
}

/**
 * Security events, the newest first.
 * @param query `login`: about this user or done by them; `before`: only what lies before this event, the last of the page before.
 */
export async function listSecurityEvents(
  statements: Statements,
  { login, before, rowsMax }: { login?: string; before?: string; rowsMax: number },
): Promise<StoredSecurityEvent[]> {
  const conditions = [
    ...(login === undefined ? [] : ['(login = ? OR by_user = ?)']),
    ...(before === undefined
      ? []
      : ['(at, event_id) < (SELECT at, event_id FROM security_event WHERE event_id = ?)']),
  ];
  const about = [...(login === undefined ? [] : [login, login]), ...(before === undefined ? [] : [before])];
  const rows = await statements.rows<{
    event_id: string;
    at: Date;
    kind: SecurityEventKind;
    login: string | null;
    by_user: string | null;
    source: string | null;
    session_id: string | null;
    detail: string | null;
  }>(
    `SELECT event_id, at, kind, login, by_user, source, session_id, detail FROM security_event
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY at DESC, event_id DESC LIMIT ?`,
    [...about, rowsMax],
  );
  return rows.map((row) => ({
    eventId: row.event_id,
    at: row.at,
    kind: row.kind,
    login: row.login,
    by: row.by_user,
    source: row.source,
    sessionId: row.session_id,
    detail: row.detail === null ? null : (JSON.parse(row.detail) as unknown),
  }));
}
