import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '#lib/kernel';
import {
  changeRow,
  duplicateKey,
  insertRow,
  type RowToChange,
  type RowToWrite,
  type Statements,
} from '#lib/platform';
import { approvalHash, versionOfContent, type Approval, type ApprovalState } from './approval';
import { withHolders, type AboveLimit, type ApprovalLimits } from './approval-limits';
import { findApproval } from './approval.rows';
import { recordAudit, systemOf, type AuditEntry } from './record-audit';
import { standingOf, stillStands } from './standing';
import { userOf } from './user';

/** What a maker wants to happen. */
export interface Proposal {
  /** What is to happen: at most 30 characters, for example `write_off`. */
  kind: string;
  /** To what: at most 120 characters. */
  subject: string;
  /** The version of the subject that the maker saw; left out: one is made of the content. At most 64 characters. */
  version?: string;
  /**
   * Exactly what is to happen; amounts as strings of digits. What it moves in all is its `amount`, or the `sum` of
   * many: by that the limits of a checker go.
   */
  payload: object;
  by: string;
  /** Why: at most 500 characters. */
  reason: string;
  at: Date;
  expiresAt: Date;
  /** How many people other than the maker must agree, 1 to 3; default 1. */
  checkers?: number;
}

/** What a checker decides about. */
export interface Decision {
  approvalId: string;
  /** The version that the checker saw. */
  version: string;
  by: string;
  at: Date;
  note?: string;
}

/** Why a proposal was not taken. */
export type ProposalRefusal = { kind: 'proposed already'; approvalId: string; maker: string };

/** Why a decision has no effect. */
export type ApprovalRefusal =
  | { kind: 'unknown' }
  /** It has ended: by whom and how. */
  | { kind: 'ended'; state: ApprovalState; by: string | null }
  | { kind: 'expired'; expiredAt: Date }
  /** The checker saw another version than the one that was proposed. */
  | { kind: 'another version'; version: string }
  /** Maker and checker are one person. */
  | { kind: 'maker is checker'; maker: string }
  /** Only the maker takes a proposal back. */
  | { kind: 'not the maker'; maker: string }
  /** The checker is a user, and disabled or a partner's. */
  | { kind: 'not active'; by: string }
  /** This checker has agreed before; another one is needed. */
  | { kind: 'agreed before'; by: string }
  | AboveLimit;

/**
 * A decision that has been weighed and not yet written. Written with the money it lets move, in one unit of work, it
 * counts once: where another decision came first, the unit is stale or clashes and must be weighed again.
 */
export interface WeighedDecision {
  approval: Approval;
  /** Whether with it everybody has agreed who must: only then may the effect be part of the same unit of work. */
  isComplete: boolean;
  inserts: readonly RowToWrite[];
  updates: readonly RowToChange[];
}

/** Each redo means that another decision about the same proposal came first. */
const REDO_MAX = 8;

const PROPOSAL_DAYS = 2;

/**
 * Writes a proposal, inside the caller's transaction. An earlier one of the same kind for the same subject must have
 * ended; one that is past its time is ended here.
 * @throws NoUser for a maker who is none. @throws RangeError for a reason, kind or subject that is empty or too long,
 * and for an expiry that is not in the future.
 */
