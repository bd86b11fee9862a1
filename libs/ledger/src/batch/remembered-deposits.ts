import type { DepositState } from './admission';

/** So many batches lock their deposits first after a memory proved wrong: another process writes them as well. */
const WARY_FOR_BATCHES = 32;

/** Commits of a deposit that were acknowledged, and that the server lacks now. */
export interface Loss {
  channelId: string;
  /** The last commit it had acknowledged, counted per deposit. */
  acknowledged: bigint;
  /** The last one it has. */
  found: bigint;
}

/**
 * Deposits as this process's last commit left them, so that the next batch need not read them first. A memory decides
 * nothing: the batch's UPDATE demands that the row still is what is remembered, and a refusal is never taken from it.
 */
export class RememberedDeposits {
  private readonly states = new Map<string, DepositState>();
  private readonly acknowledged = new Map<string, bigint>();
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

  /** Keeps what a commit left, or what was read under a lock: the server has acknowledged it. */
  keep(states: ReadonlyMap<string, DepositState>): void {
    for (const [channelId, state] of states) {
      this.states.set(channelId, state);
      this.acknowledged.set(channelId, state.seq);
    }
  }

  /**
   * What of these locked rows is older than what the server has acknowledged: a deposit's count of commits never goes
   * back on one server.
   */
  lossIn(states: ReadonlyMap<string, DepositState>): Loss | undefined {
    for (const [channelId, { seq }] of states) {
      const acknowledged = this.acknowledged.get(channelId);
      if (acknowledged !== undefined && seq < acknowledged) return { channelId, acknowledged, found: seq };
    }
    return undefined;
  }

  /** Forgets every state, after a failure whose end is not known. What was acknowledged stays so. */
  forget(): void {
    this.states.clear();
  }

  /** Forgets every state and reads for a while: a row was not what was remembered. */
  wasWrong(): void {
    this.forget();
    this.waryFor = WARY_FOR_BATCHES;
  }
}
