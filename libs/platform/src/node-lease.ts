import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { duplicateKey, type Statements } from './database';

const LEASE_S = 20;
const RENEW_MS = 5_000;

/**
 * A small number that tells processes apart while they draw Payment IDs. A lease only makes clashes rare:
 * a paused process may overstay it, and then the payment's primary key makes it draw again.
 */
export class NodeLease {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly node: number,
    private readonly owner: string,
    private readonly statements: Statements,
  ) {}

  /**
   * Takes a free number below `nodes`, waiting while all are taken.
   * A restart takes another number, or the same one no sooner than the old lease has run out.
   */
  static async take(statements: Statements, nodes: number): Promise<NodeLease> {
    const owner = `${process.pid}-${randomUUID()}`;
    for (;;) {
      const taken = await statements.rows<{ node: number }>(
        'SELECT node FROM process_node WHERE lease_until >= UTC_TIMESTAMP(3)',
      );
      const busy = new Set(taken.map(({ node }) => node));
      for (let node = 0; node < nodes; node += 1)
        if (!busy.has(node) && (await claim(statements, node, owner))) {
          const lease = new NodeLease(node, owner, statements);
          lease.timer = setInterval(() => void lease.renew(), RENEW_MS).unref();
          return lease;
        }
      await sleep(1_000);
    }
  }

  /** A renewal that fails is no reason to stop: see above, correctness rests on the primary key. */
  private async renew(): Promise<void> {
    await this.statements
      .run(
        `UPDATE process_node SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND WHERE node = ? AND owner = ?`,
        [this.node, this.owner],
      )
      .catch(() => 0);
  }

  /** Stops renewing; the number is free when the lease has run out. */
  end(): void {
    clearInterval(this.timer);
  }
}

async function claim(statements: Statements, node: number, owner: string): Promise<boolean> {
  const until = `UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND`;
  const renewed = await statements.run(
    `UPDATE process_node SET owner = ?, lease_until = ${until} WHERE node = ? AND lease_until < UTC_TIMESTAMP(3)`,
    [owner, node],
  );
  if (renewed === 1) return true;
  try {
    return (await statements.run(`INSERT INTO process_node VALUES (?, ?, ${until})`, [node, owner])) === 1;
  } catch (error) {
    if (duplicateKey(error) !== undefined) return false;
    throw error;
  }
}
