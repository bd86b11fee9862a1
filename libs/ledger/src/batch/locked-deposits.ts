import type { Lane, PacketResults } from '#lib/platform';
import type { UnitOfWork } from '../money-writer';
import type { DepositState } from './admission';
import { literal } from './sql';

/** The channels whose deposits a batch moves. */
export function channelsOf(units: readonly UnitOfWork[]): Set<string> {
  return new Set(units.flatMap(({ journal }) => (journal ? [journal.channelId] : [])));
}

/** Begins a transaction and locks the deposits it moves, always in the same order. */
export async function lockDeposits(
  lane: Lane,
  units: readonly UnitOfWork[],
): Promise<Map<string, DepositState>> {
  const channels = channelsOf(units);
  const deposits = new Map<string, DepositState>();
  if (channels.size === 0) {
    await lane.send('START TRANSACTION');
    return deposits;
  }
  const list = [...channels].sort().map(literal).join(',');
  const results = await lane.send(
    'START TRANSACTION',
    'SELECT channel_id, posted, held, credit_limit, seq FROM deposit ' +
      `WHERE channel_id IN (${list}) ORDER BY channel_id FOR UPDATE`,
  );
  for (const row of rowsOf(results, 1))
    deposits.set(String(row['channel_id']), {
      posted: BigInt(row['posted'] ?? 0),
      held: BigInt(row['held'] ?? 0),
      limit: BigInt(row['credit_limit'] ?? 0),
      seq: BigInt(row['seq'] ?? 0),
    });
  return deposits;
}

/** Rows of one statement of a packet, columns as text. */
export function rowsOf(results: PacketResults, at: number): Record<string, string>[] {
  const result = results[at];
  return Array.isArray(result) ? result : [];
}
