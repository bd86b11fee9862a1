import type { Rupiah } from '#lib/kernel';

/** A part of a biller's float that is set aside for one payment while the payment is being formed. */
export interface FloatDraw {
  /** The payment is formed, or it cannot be told: the amount stays taken. */
  keep(): void;
  /** Nothing was formed. */
  giveBack(): void;
}

/**
 * What is left of the floats of prefunded billers, asked from memory before a payment is formed. It decides only
 * whether a biller is still asked; what a payment takes out of a float is written by its capture.
 */
export abstract class Floats {
  /**
   * Sets a payment's bills aside. `short` means that after all that is under way the float would fall below its stop
   * level, or that the biller is paused: nothing may be formed.
   */
  abstract draw(billerId: string, amount: Rupiah): FloatDraw | 'not prefunded' | 'short';
}

/** No biller is prefunded. */
export const NO_FLOATS: Floats = { draw: () => 'not prefunded' };
