import { recordAudit, userOf } from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import type { Transaction } from '#lib/platform';
import { findBreak, type Break } from './break';
import { moveBreak, type BreakMove } from './break-moves';
import type { BreakEventName } from './break-states';
import type { BreakDesk } from './desk';
import { keepEvidence } from './evidence';
import type { BreakRefusal } from './refusals';

/** Who does something about which break, and why. */
export interface Deed {
  breakId: string;
  by: string;
  reason?: string | undefined;
}

type Done = Promise<Result<Break, BreakRefusal>>;

/** Makes a break somebody's own: from now on it is theirs to end. @throws NoUser. */
export function takeBreak(desk: BreakDesk, deed: Deed): Done {
  return act(desk, deed, 'taken', { owner: userOf(deed.by) });
}

/** Somebody looks into it; it becomes theirs. @throws NoUser. */
export function investigateBreak(desk: BreakDesk, deed: Deed): Done {
  return act(desk, deed, 'investigated', { owner: userOf(deed.by) });
}

/** Keeps a file as proof beside a break. @throws NoUser; EvidenceRefused for what is no file to keep. */
export async function addEvidence(desk: BreakDesk, deed: Deed & { file: string }): Done {
  const { sha256, name } = await keepEvidence(desk, deed.file);
  const reason = deed.reason === undefined ? name : `${name}: ${deed.reason}`;
  return act(desk, { ...deed, reason }, 'evidence added', { evidence: sha256 });
}

/** Opens a break again that had ended. What was booked stays booked; what is wrong with it is put right by new journals. */
export async function reopenBreak(desk: BreakDesk, deed: Deed): Done {
  if (!deed.reason?.trim()) return fail({ kind: 'needs', what: 'say why it is opened again: --reason' });
  return act(desk, deed, 'reopened', { owner: userOf(deed.by) });
}

/** Each redo means that somebody else did something about the same break. */
const REDO_MAX = 8;

/** Does one thing about a break, from its state as it stands. */
export async function act(
  { database, clock }: BreakDesk,
  { breakId, by, reason }: Deed,
  event: BreakEventName,
  more: Partial<BreakMove> = {},
): Done {
  const user = userOf(by);
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const before = await findBreak(database, breakId);
    if (!before) return fail({ kind: 'unknown', breakId });
    const move: BreakMove = { event, by: user, at: clock.now(), reason: reason?.slice(0, 500), ...more };
    const isMoved = await database.transaction(async (tx) => {
      const moved = await moveBreak(tx, before, move);
      if (moved) tellDeed(tx, before, move);
      return moved;
    });
    const after = await findBreak(database, breakId);
    if (isMoved && after) return ok(after);
    if (after?.lastEventNo === before.lastEventNo)
      return fail({ kind: 'state', breakId, state: before.state, wanted: event });
  }
  return fail({ kind: 'came second' });
}

/** Tells the audit trail what one person has done about a break without a second one. */
export function tellDeed(tx: Transaction, before: Break, move: BreakMove): void {
  const { event, by, at, reason, evidence, owner, resolution, outcome, amount } = move;
  recordAudit(tx, {
    by,
    action: event,
    object: { kind: 'break', id: before.breakId },
    at,
    reason,
    before: { state: before.state, owner: before.owner },
    after: { owner, evidence, resolution, outcome, amount },
    paymentId: before.paymentId ?? undefined,
  });
}
