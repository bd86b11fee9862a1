import { BooksBehind } from '../money-writer';
import type { DepositState } from './admission';

/** So many batches lock their deposits first after a row had moved on without us: another process writes it as well. */
const WARY_FOR_BATCHES = 32;

/**
 * Deposits as this process's last commit left them, or as the batch under way will leave them, so that the next batch
 * need not read them first. A memory decides nothing: the batch's UPDATE demands that the row still is what is
 * remembered, and a refusal is never taken from it.
 */
export class RememberedDeposits {
  private readonly states = new Map<string, DepositState>();
  private readonly expected = new Map<string, DepositState>();
  private readonly acknowledged = new Map<string, bigint>();
  private waryFor = 0;
  private loss: BooksBehind | undefined;

  /** @param onBehind told once, when the server is found to lack what it had acknowledged; must not throw. */
  constructor(private readonly onBehind: (behind: BooksBehind) => void) {}

  /** Why nothing may be written any more; undefined while all is well. */
  get behind(): BooksBehind | undefined {
    return this.loss;
  }

  /** The deposits of these channels; undefined where they have to be read. */
  recall(channelIds: ReadonlySet<string>): ReadonlyMap<string, DepositState> | undefined {
    if (this.waryFor > 0) {
      this.waryFor -= 1;
      return undefined;
    }
    const recalled = new Map<string, DepositState>();
    for (const channelId of channelIds) {
      const state = this.expected.get(channelId) ?? this.states.get(channelId);
      if (!state) return undefined;
      recalled.set(channelId, state);
    }
    return recalled;
  }

  /** Takes down what a transaction under way will leave, for the batch that is sent after it. */
  expect(states: ReadonlyMap<string, DepositState>): void {
    for (const [channelId, state] of states) this.expected.set(channelId, state);
  }

  /**
   * Keeps what a commit left, or what was read under a lock: the server has acknowledged it. Of two answers that are
   * read out of their order the later commit stays.
   */
  keep(states: ReadonlyMap<string, DepositState>): void {
    for (const [channelId, state] of states) {
      if (this.expected.get(channelId) === state) this.expected.delete(channelId);
      if (state.seq < (this.acknowledged.get(channelId) ?? 0n)) continue;
      this.states.set(channelId, state);
      this.acknowledged.set(channelId, state.seq);
    }
  }

  /**
   * Holds locked rows against what the server has acknowledged. Where one has moved on without us the deposits are read
   * for a while; a deposit's count of commits never goes back on one server.
   * @throws BooksBehind where locked rows are older than what the server has acknowledged.
   */
  compare(states: ReadonlyMap<string, DepositState>): void {
    for (const [channelId, { seq }] of states) {
      const acknowledged = this.acknowledged.get(channelId);
      if (acknowledged === undefined || seq === acknowledged) continue;
      if (seq < acknowledged) throw this.lost(channelId, acknowledged, seq);
      this.waryFor = WARY_FOR_BATCHES;
    }
  }

  /** Forgets every state, after a failure whose end is not known. What was acknowledged stays so. */
  forget(): void {
    this.states.clear();
    this.expected.clear();
  }

  private lost(channelId: string, acknowledged: bigint, seq: bigint): BooksBehind {
    this.loss = new BooksBehind(
      `the server had acknowledged commit ${acknowledged} of the deposit of ${channelId} and has ${seq}`,
    );
    this.onBehind(this.loss);
    return this.loss;
  }
}
