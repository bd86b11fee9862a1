/** Where a job rests between two goes: it holds nothing half-done. */
const RESTING = ['scheduled', 'waiting', 'quarantined', 'failed', 'empty', 'archived'] as const;
const WORKING = ['downloaded', 'verified', 'staged', 'matched', 'reported'] as const;

/**
 * The life of a day's job. A row missing from this table is a move that cannot happen. A state says what has been
 * done and is durable, so a worker killed between two of them repeats at most the step in hand. Looking at the drop
 * leaves no trace: until a whole file is archived, the job rests where it was.
 */
export const JOB_MOVES = [
  // from                     on                  to
  [RESTING, 'file archived', 'downloaded'], // also of a closed day, when the file replaces the one before
  [['downloaded'], 'gates passed', 'verified'],
  [['downloaded'], 'gate failed', 'quarantined'], // a person decides
  [['verified'], 'lines staged', 'staged'],
  [['staged'], 'bridge proven', 'matched'],
  [['matched'], 'reports written', 'reported'],
  [['reported'], 'day sealed', 'archived'],

  [['scheduled', 'waiting', 'quarantined', 'failed'], 'no file yet', 'waiting'],
  [['scheduled', 'waiting'], 'nothing sold', 'empty'], // and its source writes no file for such a day
  [RESTING, 'nothing new', 'archived'],
  [RESTING, 'closed too early', 'waiting'], // sales came after the run that closed the day
  [['quarantined', 'failed', 'empty'], 'released', 'waiting'], // by a person, who says why
  [['archived'], 'run again', 'downloaded'], // by a person: the same files against our side as it is now
  [[...RESTING, ...WORKING], 'retries spent', 'failed'],
] as const;

export type JobState = (typeof JOB_MOVES)[number][0][number];
export type JobEvent = (typeof JOB_MOVES)[number][1];

/**
 * Where a job goes from a state on an event.
 * @throws Error for a move that cannot happen.
 */
export function nextJobState(from: JobState, event: JobEvent): JobState {
  const move = JOB_MOVES.find(
    ([states, on]) => on === event && (states as readonly JobState[]).includes(from),
  );
  if (!move) throw new Error(`a reconciliation job cannot move from ${from} on "${event}"`);
  return move[2];
}
