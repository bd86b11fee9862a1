/** Counts messages from 1 to as many digits hold, and begins again. It identifies nothing alone. */
export class StanCounter {
  private last: number;
  private readonly most: number;

  /** @param digits of the dialect's field @param start the number before the first. */
  constructor(
    private readonly digits: number,
    start = 0,
  ) {
    this.most = 10 ** digits - 1;
    this.last = start % this.most;
  }

  next(): string {
    this.last = this.last >= this.most ? 1 : this.last + 1;
    return String(this.last).padStart(this.digits, '0');
  }
}
