import type { Break, BreakOutcome, Resolution } from './break';

/** What a resolution is for, as people read it. */
export interface ResolutionRule {
  /** When it fits: kinds of breaks, or their pair of statuses or sub-kind. */
  fits: readonly string[];
  /** What it books, in a few words. */
  books: string;
  checkers: 'none' | 'one' | 'by amount' | 'unless they agree';
}

/** The eight ways a break can end by people. */
export const RESOLUTIONS: Readonly<Record<Resolution, ResolutionRule>> = {
  advice_result: {
    fits: ['status', 'only_ours'],
    books: 'the end of the payment, by its normal path',
    checkers: 'unless they agree',
  },
  refund: {
    fits: ['status', 'only_ours', 'duplicate', 'amount'],
    books: 'biller clearing or our loss -> deposit of the channel',
    checkers: 'by amount',
  },
  reversal: {
    fits: ['SF', 'only_ours'],
    books: 'principal and every fee share of the payment back into the deposit',
    checkers: 'one',
  },
  resend: {
    fits: ['only_ours'],
    books: 'nothing; a further leg of the same payment is sent to the biller',
    checkers: 'one',
  },
  adjustment: {
    fits: ['amount', 'status', 'only_theirs', 'duplicate', 'clearing', 'only_ours', 'proposed'],
    books: 'what we owe the biller against the account that bears it',
    checkers: 'by amount',
  },
  write_off: {
    fits: ['amount', 'status', 'only_theirs', 'duplicate', 'clearing', 'only_ours', 'proposed'],
    books: 'what we owe the biller against rounding or loss',
    checkers: 'by amount',
  },
  counterparty_error: {
    fits: ['duplicate', 'only_theirs', 'amount', 'status', 'only_ours', 'clearing', 'proposed'],
    books: 'nothing; they are asked for a corrected file',
    checkers: 'none',
  },
  confirmation: {
    fits: ['proposed'],
    books: 'nothing; their line is our payment',
    checkers: 'one',
  },
};

/** Whether a text names a resolution. */
export function isResolution(text: string): text is Resolution {
  return Object.hasOwn(RESOLUTIONS, text);
}

/** Whether a resolution fits a break. */
export function fits(resolution: Resolution, { kind, sub }: Pick<Break, 'kind' | 'sub'>): boolean {
  const rule = RESOLUTIONS[resolution].fits;
  return rule.includes(kind) || (sub !== null && rule.includes(sub));
}

/**
 * How much more we owe the biller when the break ends their way; negative: how much less. Whole rupiah.
 * Their success that is none of ours adds, our success that is none of theirs takes away.
 */
export function owedMore({ kind, ourAmount, theirAmount, ourStatus, theirStatus }: Break): bigint {
  const ours = ourStatus === 'S' ? (ourAmount ?? 0n) : 0n;
  const theirs = theirStatus === 'S' ? (theirAmount ?? 0n) : 0n;
  return kind === 'duplicate' ? theirs : theirs - ours;
}

/** What a resolution without the payment's own path means for the payment. */
export function outcomeOf(resolution: Resolution, { kind }: Break): BreakOutcome {
  switch (resolution) {
    case 'refund':
    case 'reversal':
      return kind === 'duplicate' ? 'none' : 'not_paid';
    case 'adjustment':
    case 'write_off':
      return kind === 'amount' ? 'paid' : 'none';
    case 'advice_result':
    case 'resend':
    case 'counterparty_error':
      return 'none';
    case 'confirmation':
      return 'paid';
  }
}
