import { rupiah, sum, ZERO, type Rupiah } from '#lib/kernel';
import { feesOn, type SoldProduct } from '#lib/catalog';
import type { Bill, BillLine } from './biller.contract';
import type { ChosenLines } from './chosen-lines';
import type { HiddenNumber } from './sealed-numbers';

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
  /** The fee scheme that it was priced by; left out where the price spelt its amounts out. */
  feeScheme?: string;
  /** Which taxes the fees bear; flags for whoever settles them. */
  taxes?: readonly Tax[];
  /** Where it was asked for, where the channel says so. */
  outlet?: SaleOutlet;
  /** The customer's number as only its biller may read it, where the books hold it masked. */
  sealedNumber?: string;
  /** What stands for that number and no other. */
  numberMark?: string;
  /** The part of the commission that the channel owes the agent whose outlet it is. */
  subAgentFee?: Rupiah;
}

/** Value added tax on our part; income tax withheld from the commission. */
export type Tax = 'ppn' | 'pph';

/** What an inquiry was asked with beyond number and amount; a payment repeats it to the biller. */
export interface Inputs {
  months?: number;
  year?: number;
  extra?: Readonly<Record<string, string>>;
}

/** Where a sale was made, as the channel says, and whose outlet that is. */
export interface SaleOutlet {
  terminal: { id: string; name: string; city: string };
  /** The agent under the channel; null: the channel itself. */
  subAgentId: string | null;
}

/** Freezes what a payment will cost: what is asked for, and our fees on it. */
export function priceOffer(
  bill: Bill,
  { lines, remaining, payable }: ChosenLines,
  { fees: rule }: Pick<SoldProduct, 'fees'>,
  commissionMode: 'immediate' | 'settled',
  asked: { inputs: Inputs; outlet: SaleOutlet | undefined; hidden?: HiddenNumber | undefined },
): Offer {
  const amounts = lines.map((line) => rupiah(line.amount + line.penalty));
  const amount = sum(amounts);
  const { adminFee, billerFee, commission, subAgentFee } = feesOn(rule, amounts);
  const total = sum([amount, adminFee]);
  const taxes: Tax[] = [];
  if (rule.hasPpn) taxes.push('ppn');
  if (rule.hasPph) taxes.push('pph');
  const isOfSubAgent = asked.outlet !== undefined && asked.outlet.subAgentId !== null;
  return {
    customerName: bill.customerName,
    lines,
    remaining,
    amount,
    adminFee,
    total,
    billerFee,
    commission,
    charge: commissionMode === 'immediate' ? rupiah(total - commission) : total,
    details: bill.details,
    echo: bill.echo,
    ...(payable ? { payable } : {}),
    ...(Object.keys(asked.inputs).length === 0 ? {} : { inputs: asked.inputs }),
    ...(rule.feeSchemeId === null ? {} : { feeScheme: rule.feeSchemeId }),
    ...(taxes.length === 0 ? {} : { taxes }),
    ...(asked.outlet ? { outlet: asked.outlet } : {}),
    ...(asked.hidden ? { sealedNumber: asked.hidden.sealed, numberMark: asked.hidden.mark } : {}),
    ...(isOfSubAgent && subAgentFee > ZERO ? { subAgentFee } : {}),
  };
}

/** Whose an admin fee is, part by part. */
export interface FeeSplit {
  biller: Rupiah;
  /** Ours. */
  aggregator: Rupiah;
  /** The channel's own. */
  agent: Rupiah;
  /** That of the agent whose outlet sold it. */
  subAgent: Rupiah;
}

/** The parts of an offer's admin fee; they always add up to it. */
export function splitOf({ adminFee, billerFee, commission, subAgentFee = ZERO }: Offer): FeeSplit {
  return {
    biller: billerFee,
    aggregator: rupiah(adminFee - billerFee - commission),
    agent: rupiah(commission - subAgentFee),
    subAgent: subAgentFee,
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
    subAgentFee: offer.subAgentFee?.toString(),
    payable: offer.payable && {
      minimum: offer.payable.minimum.toString(),
      maximum: offer.payable.maximum.toString(),
    },
  };
  return JSON.stringify(stored);
}

interface StoredOffer
  extends Omit<Offer, AmountName | 'lines' | 'payable' | 'subAgentFee'>, Record<AmountName, string> {
  subAgentFee: string | undefined;
  payable: { minimum: string; maximum: string } | undefined;
  lines: (Omit<BillLine, 'amount' | 'penalty'> & { amount: string; penalty: string })[];
}

type AmountName = 'amount' | 'adminFee' | 'total' | 'billerFee' | 'commission' | 'charge';

/** Reads back what `offerToJson` wrote. */
export function offerFromJson(stored: unknown): Offer {
  const { payable, subAgentFee, ...offer } = stored as StoredOffer;
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
    ...(subAgentFee === undefined ? {} : { subAgentFee: rupiah(BigInt(subAgentFee)) }),
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
