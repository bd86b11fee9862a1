import { Database } from '#lib/platform';
import type { CommitResult, UnitOfWork } from '../money-writer';
import { SingleWriter } from '../single-writer';

/** A unit has rows that go with the audit trail. The end of the trail is one row, and a batch of payments never waits for it. */
export class GoesAlone extends Error {
  constructor(readonly unit: UnitOfWork) {
    super('this unit goes with the audit trail');
  }
}

/** A unit and the one who waits for it. */
interface Waiting {
  unit: UnitOfWork;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
}

/** Writes what people answer for, each unit in a transaction of its own, on a connection that is opened once it is needed. */
export class LoneUnits {
  private database: Database | undefined;
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly url: string) {}

  /** Writes a member's unit and tells it the result; nobody else waits for it. */
  take({ unit, resolve, reject }: Waiting): void {
    this.database ??= new Database(this.url, { connectionsMax: 2 });
    const ending = new SingleWriter(this.database).commit(unit).then(resolve, reject);
    this.underWay.add(ending);
    void ending.finally(() => this.underWay.delete(ending));
  }

  /** Finishes what is under way and lets go of the connection. */
  async close(): Promise<void> {
    await Promise.all(this.underWay);
    await this.database?.close();
    this.database = undefined;
  }
}
