import type { Refusal } from '#lib/kernel';
import type { Payment } from '#lib/switching';

/** A refusal on its way out of a handler; the filter writes it in the caller's dialect. */
export class RefusedRequest extends Error {
  /** @param payment the one that stands in the request's way, if any. */
  constructor(
    readonly refusal: Refusal,
    readonly payment?: Payment,
  ) {
    super(refusal.code);
  }
}
