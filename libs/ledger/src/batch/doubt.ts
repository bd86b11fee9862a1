import { setTimeout as sleep } from 'node:timers/promises';
import { rupiah } from '#lib/kernel';
import { CommitUnknown, type Lane } from '#lib/platform';
import { commitLook } from '../commit-look';
import type { DepositAfter, Row, UnitOfWork } from '../money-writer';
import { lockDeposits, rowsOf } from './locked-deposits';
import { insertStatements, literal } from './sql';

/** Between two tries to look, while the server cannot be asked. */
const LOOK_AGAIN_MS = 250;

/** Finds out what became of units whose COMMIT went without an answer. */
export class DoubtfulCommits {
  /** @param unknownForMs how long to go on asking a server that does not answer. */
  constructor(
    private readonly lane: Lane,
    private readonly unknownForMs: number,
  ) {}

  /**
   * Which of these units are committed, and on the disk. Their deposits are locked first: whatever the lost connection
   * was still doing is over then.
   * @throws CommitUnknown when the server cannot be asked in time.
   */
  async look(units: readonly UnitOfWork[]): Promise<boolean[]> {
    const giveUpAt = performance.now() + this.unknownForMs;
    for (;;)
      try {
        await lockDeposits(this.lane, units);
        const found: boolean[] = [];
        for (const { witness } of units) found.push(await this.exists(witness));
        await this.lane.send(...insertStatements([commitLook(units, found)]), 'COMMIT');
        return found;
      } catch (error) {
        this.lane.drop();
        if (performance.now() > giveUpAt) throw new CommitUnknown(String(error), { cause: error });
        await sleep(LOOK_AGAIN_MS);
      }
  }

  /** The deposit as the unit's own journal left it; undefined for a unit without one. */
  async depositAfter({ journal }: UnitOfWork): Promise<DepositAfter | undefined> {
    if (!journal) return undefined;
    const results = await this.lane.send(
      'SELECT posted_after, held_after, limit_then FROM journal ' +
        `WHERE subject_id = ${literal(journal.subjectId)} AND kind = ${literal(journal.kind)}`,
    );
    const [row] = rowsOf(results, 0);
    return (
      row && {
        posted: rupiah(BigInt(row['posted_after'] ?? 0)),
        held: rupiah(BigInt(row['held_after'] ?? 0)),
        limit: rupiah(BigInt(row['limit_then'] ?? 0)),
      }
    );
  }

  private async exists(row: Row): Promise<boolean> {
    const where = Object.entries(row.values).map(([column, value]) => `\`${column}\` <=> ${literal(value)}`);
    const results = await this.lane.send(
      `SELECT 1 FROM \`${row.table}\` WHERE ${where.join(' AND ')} LIMIT 1`,
    );
    return rowsOf(results, 0).length > 0;
  }
}
