interface Waiting<Key, Value> {
  key: Key;
  resolve: (value: Value | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Asks in one question for everything that is asked while the one before is on its way: an idle asker waits for
 * nothing, and a hundred at once cost one round trip. Each key is asked after its own call, never before.
 */
export class Coalescing<Key, Value> {
  private readonly waiting: Waiting<Key, Value>[] = [];
  private isAsking = false;

  /**
   * @param askAll answers a list of keys by a list of values in the same order, undefined where there is none
   * @param keysMax keys of one question
   */
  constructor(
    private readonly askAll: (keys: readonly Key[]) => Promise<readonly (Value | undefined)[]>,
    private readonly keysMax: number,
  ) {}

  /** The value of a key, or undefined where there is none. @throws what its question threw. */
  ask(key: Key): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (!this.isAsking) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.length > 0) {
      const together = this.waiting.splice(0, this.keysMax);
      try {
        const values = await this.askAll(together.map(({ key }) => key));
        for (const [index, { resolve }] of together.entries()) resolve(values[index]);
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.isAsking = false;
  }
}
