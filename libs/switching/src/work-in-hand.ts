/**
 * Counts the payments that a process works on itself; one that waits for its biller costs nothing and does not count.
 * Beyond the bound a new one is refused before anything is read or formed: a refusal now serves its caller better than
 * an answer that comes too late, and what was accepted keeps its pace.
 */
export class WorkInHand {
  private count = 0;

  constructor(private readonly countMax: number) {}

  /** Whether there is room for a new payment. */
  hasRoom(): boolean {
    return this.count < this.countMax;
  }

  /** Counts a piece of work until it ends. Payments that were accepted are always worked on to their end. */
  async on<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    try {
      return await work();
    } finally {
      this.count -= 1;
    }
  }
}
