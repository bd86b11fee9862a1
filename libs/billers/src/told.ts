import { maskNumber } from '#lib/platform';
import type { Evidence } from '#lib/switching';
import { UnfilledTemplate } from './unfilled-template';
import { UnreadableAnswer } from './unreadable-answer';

/** What the column of the payment holds. */
const REFERENCE_MAX = 64;

/** A biller's own reference as it is kept. */
export function keptReference(text: string): string {
  return text.slice(0, REFERENCE_MAX);
}

/**
 * A biller's words to people, as evidence. Many digits in a row may be a customer's number, or a token that is money.
 * @param max so many characters are kept.
 */
export function maskedWords(words: string | undefined, max: number): string | null {
  return words?.slice(0, max).replace(/\d{5,}/g, (digits) => maskNumber(digits)) ?? null;
}

/**
 * What an answer says, where it is surely about ours and can be read; else `unknown`, with the doubt.
 * @param doubtAbout why it may be about something else; asked only where it says anything.
 */
export function believed<T extends { kind: string }>(
  evidence: Evidence,
  doubtAbout: (outcome: T) => string | undefined,
  read: (evidence: Evidence) => T,
): T | { kind: 'unknown'; evidence: Evidence } {
  try {
    const outcome = read(evidence);
    const doubt = outcome.kind === 'unknown' ? undefined : doubtAbout(outcome);
    return doubt === undefined ? outcome : { kind: 'unknown', evidence: { ...evidence, doubt } };
  } catch (error) {
    if (!(error instanceof UnreadableAnswer) && !(error instanceof UnfilledTemplate)) throw error;
    return { kind: 'unknown', evidence: { ...evidence, doubt: error.message } };
  }
}
