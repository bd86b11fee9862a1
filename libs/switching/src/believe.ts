import type { AdviceOutcome, PaymentOutcome } from './biller.contract';

/**
 * Holds a biller's "approved" to what was asked. Another amount, or a success without what the receipt needs,
 * is not a success yet: it stays unknown and advice asks again. The same for every biller.
 */
export function believe<T extends PaymentOutcome | AdviceOutcome>(
  outcome: T,
  asked: { amount: bigint; requiredReceiptFields: readonly string[] },
): T | { kind: 'unknown'; evidence: PaymentOutcome['evidence'] } {
  if (outcome.kind !== 'approved') return outcome;
  if (outcome.amount !== asked.amount)
    return {
      kind: 'unknown',
      evidence: {
        ...outcome.evidence,
        doubt: `biller approved ${outcome.amount}, ${asked.amount} were asked`,
        contradiction: 'another amount approved',
      },
    };
  const missing = asked.requiredReceiptFields.find((field) => !outcome.receipt[field]);
  if (missing !== undefined)
    return { kind: 'unknown', evidence: { ...outcome.evidence, doubt: `approved without ${missing}` } };
  return outcome;
}
