import { setTimeout as sleep } from 'node:timers/promises';
import { BatchCommitter, type Member } from './batch/batch-committer';
import type { PipelineLimits } from './batch/pipeline-limits';
import { LoneUnits } from './batch/lone-units';
import { RememberedDeposits } from './batch/remembered-deposits';
import { MoneyWriter, type BooksBehind, type CommitResult, type UnitOfWork } from './money-writer';

/** A batch that was begun and has not ended. */
interface BatchUnderWay {
  /** The server holds its deposits as they were predicted, so what comes after it is known. */
  holdsDeposits: boolean;
}

/**
 * Writes many units of work in one commit. What arrives while a commit is on its way to the disk forms the next
 * batch: an idle writer waits for nothing, a busy one locks each deposit once, writes with multi-row statements and
 * flushes once. Members are decided one by one in the order they came, so a batch admits exactly what single
 * commits would, and one that fails takes no other with it.
 *
 * Two batches may be under way, each on its own connection: the second leaves once the server holds the deposits of
 * the first, waits there for their rows, and demands in its own condition that the first has left them as predicted.
 */
export class BatchWriter extends MoneyWriter {
  private readonly queue: Member[] = [];
  private readonly deposits: RememberedDeposits;
  private readonly idle: BatchCommitter[];
  private readonly alone: LoneUnits;
  private readonly underWay = new Set<BatchUnderWay>();
  private lastEnd = Promise.resolve();

  /** @param onBehind told once, when the server is found to lack what it had acknowledged; must not throw. */
  constructor(
    url: string,
    private readonly limits: PipelineLimits,
    onBehind: (behind: BooksBehind) => void = () => undefined,
  ) {
    super();
    this.deposits = new RememberedDeposits(onBehind);
    this.alone = new LoneUnits(url);
    this.idle = [1, 2].map(() => new BatchCommitter(url, limits, this.deposits, this.alone));
  }

  override commit(unit: UnitOfWork): Promise<CommitResult> {
    const { behind } = this.deposits;
    if (behind) return Promise.reject(behind);
    if (this.queue.length >= this.limits.queueMax) return Promise.resolve({ kind: 'overloaded' });
    return new Promise((resolve, reject) => {
      this.queue.push({ unit, resolve, reject, wasInDoubt: false });
      this.begin();
    });
  }

  override async close(): Promise<void> {
    while (this.underWay.size > 0) await sleep(10);
    for (const committer of this.idle) committer.drop();
    await this.alone.close();
  }

  /** Begins the next batch, where there is one and the one before lets it. */
  private begin(): void {
    if (this.queue.length === 0) return;
    for (const { holdsDeposits } of this.underWay) if (!holdsDeposits) return;
    const committer = this.idle.pop();
    if (committer) void this.work(committer, this.queue.splice(0, this.limits.batchMax));
  }

  private async work(committer: BatchCommitter, members: readonly Member[]): Promise<void> {
    const batch = { holdsDeposits: false };
    this.underWay.add(batch);
    const ending = committer.commit(members, {
      before: this.lastEnd,
      holdsDeposits: (holds) => {
        batch.holdsDeposits = holds;
        if (holds) this.begin();
      },
    });
    // All that came before, not only the last: of two that are under way the later one may end first.
    this.lastEnd = Promise.all([this.lastEnd, ending]).then(() => undefined);
    const tell = await ending;
    this.underWay.delete(batch);
    this.idle.push(committer);
    // What the members do with their answers is done while the server works on the next ones.
    this.begin();
    tell();
  }
}
