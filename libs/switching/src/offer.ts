import { rupiah, sum, ZERO, type Rupiah } from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import type { Bill, BillLine } from './biller.contract';

/** A bill with our frozen fees: what a channel may pay until it expires. */
export interface Offer {
  customerName: string;
  lines: readonly BillLine[];
  /** How many unpaid bills stay when these are paid; null where the customer chooses the amount. */
  remaining: number | null;
  /** Bills and penalties. */
  amount: Rupiah;
  adminFee: Rupiah;
  /** What the customer pays: amount + admin fee. */
  total: Rupiah;
  /** Parts of the admin fee. */
  billerFee: Rupiah;
  commission: Rupiah;
  /** What the channel's deposit loses. */
  charge: Rupiah;
  details: Readonly<Record<string, string>>;
  echo: Readonly<Record<string, string>>;
}

/** What the channel asks for: the oldest so many bills, or an amount of the customer's choice. */
export interface Choice {
  /** How many of the oldest bills; undefined for all that the biller sent. */
  billCount: number | undefined;
  /** Where the product has no bills: the amount, and the month it is bought in as `202607`. */
  amount: Rupiah | undefined;
  month: string;
}

/** Freezes what a payment will cost: what is asked for, and our fees on it. */
export function priceOffer(
  bill: Bill,
  sold: SoldProduct,
  commissionMode: 'immediate' | 'settled',
  choice: Choice,
): Offer {
  const lines =
    choice.amount === undefined
      ? bill.lines.slice(0, choice.billCount)
      : [{ period: choice.month, amount: choice.amount, penalty: ZERO, details: {} }];
  const amount = sum(lines.flatMap((line) => [line.amount, line.penalty]));
  const units = sold.product.adminPer === 'bill' ? BigInt(lines.length) : 1n;
  const adminFee = rupiah(sold.price.adminFee * units);
  const commission = rupiah(sold.price.commission * units);
  const total = sum([amount, adminFee]);
  return {
    customerName: bill.customerName,
    lines,
    remaining: choice.amount === undefined ? bill.outstanding - lines.length : null,
    amount,
    adminFee,
    total,
    billerFee: rupiah(sold.price.billerFee * units),
    commission,
    charge: commissionMode === 'immediate' ? rupiah(total - commission) : total,
    details: bill.details,
    echo: bill.echo,
  };
}

/** An offer as a JSON column keeps it: amounts as strings of digits. */
export function offerToJson(offer: Offer): string {
  const stored: StoredOffer = {
    ...offer,
    lines: offer.lines.map((line) => ({
      ...line,
      amount: line.amount.toString(),
      penalty: line.penalty.toString(),
    })),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    total: offer.total.toString(),
    billerFee: offer.billerFee.toString(),
    commission: offer.commission.toString(),
    charge: offer.charge.toString(),
  };
  return JSON.stringify(stored);
}

interface StoredOffer extends Omit<Offer, AmountName | 'lines'>, Record<AmountName, string> {
  lines: (Omit<BillLine, 'amount' | 'penalty'> & { amount: string; penalty: string })[];
}

type AmountName = 'amount' | 'adminFee' | 'total' | 'billerFee' | 'commission' | 'charge';

/** Reads back what `offerToJson` wrote. */
export function offerFromJson(stored: unknown): Offer {
  const offer = stored as StoredOffer;
  const amount = (name: AmountName) => rupiah(BigInt(offer[name]));
  return {
    ...offer,
    lines: offer.lines.map((line) => ({
      ...line,
      amount: rupiah(BigInt(line.amount)),
      penalty: rupiah(BigInt(line.penalty)),
    })),
    amount: amount('amount'),
    adminFee: amount('adminFee'),
    total: amount('total'),
    billerFee: amount('billerFee'),
    commission: amount('commission'),
    charge: amount('charge'),
  };
}