export async function propose(
  statements: Statements,
  proposal: Proposal,
): Promise<Result<Approval, ProposalRefusal>> {
  const { kind, subject, at, checkers: checkersNeeded = 1, expiresAt } = proposal;
  requireLength('kind', kind, 30);
  requireLength('subject', subject, 120);
  requireLength('reason', proposal.reason, 500);
  if (expiresAt <= at) throw new RangeError(`a proposal that expires at ${expiresAt.toISOString()} is none`);
  const maker = userOf(proposal.by);
  const payload = JSON.stringify(proposal.payload);
  const version = proposal.version ?? versionOfContent(kind, subject, payload);
  requireLength('version', version, 64);
  const approvalId = `apr_${at.getTime().toString(36)}${randomBytes(6).toString('hex')}`;
  const reason = proposal.reason.trim();
  const content = {
    approvalId,
    kind,
    subject,
    version,
    payload,
    reason,
    maker,
    checkersNeeded,
    proposedAt: at,
    expiresAt,
  };

  await expireOpen(statements, openSubject(kind, subject), at);
  try {
    await insertRow(statements, {
      table: 'approval',
      values: {
        approval_id: approvalId,
        kind,
        subject,
        open_subject: openSubject(kind, subject),
        version,
        payload,
        reason,
        maker,
        checkers_needed: checkersNeeded,
        state: 'proposed',
        last_event_no: 1,
        proposed_at: at,
        expires_at: expiresAt,
        content_hash: approvalHash(content),
      },
    });
  } catch (error) {
    if (duplicateKey(error) !== 'approval_open') throw error;
    const [open] = await statements.rows<{ approval_id: string; maker: string }>(
      'SELECT approval_id, maker FROM approval WHERE open_subject = ?',
      [openSubject(kind, subject)],
    );
    return fail({ kind: 'proposed already', approvalId: open?.approval_id ?? '', maker: open?.maker ?? '' });
  }
  const approval = await findApproval(statements, approvalId);
  if (!approval) throw new Error(`proposal ${approvalId} is gone`);
  await insertRow(
    statements,
    eventRow(approval, approval, { event: 'proposed', by: maker, version, at, note: reason }),
  );
  return ok(approval);
}

/** What a checker names of a proposal when deciding about it. */
export interface Proposed {
  approvalId: string;
  version: string;
}

/** The same was proposed before, and nobody has decided about it yet. */
export interface StandsAlready {
  kind: 'proposal';
  refusal: ProposalRefusal;
}

/**
 * As `propose`, for what is about the bank, a float or a tax slip: it ends two days later where nobody has decided.
 * @throws as `propose`.
 */
export async function putForward(
  statements: Statements,
  proposal: Omit<Proposal, 'expiresAt'>,
): Promise<Result<Proposed, StandsAlready>> {
  const expiresAt = new Date(proposal.at.getTime() + PROPOSAL_DAYS * 86_400_000);
  const proposed = await propose(statements, { ...proposal, expiresAt });
  if (!proposed.ok) return fail({ kind: 'proposal', refusal: proposed.error });
  const { approvalId, version } = proposed.value;
  return ok({ approvalId, version });
}

/**
 * A checker agrees, inside the caller's transaction: the caller does what was proposed in the same transaction when
 * `isComplete`, and nothing otherwise. Of any number of decisions at once, one completes the proposal.
 * For money use `weighApproval`, whose rows go along with the journal.
 */
export async function approve(
  statements: Statements,
  decision: Decision,
  limits: ApprovalLimits,
): Promise<Result<{ approval: Approval; isComplete: boolean }, ApprovalRefusal>> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const weighed = await weighApproval(statements, decision, limits);
    if (!weighed.ok) return weighed;
    const { approval, isComplete } = weighed.value;
    if (await write(statements, weighed.value)) return ok({ approval, isComplete });
  }
  throw new Error(`${decision.approvalId} changed again and again while it was approved`);
}

/**
 * Weighs a checker's agreement and says what is to be written for it, without writing.
 * @param limits who may agree to how much; each of several checkers by their own.
 * @returns a refusal where maker and checker are one, the version is another, the proposal has ended or expired, or it moves
 * more than the checker may agree to.
 */
export async function weighApproval(
  statements: Statements,
  decision: Decision,
  limits: ApprovalLimits,
): Promise<Result<WeighedDecision, ApprovalRefusal>> {
  const checker = userOf(decision.by);
  const approval = await findApproval(statements, decision.approvalId);
  const objection = objectionTo(approval, decision);
  if (objection || !approval) return fail(objection ?? { kind: 'unknown' });
  if (checker === approval.maker) return fail({ kind: 'maker is checker', maker: approval.maker });
  const agreed = await statements.rows(
    'SELECT 1 FROM approval_event WHERE approval_id = ? AND checker = ? LIMIT 1',
    [approval.approvalId, checker],
  );
  if (agreed.length > 0) return fail({ kind: 'agreed before', by: checker });
  const standing = await standingOf(statements, checker);
  if (standing && !standing.isActive) return fail({ kind: 'not active', by: checker });
  const tooMuch = limits.objectionTo(approval, checker, standing);
  if (tooMuch) return fail(await withHolders(statements, tooMuch));

  const checkersGiven = approval.checkersGiven + 1;
  const isComplete = checkersGiven >= approval.checkersNeeded;
  const after: Approval = isComplete
    ? { ...approval, checkersGiven, state: 'approved', endedAt: decision.at, endedBy: checker }
    : { ...approval, checkersGiven };
  const weighed = moved(approval, after, { event: 'approved', ...decision, by: checker }, isComplete);
  // First, so that where it does not hold nothing is written.
  return ok(standing ? { ...weighed, updates: [stillStands(standing), ...weighed.updates] } : weighed);
}

