/** Where a break waits for a person. */
const WAITING = ['open', 'investigating', 'reopened'] as const;

/** Stays where it is. */
const SAME = 'same';

/**
 * The life of a break. A row missing from this table is a move that cannot happen. Every move is a row of the append-only
 * history, and the state is that of the last one. While a proposal waits for its checker nothing about the break may
 * change but by the next run.
 */
export const BREAK_MOVES = [
  // from                                   on                    to
  [['new'], 'found', 'open'],
  [['new'], 'found late', 'carried'], // tomorrow's file may list it
  [[...WAITING, 'carried'], 'taken', SAME],
  [[...WAITING, 'carried'], 'evidence added', SAME],
  [[...WAITING], 'file cannot decide', SAME],
  [[...WAITING, 'carried'], 'manager noted', SAME], // why it is still open after so long
  [['open', 'reopened'], 'investigated', 'investigating'],
  [[...WAITING], 'proposed', 'proposed'],
  [['proposed'], 'approved', 'resolved'],
  [['proposed'], 'rejected', 'investigating'],
  [['proposed'], 'withdrawn', 'investigating'],
  [['proposed'], 'expired', 'investigating'],
  [[...WAITING], 'resolved', 'resolved'], // what needs no checker
  [[...WAITING, 'proposed'], 'settled by file', 'resolved'],
  [[...WAITING, 'proposed', 'carried'], 'advice agreed', 'resolved'],
  [[...WAITING], 'closed by rule', 'resolved'],
  [['resolved'], 'reopened', 'reopened'],

  // A further run of the day, or the next day's, sees it otherwise.
  [[...WAITING], 'facts changed', SAME],
  [['proposed'], 'facts changed', 'investigating'],
  [['carried'], 'facts changed', 'carried'],
  [[...WAITING, 'proposed', 'carried'], 'no longer found', 'resolved'],
  [['carried'], 'listed later', 'resolved'],
  [['carried'], 'missing for good', 'resolved'], // only_ours takes over
  [['resolved'], 'gone though booked', 'reopened'], // both sides agree now, and what was booked to end it stands
  [['resolved'], 'found again', 'reopened'],
  [['resolved'], 'found late again', 'carried'],
] as const;

export type BreakState = Exclude<(typeof BREAK_MOVES)[number][2], typeof SAME>;
export type BreakEventName = (typeof BREAK_MOVES)[number][1];

/** Where an event leads from a state; undefined where the move cannot happen. */
export function breakAfter(from: BreakState | 'new', event: BreakEventName): BreakState | undefined {
  const row = BREAK_MOVES.find(
    ([states, on]) => on === event && (states as readonly string[]).includes(from),
  );
  if (!row) return undefined;
  return row[2] === SAME ? (from as BreakState) : row[2];
}

/** The states in which somebody still has something to do. */
export const UNRESOLVED_STATES: readonly BreakState[] = [...WAITING, 'proposed', 'carried'];
