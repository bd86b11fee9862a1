import type { DepositState } from './admission';

/** So many batches lock their deposits first after a memory proved wrong: another process writes them as well. */
const WARY_FOR_BATCHES = 32;

/**
 * Deposits as this process's last commit left them, so that the next batch need not read them first. A memory decides
 * nothing: the batch's UPDATE demands that the row still is what is remembered, and a refusal is never taken from it.
 */
export class RememberedDeposits {
  private readonly states = new Map<string, DepositState>();
  private waryFor = 0;

  /** The deposits of these channels, in a map that may be changed; undefined where they have to be read. */
  recall(channelIds: ReadonlySet<string>): Map<string, DepositState> | undefined {
    if (this.waryFor > 0) {
      this.waryFor -= 1;
      return undefined;
    }
    const recalled = new Map<string, DepositState>();
    for (const channelId of channelIds) {
      const state = this.states.get(channelId);
      if (!state) return undefined;
      recalled.set(channelId, state);
    }
    return recalled;
  }

  /** Keeps what a commit left. */
  keep(states: ReadonlyMap<string, DepositState>): void {
    for (const [channelId, state] of states) this.states.set(channelId, state);
  }

  /** Forgets everything, after a failure whose end is not known. */
  forget(): void {
    this.states.clear();
  }

  /** Forgets everything and reads for a while: a row was not what was remembered. */
  wasWrong(): void {
    this.forget();
    this.waryFor = WARY_FOR_BATCHES;
  }
}
