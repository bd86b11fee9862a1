import { Refused } from './gates';
import type { StatedTotals } from './records';
import type { Control, Status } from './settlement-format';

/** Customer numbers add up to a hash modulo this. */
export const HASH_MODULUS = 10_000_000_000n;

/** What the detail lines of a file make, to be held against what the file states. */
export class ControlTotals {
  details = 0;
  /** Whole rupiah of the lines with each status. */
  readonly amounts: Record<Status, bigint> = { S: 0n, F: 0n, U: 0n };
  private hash = 0n;

  constructor(private readonly control: Control) {}

  /** Adds one line. */
  add(status: Status, amount: bigint, customerNo: string): void {
    this.details += 1;
    this.amounts[status] += amount;
    if (this.control.hash) this.hash = (this.hash + BigInt(customerNo)) % HASH_MODULUS;
  }

  /** Adds many lines that were summed up elsewhere. */
  addSums(details: number, amounts: Readonly<Record<Status, bigint>>, hash: bigint): void {
    this.details += details;
    for (const status of ['S', 'F', 'U'] as const) this.amounts[status] += amounts[status];
    this.hash = (this.hash + hash) % HASH_MODULUS;
  }

  /** The sum that the file must state. */
  get controlAmount(): bigint {
    const { S, F, U } = this.amounts;
    return this.control.amount === 'all' ? S + F + U : S;
  }

  /** What a file with these lines must state. */
  stated(): { count: number; amount: bigint; hash: bigint } {
    return { count: this.details, amount: this.controlAmount, hash: this.hash };
  }

  /**
   * Holds the lines against what is stated about them; what is not stated is not held.
   * @param where what states it, for the message; `line` null for another file.
   * @throws Refused with both totals.
   */
  compare(stated: StatedTotals, where: string, line: number | null): void {
    const held = (
      gate: 'control_count' | 'control_amount' | 'control_hash',
      what: string,
      said: bigint | undefined,
      computed: bigint,
    ) => {
      if (said === undefined || said === computed) return;
      const field = gate.slice('control_'.length);
      const reason = `${where} states ${said} ${what}, the lines make ${computed}`;
      throw new Refused(gate, line, said.toString(), computed.toString(), reason, field);
    };
    held('control_count', 'detail lines', stated.count, BigInt(this.details));
    held('control_amount', 'rupiah', stated.amount, this.controlAmount);
    if (this.control.hash) held('control_hash', 'as hash total', stated.hash, this.hash);
  }
}
