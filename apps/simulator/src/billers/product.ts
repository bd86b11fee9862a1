import type { Trade } from './trades/trade';

/** What may be paid: the bills shown, all of them or the oldest; one of a list; between two bounds; or between the bill's own bounds. */
export type AmountRule =
  | { readonly of: 'bills'; readonly isWhole?: true }
  | { readonly of: 'list'; readonly list: readonly bigint[] }
  | { readonly of: 'range'; readonly least: bigint; readonly most: bigint; readonly step?: bigint }
  | { readonly of: 'bounds' };

/** A further input of an inquiry, beside the customer number. */
export type Input = 'months' | 'year' | 'identityNumber';

/** One thing a biller sells. */
export type Product = {
  /** The biller's own word for it. */
  readonly word: string;
  readonly number: RegExp;
  readonly trade: Trade;
  readonly amount: AmountRule;
  /** The most bills one inquiry shows, oldest first. */
  readonly billsShownMax: number;
  /** False where a payment comes without one. */
  readonly hasInquiry: boolean;
  readonly input?: Input;
  /** Only the first six and last four digits of the customer number are kept. */
  readonly isMasked?: true;
};

/** Whether a product says this amount can be paid at all; what is owed is compared elsewhere. */
export function isOnOffer(rule: AmountRule, amount: bigint): boolean {
  switch (rule.of) {
    case 'list':
      return rule.list.includes(amount);
    case 'range':
      return (
        amount >= rule.least && amount <= rule.most && (rule.step === undefined || amount % rule.step === 0n)
      );
    default:
      return true;
  }
}

/** A card number as it may be shown. */
export function maskedNumber(number: string): string {
  return `${number.slice(0, 6)}${'*'.repeat(Math.max(0, number.length - 10))}${number.slice(-4)}`;
}
