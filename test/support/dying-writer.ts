import { MoneyWriter, type CommitResult, type UnitOfWork } from '#lib/ledger';

/** The process ends at one of its commits: before it, or when it stands and nobody has heard. */
export class DyingWriter extends MoneyWriter {
  private commits = 0;

  /**
   * @param at which commit is the last, counted from 1.
   * @param isDone whether that one stands.
   */
  constructor(
    private readonly writer: MoneyWriter,
    private readonly at: number,
    private readonly isDone: boolean,
  ) {
    super();
  }

  override async commit(unit: UnitOfWork): Promise<CommitResult> {
    this.commits += 1;
    if (this.commits < this.at) return this.writer.commit(unit);
    if (this.commits === this.at && this.isDone) await this.writer.commit(unit);
    throw new Error('killed');
  }

  override async close(): Promise<void> {}
}
