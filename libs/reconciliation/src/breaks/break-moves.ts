import type { GuardedUpdate, Row, UnitOfWork } from '#lib/ledger';
import { changeRow, insertRow, type SqlValue, type Statements } from '#lib/platform';
import { takeBackResend } from '#lib/switching';
import type { Break, BreakOutcome } from './break';
import { breakAfter, type BreakEventName, type BreakState } from './break-states';

/** Something that happens to a break. */
export interface BreakMove {
  event: BreakEventName;
  /** A person's e-mail address; or `the run`, `the file`, `the advice`, `a rule`, `the clock`. */
  by: string;
  at: Date;
  reason?: string | undefined;
  evidence?: string | undefined;
  amount?: bigint | undefined;
  approvalId?: string | undefined;
  runId?: number | undefined;
  owner?: string | undefined;
  /** Where the move resolves it: how, and what that means for its payment. */
  resolution?: Break['resolution'];
  outcome?: BreakOutcome;
  /** Columns of what was found, where a run has seen it otherwise. */
  facts?: Readonly<Record<string, SqlValue>>;
}

/** What a move writes: a line of the history, and the change of the break as it was looked at. */
export interface MoveToWrite {
  insert: Row;
  update: GuardedUpdate;
  to: BreakState;
}

/**
 * A move as what is to be written; undefined where it cannot happen from the break's state. The update demands the event
 * number that was looked at, so of two moves one finds nothing to change.
 */
export function moveToWrite(before: Break, move: BreakMove): MoveToWrite | undefined {
  const to = breakAfter(before.state, move.event);
  if (to === undefined) return undefined;
  const eventNo = before.lastEventNo + 1;
  const isEnd = to === 'resolved';
  return {
    to,
    insert: {
      table: 'break_event',
      values: {
        break_id: before.breakId,
        event_no: eventNo,
        from_state: before.state,
        event: move.event,
        to_state: to,
        by_user: move.by,
        reason: move.reason ?? null,
        evidence: move.evidence ?? null,
        amount: move.amount ?? null,
        run_id: move.runId ?? null,
        approval_id: move.approvalId ?? null,
        at: move.at,
      },
    },
    update: {
      table: 'break_case',
      set: {
        state: to,
        last_event_no: eventNo,
        owner: move.owner ?? before.owner,
        approval_id: to === 'proposed' || isEnd ? (move.approvalId ?? null) : null,
        resolution: isEnd ? (move.resolution ?? null) : null,
        outcome: isEnd ? (move.outcome ?? 'none') : null,
        resolved_at: isEnd ? move.at : null,
        ...move.facts,
      },
      where: { break_id: before.breakId, state: before.state, last_event_no: before.lastEventNo },
    },
  };
}

/**
 * Moves a break inside the caller's transaction. An order to send its payment again ends with it, unless it was carried
 * out before: nobody acts for a break that is open.
 * @returns false, and no effect, where the move cannot happen or another one came first.
 */
export async function moveBreak(statements: Statements, before: Break, move: BreakMove): Promise<boolean> {
  const written = moveToWrite(before, move);
  if (!written || !(await writeMove(statements, written))) return false;
  if (before.resolution === 'resend')
    await takeBackResend(statements, {
      resendId: `${before.breakId}-${before.lastEventNo}`,
      at: move.at,
      why: `${before.breakId} was opened again`,
    });
  return true;
}

/** Writes one row and one change. @returns false, and no effect, where the change found nothing. */
async function writeMove(statements: Statements, { insert, update }: MoveToWrite): Promise<boolean> {
  if (!(await changeRow(statements, update))) return false;
  await insertRow(statements, insert);
  return true;
}

/** What else becomes durable with moves, or not at all. */
export interface MoreToWrite {
  inserts?: readonly Row[];
  updates?: readonly GuardedUpdate[];
}

/** Moves, and what goes with them, as one unit of work that moves no deposit. The first move is its witness. */
export function unitOfMoves(moves: readonly MoveToWrite[], more: MoreToWrite = {}): UnitOfWork {
  const [first] = moves;
  if (!first) throw new RangeError('a unit of moves needs a move');
  const { break_id, event_no, event, at } = first.insert.values;
  return {
    journal: undefined,
    claims: moves.map(({ insert: { values } }) => ({
      key: 'PRIMARY',
      value: `break ${String(values['break_id'])} ${String(values['event_no'])}`,
    })),
    inserts: () => [...(more.inserts ?? []), ...moves.map(({ insert }) => insert)],
    updates: () => [...moves.map(({ update }) => update), ...(more.updates ?? [])],
    witness: {
      table: 'break_event',
      values: {
        break_id: break_id ?? null,
        event_no: event_no ?? null,
        event: event ?? null,
        at: at ?? null,
      },
    },
  };
}
