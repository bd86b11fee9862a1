import { fail, ok, refusal, sum, ZERO, type Refusal, type Result, type Rupiah } from '#lib/kernel';
import type { Product } from '#lib/catalog';
import type { Bill, BillLine } from './biller.contract';
import { objectionToBounds, type Bounds } from './product-rules';

/** What the channel asks for: the oldest so many bills, or an amount of the customer's choice. */
export interface Choice {
  /** How many of the oldest bills; undefined for as many as may be paid at once. */
  billCount: number | undefined;
  /** So many bills at once on the way that is taken; null: no bound. */
  billsMax: number | null;
  /** Where the customer chooses the amount; undefined for the most that may be paid. */
  amount: Rupiah | undefined;
  /** The month in which it is asked, as `202607`: for what is bought and has no bill. */
  month: string;
}

/** What is paid of a bill, and between what the customer may choose. */
export interface ChosenLines {
  lines: BillLine[];
  /** How many unpaid bills stay; null where the customer chooses the amount. */
  remaining: number | null;
  payable: { minimum: Rupiah; maximum: Rupiah } | undefined;
}

/** Takes what is asked for out of a bill: its oldest lines, or one line of the amount that was chosen. */
export function chosenLines(bill: Bill, product: Product, choice: Choice): Result<ChosenLines, Refusal> {
  if (product.amountType === 'CLOSED') return ok(oldestLines(bill, product, choice));
  const bounds = boundsOf(bill, product);
  const amount = choice.amount ?? bounds.maximum;
  if (amount === null) return fail(refusal('REQUEST_MALFORMED', 'this product needs an amount', 'amount'));
  const objection = objectionToBounds(amount, bounds);
  if (objection) return fail(objection);
  // Only an instalment is part of a bill; whatever else is bought has no period but the month of today.
  const line = product.amountType === 'MIN_MAX' ? bill.lines[0] : undefined;
  const { minimum, maximum } = bounds;
  return ok({
    lines: [{ period: line?.period ?? choice.month, amount, penalty: ZERO, details: line?.details ?? {} }],
    remaining: null,
    payable:
      product.amountType === 'MIN_MAX' && minimum !== null && maximum !== null
        ? { minimum, maximum }
        : undefined,
  });
}

/** How many of the oldest bills are taken at most; undefined for all. */
export function billsAtOnce(
  product: Pick<Product, 'billsMax'>,
  { billCount, billsMax }: Pick<Choice, 'billCount' | 'billsMax'>,
): number | undefined {
  const most = Math.min(billCount ?? Infinity, billsMax ?? Infinity, product.billsMax ?? Infinity);
  return Number.isFinite(most) ? most : undefined;
}

function oldestLines(bill: Bill, product: Product, choice: Choice): ChosenLines {
  const lines = bill.lines.slice(0, billsAtOnce(product, choice));
  return { lines, remaining: bill.outstanding - lines.length, payable: undefined };
}

/** The narrower of what the biller and the product allow. A bill without bounds of its own is paid in whole. */
function boundsOf(bill: Bill, { amountType, amountMin, amountMax }: Product): Bounds {
  const owed = sum(bill.lines.flatMap(({ amount, penalty }) => [amount, penalty]));
  const whole = amountType === 'MIN_MAX' && bill.lines.length > 0 ? owed : null;
  return {
    minimum: greatest(bill.payable?.minimum ?? whole, amountMin),
    maximum: least(bill.payable?.maximum ?? whole, amountMax),
  };
}

function greatest(one: Rupiah | null, other: Rupiah | null): Rupiah | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

function least(one: Rupiah | null, other: Rupiah | null): Rupiah | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
