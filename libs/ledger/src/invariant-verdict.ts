import type { StopScope } from '#lib/kernel';

/** The verdict on one invariant. */
export interface InvariantVerdict {
  id: string;
  ok: boolean;
  /** Rows or sums looked at. */
  checked: number;
  firstCounterExample: string | null;
  note?: string;
  /** Whose new payments must stop because of it; absent while it holds. */
  stops?: readonly StopScope[];
}