/** A checker says no: the proposal ends without effect. Inside the caller's transaction. */
export async function reject(
  statements: Statements,
  decision: Decision,
): Promise<Result<Approval, ApprovalRefusal>> {
  const by = userOf(decision.by);
  const standing = await standingOf(statements, by);
  if (standing && !standing.isActive) return fail({ kind: 'not active', by });
  return end(statements, { ...decision, by }, 'rejected', ({ maker }) =>
    by === maker ? { kind: 'maker is checker', maker } : undefined,
  );
}

/** The maker takes the proposal back. Inside the caller's transaction. */
export async function withdraw(
  statements: Statements,
  decision: Omit<Decision, 'version'>,
): Promise<Result<Approval, ApprovalRefusal>> {
  const by = userOf(decision.by);
  return end(statements, { ...decision, by }, 'withdrawn', ({ maker }) =>
    by === maker ? undefined : { kind: 'not the maker', maker },
  );
}

/**
 * Ends every proposal whose time is over by now. Safe to repeat; nobody needs to wait for it, since one that is past
 * its time cannot be approved.
 * @returns those it ended.
 */
export async function expireApprovals(statements: Statements, now: Date): Promise<Approval[]> {
  const due = await statements.rows<{ approval_id: string }>(
    "SELECT approval_id FROM approval WHERE state = 'proposed' AND expires_at <= ? ORDER BY expires_at",
    [now],
  );
  const ended: Approval[] = [];
  for (const { approval_id } of due) {
    const one = await expire(statements, approval_id, now);
    if (one) ended.push(one);
  }
  return ended;
}

/**
 * Ends a proposal because what it was about is no longer as it was proposed. Inside the caller's transaction.
 * @param how `note` says what has changed.
 * @returns whether it was still open.
 */
export async function lapse(
  statements: Statements,
  { approvalId, at, note }: { approvalId: string; at: Date; note: string },
): Promise<boolean> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const approval = await findApproval(statements, approvalId);
    if (approval?.state !== 'proposed') return false;
    const after: Approval = { ...approval, state: 'expired', endedAt: at, endedBy: null };
    const event = {
      event: 'expired',
      by: 'its subject',
      version: approval.version,
      at,
      note: note.slice(0, 500),
    } as const;
    if (await write(statements, moved(approval, after, event, true))) return true;
  }
  throw new Error(`${approvalId} changed again and again while it was to lapse`);
}

async function end(
  statements: Statements,
  decision: Omit<Decision, 'version'> & { version?: string },
  state: 'rejected' | 'withdrawn',
  mayNot: (approval: Approval) => ApprovalRefusal | undefined,
): Promise<Result<Approval, ApprovalRefusal>> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const approval = await findApproval(statements, decision.approvalId);
    if (!approval) return fail({ kind: 'unknown' });
    const objection = objectionTo(approval, { version: approval.version, ...decision }) ?? mayNot(approval);
    if (objection) return fail(objection);
    const after: Approval = { ...approval, state, endedAt: decision.at, endedBy: decision.by };
    const weighed = moved(approval, after, { event: state, version: approval.version, ...decision }, true);
    if (await write(statements, weighed)) return ok(weighed.approval);
  }
  throw new Error(`${decision.approvalId} changed again and again while it was to be ${state}`);
}

async function expireOpen(statements: Statements, subject: string, now: Date): Promise<void> {
  const [open] = await statements.rows<{ approval_id: string }>(
    'SELECT approval_id FROM approval WHERE open_subject = ? AND expires_at <= ?',
    [subject, now],
  );
  if (open) await expire(statements, open.approval_id, now);
}

