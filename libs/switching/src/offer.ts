import { rupiah, sum, type Rupiah } from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import type { Bill, BillLine } from './biller.contract';
import type { ChosenLines } from './chosen-lines';

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
  /** Between what the customer may choose, where the bill leaves a choice. */
  payable?: { minimum: Rupiah; maximum: Rupiah };
  /** Left out where it was asked with nothing more. */
  inputs?: Inputs;
}

/** What an inquiry was asked with beyond number and amount; a payment repeats it to the biller. */
export interface Inputs {
  months?: number;
  year?: number;
  extra?: Readonly<Record<string, string>>;
}

/** Freezes what a payment will cost: what is asked for, and our fees on it. */
export function priceOffer(
  bill: Bill,
  { lines, remaining, payable }: ChosenLines,
  sold: SoldProduct,
  commissionMode: 'immediate' | 'settled',
  inputs: Inputs,
): Offer {
  const amount = sum(lines.flatMap((line) => [line.amount, line.penalty]));
  const units = sold.product.adminPer === 'bill' ? BigInt(lines.length) : 1n;
  const adminFee = rupiah(sold.price.adminFee * units);
  const commission = rupiah(sold.price.commission * units);
  const total = sum([amount, adminFee]);
  return {
    customerName: bill.customerName,
    lines,
    remaining,
    amount,
    adminFee,
    total,
    billerFee: rupiah(sold.price.billerFee * units),
    commission,
    charge: commissionMode === 'immediate' ? rupiah(total - commission) : total,
    details: bill.details,
    echo: bill.echo,
    ...(payable ? { payable } : {}),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
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
    payable: offer.payable && {
      minimum: offer.payable.minimum.toString(),
      maximum: offer.payable.maximum.toString(),
    },
  };
  return JSON.stringify(stored);
}

interface StoredOffer extends Omit<Offer, AmountName | 'lines' | 'payable'>, Record<AmountName, string> {
  payable: { minimum: string; maximum: string } | undefined;
  lines: (Omit<BillLine, 'amount' | 'penalty'> & { amount: string; penalty: string })[];
}

type AmountName = 'amount' | 'adminFee' | 'total' | 'billerFee' | 'commission' | 'charge';

/** Reads back what `offerToJson` wrote. */
export function offerFromJson(stored: unknown): Offer {
  const { payable, ...offer } = stored as StoredOffer;
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
    ...(payable
      ? {
          payable: {
            minimum: rupiah(BigInt(payable.minimum)),
            maximum: rupiah(BigInt(payable.maximum)),
          },
        }
      : {}),
  };
}
