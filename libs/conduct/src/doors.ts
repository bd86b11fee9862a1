import type { Statements } from '#lib/platform';

/** A door of a switch process. */
export interface DoorState {
  /** At most 60 characters of ASCII. */
  name: string;
  isOpen: boolean;
}

/** A door that is down while a switch runs. */
export interface DoorDown {
  name: string;
  /** The number of this outage of the door, from 1. */
  seq: number;
  since: Date;
}

/** What a switch told longer ago is of a process that is gone. */
const FRESH_MS = 30_000;
/** A door that nobody has told for so long is not missed any more: it was taken away. */
const MISSED_FOR_MS = 86_400_000;
export const DOOR_SCOPE = 'door:';

/** Tells which doors a process has open. */
export async function tellDoors(
  statements: Statements,
  process: string,
  doors: readonly DoorState[],
  now: Date,
): Promise<void> {
  await statements.run('DELETE FROM door_state WHERE seen_at < ?', [new Date(now.getTime() - MISSED_FOR_MS)]);
  for (const { name, isOpen } of doors)
    await statements.run(
      'INSERT INTO door_state (process, door, is_open, seen_at) VALUES (?, ?, ?, ?) ' +
        'ON DUPLICATE KEY UPDATE is_open = VALUES(is_open), seen_at = VALUES(seen_at)',
      [process, name, isOpen ? 1 : 0, now],
    );
}

/** A process that stops in order takes its doors along: nobody misses them. */
export async function forgetDoors(statements: Statements, process: string): Promise<void> {
  await statements.run('DELETE FROM door_state WHERE process = ?', [process]);
}

/** The doors that no running switch has open, though one had; none where no switch runs at all, which is told otherwise. */
export async function missedDoors(statements: Statements, now: Date): Promise<string[]> {
  const [running] = await statements.rows<{ n: string | number }>(
    'SELECT COUNT(*) AS n FROM process_node WHERE lease_until >= UTC_TIMESTAMP(3)',
  );
  if (Number(running?.n ?? 0) === 0) return [];
  const rows = await statements.rows<{ door: string }>(
    'SELECT door FROM door_state WHERE seen_at >= ? GROUP BY door HAVING SUM(is_open = 1 AND seen_at >= ?) = 0 ORDER BY door',
    [new Date(now.getTime() - MISSED_FOR_MS), new Date(now.getTime() - FRESH_MS)],
  );
  return rows.map(({ door }) => door);
}

/** The doors that are down, as the last look has written it. */
export async function doorsDown(statements: Statements): Promise<DoorDown[]> {
  const rows = await statements.rows<{ scope: string; seq: number; began_at: Date }>(
    `SELECT d.scope, d.seq, d.began_at FROM downtime d
       LEFT JOIN downtime_end e ON e.scope = d.scope AND e.cause = d.cause AND e.seq = d.seq
     WHERE d.cause = 'door' AND e.seq IS NULL ORDER BY d.scope`,
  );
  return rows.map(({ scope, seq, began_at }) => ({
    name: scope.slice(DOOR_SCOPE.length),
    seq,
    since: began_at,
  }));
}
