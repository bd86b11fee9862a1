import type { Clock } from '#lib/kernel';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { DOOR_SCOPE, missedDoors } from './doors';

/** A product that is not sold at the moment, by its own hours or its calendar's windows of maintenance. */
export interface ClosedProduct {
  productId: string;
}

/** What looking for stops needs. */
export interface DowntimeTools {
  database: Database;
  clock: Clock;
  closedProducts: (now: Date) => readonly ClosedProduct[];
}

/** Something that does not work. */
interface Outage {
  scope: string;
  cause: 'switch' | 'breaker' | 'maintenance' | 'door';
  billerId: string;
}

/** A stop that has not ended. */
interface OpenDowntime {
  scope: string;
  cause: string;
  seq: number;
}

/** Whoever looks less often than this has not looked. */
const LOOK_GAP_MS = 60_000;
/** What a switch told longer ago is of a process that is gone. */
const FRESH_MS = 30_000;

/**
 * Looks once what does not work: no switch is running, a door is open in none that runs, a route's breaker is not closed in
 * any switch that uses it, a product is under maintenance. Writes down what began and what ended since the last look; any number may look at once. A time in
 * which nobody looked is a stop of its own (`unwatched`), because nothing is known of it.
 */
export async function watchDowntime({ database, clock, closedProducts }: DowntimeTools): Promise<void> {
  const now = clock.now();
  await noteGap(database, now);
  const outages = [
    ...(await switchesDown(database)),
    ...(await breakersOpen(database, now)),
    ...(await missedDoors(database, now)).map((door) => ({
      scope: `${DOOR_SCOPE}${door}`,
      cause: 'door' as const,
      billerId: '',
    })),
    ...closedProducts(now).map(({ productId }) => ({
      scope: `product:${productId}`,
      cause: 'maintenance' as const,
      billerId: '',
    })),
  ];
  const open = await openDowntimes(database);
  for (const outage of outages)
    if (!open.some((one) => isSame(one, outage))) await begin(database, outage, now);
  for (const one of open) if (!outages.some((outage) => isSame(one, outage))) await end(database, one, now);
}

function isSame(one: { scope: string; cause: string }, other: { scope: string; cause: string }): boolean {
  return one.scope === other.scope && one.cause === other.cause;
}

/** Of any number that look at one moment, one moves the last look on and writes the gap before it. */
async function noteGap(database: Database, now: Date): Promise<void> {
  const [last] = await database.rows<{ looked_at: Date }>(
    'SELECT looked_at FROM downtime_look WHERE look = 1',
  );
  if (!last) {
    await once(() => database.run('INSERT INTO downtime_look (look, looked_at) VALUES (1, ?)', [now]));
    return;
  }
  const gap = { scope: 'all', cause: 'unwatched', from: last.looked_at, to: now };
  await once(() =>
    database.transaction(async (statements) => {
      const moved = await statements.run(
        'UPDATE downtime_look SET looked_at = ? WHERE look = 1 AND looked_at = ?',
        [now, last.looked_at],
      );
      if (moved === 1 && now.getTime() - last.looked_at.getTime() > LOOK_GAP_MS)
        await writeGap(statements, gap);
    }),
  );
}

async function writeGap(
  statements: Statements,
  { scope, cause, from, to }: { scope: string; cause: string; from: Date; to: Date },
): Promise<void> {
  const seq = await nextSeq(statements, scope, cause);
  await statements.run('INSERT INTO downtime (scope, cause, seq, began_at) VALUES (?, ?, ?, ?)', [
    scope,
    cause,
    seq,
    from,
  ]);
  await statements.run('INSERT INTO downtime_end (scope, cause, seq, ended_at) VALUES (?, ?, ?, ?)', [
    scope,
    cause,
    seq,
    to,
  ]);
}

/** Every running switch holds a lease; an installation that never had one has nothing that could be down. */
async function switchesDown(statements: Statements): Promise<Outage[]> {
  const [row] = await statements.rows<{ known: string | number; running: string | number | null }>(
    'SELECT COUNT(*) AS known, SUM(lease_until >= UTC_TIMESTAMP(3)) AS running FROM process_node',
  );
  const isDown = Number(row?.known ?? 0) > 0 && Number(row?.running ?? 0) === 0;
  return isDown ? [{ scope: 'all', cause: 'switch', billerId: '' }] : [];
}

async function breakersOpen(statements: Statements, now: Date): Promise<Outage[]> {
  const rows = await statements.rows<{ product_id: string; route_id: string; biller_id: string | null }>(
    `SELECT s.product_id, s.route_id, MAX(r.biller_id) AS biller_id FROM route_state s
       LEFT JOIN route r ON r.product_id = s.product_id AND r.route_id = s.route_id
     WHERE s.seen_at >= ? GROUP BY s.product_id, s.route_id HAVING SUM(s.breaker = 'closed') = 0`,
    [new Date(now.getTime() - FRESH_MS)],
  );
  return rows.map(({ product_id, route_id, biller_id }) => ({
    scope: `route:${product_id}/${route_id}`,
    cause: 'breaker',
    billerId: biller_id ?? '',
  }));
}

async function openDowntimes(statements: Statements): Promise<OpenDowntime[]> {
  return statements.rows<{ scope: string; cause: string; seq: number }>(
    `SELECT d.scope, d.cause, d.seq FROM downtime d
       LEFT JOIN downtime_end e ON e.scope = d.scope AND e.cause = d.cause AND e.seq = d.seq
     WHERE e.seq IS NULL`,
  );
}

/** Another one that looks at the same moment takes the same number: one of them writes the row. */
async function begin(statements: Statements, { scope, cause, billerId }: Outage, now: Date): Promise<void> {
  await once(async () => {
    const seq = await nextSeq(statements, scope, cause);
    await statements.run(
      `INSERT INTO downtime (scope, cause, seq, biller_id, began_at)
       SELECT ?, ?, ?, ?, ? FROM DUAL WHERE ? = 1 OR EXISTS
         (SELECT 1 FROM downtime_end WHERE scope = ? AND cause = ? AND seq = ?)`,
      [scope, cause, seq, billerId, now, seq, scope, cause, seq - 1],
    );
  });
}

/** A stop does not end before it began, whatever the clocks say. */
async function end(statements: Statements, { scope, cause, seq }: OpenDowntime, now: Date): Promise<void> {
  await once(() =>
    statements.run(
      `INSERT INTO downtime_end (scope, cause, seq, ended_at)
       SELECT scope, cause, seq, GREATEST(began_at, ?) FROM downtime WHERE scope = ? AND cause = ? AND seq = ?`,
      [now, scope, cause, seq],
    ),
  );
}

async function nextSeq(statements: Statements, scope: string, cause: string): Promise<number> {
  const [row] = await statements.rows<{ seq: number | null }>(
    'SELECT MAX(seq) AS seq FROM downtime WHERE scope = ? AND cause = ?',
    [scope, cause],
  );
  return (row?.seq ?? 0) + 1;
}

async function once(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
  }
}