async function expire(statements: Statements, approvalId: string, now: Date): Promise<Approval | undefined> {
  const approval = await findApproval(statements, approvalId);
  if (!approval || approval.state !== 'proposed' || approval.expiresAt > now) return undefined;
  const after: Approval = { ...approval, state: 'expired', endedAt: now, endedBy: null };
  const event = { event: 'expired', by: 'the clock', version: approval.version, at: now } as const;
  const weighed = moved(approval, after, event, true);
  return (await write(statements, weighed)) ? weighed.approval : undefined;
}

function objectionTo(
  approval: Approval | undefined,
  { version, at }: { version: string; at: Date },
): ApprovalRefusal | undefined {
  if (!approval) return { kind: 'unknown' };
  const { state, endedBy, expiresAt } = approval;
  if (state === 'expired') return { kind: 'expired', expiredAt: expiresAt };
  if (state !== 'proposed') return { kind: 'ended', state, by: endedBy };
  if (at >= expiresAt) return { kind: 'expired', expiredAt: expiresAt };
  return version === approval.version ? undefined : { kind: 'another version', version: approval.version };
}

interface EventToWrite {
  event: ApprovalState;
  by: string;
  version: string;
  at: Date;
  note?: string;
}

/** The change demands the state and number that were looked at, so of two decisions one finds nothing to change. */
function moved(before: Approval, after: Approval, event: EventToWrite, isComplete: boolean): WeighedDecision {
  const lastEventNo = before.lastEventNo + 1;
  const approval = { ...after, lastEventNo };
  return {
    approval,
    isComplete,
    inserts: [eventRow(before, approval, event)],
    updates: [
      {
        table: 'approval',
        set: {
          state: after.state,
          checkers_given: after.checkersGiven,
          last_event_no: lastEventNo,
          ended_at: after.endedAt,
          ended_by: after.endedBy,
          open_subject: after.state === 'proposed' ? openSubject(before.kind, before.subject) : null,
        },
        where: {
          approval_id: before.approvalId,
          state: 'proposed',
          version: before.version,
          last_event_no: before.lastEventNo,
        },
      },
    ],
  };
}

/** A line of the history, and with it the row of the audit trail: nobody writes the one without the other. */
function eventRow(before: Approval, after: Approval, event: EventToWrite): RowToWrite {
  const { approvalId, maker } = before;
  const entry = entryOf(before, after, event);
  return {
    table: 'approval_event',
    along: (tx) => recordAudit(tx, entry),
    values: {
      approval_id: approvalId,
      event_no: after.lastEventNo,
      event: event.event,
      by_user: event.by,
      maker,
      checker: event.event === 'approved' ? event.by : null,
      version: event.version,
      note: event.note ?? null,
      at: event.at,
    },
  };
}

function entryOf(
  before: Approval,
  after: Approval,
  { event, by, version, at, note }: EventToWrite,
): AuditEntry {
  const { approvalId, kind, subject, payload, checkersNeeded, expiresAt } = after;
  const isOneOfMore = event === 'approved' && after.state !== 'approved';
  const standing = ({ state, checkersGiven }: Approval) => ({ state, checkersGiven });
  return {
    by: by.includes('@') ? by : systemOf(by),
    action: isOneOfMore ? 'agreed' : event,
    object: { kind, id: subject },
    at,
    reason: note,
    approvalId,
    ...(event === 'proposed'
      ? { after: { version, payload, checkersNeeded, expiresAt } }
      : { before: standing(before), after: { version, ...standing(after) } }),
  };
}

/** @returns false, and no effect, where another decision came first. */
async function write(statements: Statements, { inserts, updates }: WeighedDecision): Promise<boolean> {
  for (const update of updates) if (!(await changeRow(statements, update))) return false;
  for (const row of inserts) await insertRow(statements, row);
  return true;
}

function openSubject(kind: string, subject: string): string {
  return `${kind} ${subject}`;
}

function requireLength(name: string, text: string, max: number): void {
  if (text.trim() === '' || text.length > max)
    throw new RangeError(
      `the ${name} of a proposal must have 1 to ${max} characters, this one has ${text.length}`,
    );
}
