import { randomUUID } from 'node:crypto';
import type { Row, UnitOfWork } from './money-writer';

/**
 * The evidence that units whose COMMIT went without an answer were looked for. It belongs into the transaction that looks,
 * and that transaction is committed before anybody is told: a server lets go of its locks before the disk has the rows, so
 * what is seen may be lost yet; what is committed after it was seen is on the disk after it.
 * @param found which of the units are there.
 */
export function commitLook(units: readonly UnitOfWork[], found: readonly boolean[]): Row {
  return {
    table: 'commit_look',
    values: {
      look_id: randomUUID(),
      looked_at: new Date(),
      units: units.length,
      found: found.filter(Boolean).length,
      first_table: units[0]?.witness.table ?? '',
    },
  };
}
