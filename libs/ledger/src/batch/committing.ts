import { areFailPointsArmed, failPointAfterThisTurn } from '#lib/platform';
import type { Accepted } from './admission';

/** Marks, for each member of a batch, that its COMMIT has left and is not answered yet. */
export function markCommitting(accepted: readonly Accepted[]): void {
  if (!areFailPointsArmed) return;
  for (const { unit } of accepted)
    failPointAfterThisTurn(
      unit.journal?.kind === 'hold' ? 'K2 opening commit sent' : 'K6 outcome commit sent',
      String(unit.witness.values['payment_id'] ?? unit.journal?.subjectId),
    );
}
