import type { BusinessDate, ResponseCode, Rupiah } from '#lib/kernel';
import type { PaymentMoney } from '#lib/ledger';
import type { Receipt } from '#lib/receipts';
import type { BillerLeg } from './biller.contract';
import type { Inputs, Offer } from './offer';
import { isFinal, type PaymentState } from './payment.states';

/** One attempt to settle one offer, with one final state. */
export interface Payment {
  paymentId: string;
  channelId: string;
  channelReference: string;
  /** SHA-256 of the request in canonical form: the same reference with another hash is refused. */
  contentHash: Buffer;
  inquiryId: string;
  productId: string;
  billerId: string;
  customerNumber: string;
  state: PaymentState;
  code: ResponseCode;
  offer: Offer;
  /** As its channel was told it; what its biller has given anew since is `reissued`. */
  receipt: Receipt | null;
  /** As its channel was told it; the leg has its own. */
  billerReference: string | null;
  /** The receipt of a payment that was sent again and taken: it says what the biller knows now. */
  reissued: Receipt | null;
  /** posted - held of the deposit right after the commit of this answer; null while that commit is in doubt. */
  balanceAfter: Rupiah | null;
  businessDate: BusinessDate;
  lastEventNo: number;
  /** Whether an order to reverse it stands, which may still take a PAID payment back. */
  isReversalOrdered: boolean;
  /** Sum of its refunds. */
  refunded: Rupiah;
  createdAt: Date;
  leg: PaymentLeg;
}

/** The numbers of a payment that its channel was told. */
export interface ToldNumbers {
  billerReference: string | null;
  legReference: string;
  /** The biller has the payment by these numbers after all, and not by those of the further leg. */
  isFound?: true;
}

/** The attempt at the biller: the last one, where there were several. */
export interface PaymentLeg {
  legNo: number;
  /** The route it is sent by; null where it was sent before there were routes. */
  routeId: string | null;
  reference: string;
  /** What its biller calls it; null until it has said so. */
  billerReference: string | null;
  /** Of a leg that is sent again: by which numbers the channel was told PAID; null: by this leg's own. */
  told: ToldNumbers | null;
  billerProduct: string;
  source: string;
  sourceBusinessDate: BusinessDate;
  /** Whether the biller takes it out of what we have paid in advance; fixed with the leg, whatever the catalog says later. */
  drawsFloat: boolean;
  sentAt: Date;
  adviceCount: number;
  nextAdviceAt: Date | null;
  /** What its biller wants to see again; null: what the offer says. */
  echo: Readonly<Record<string, string>> | null;
}

/**
 * Whether what a channel is told now stays so: an end, and no reversal under way that may change it. A payment that is
 * sent to its biller again has been told as paid, and stays it.
 */
export function isSettled({ state, isReversalOrdered }: Payment): boolean {
  return (isFinal(state) || state === 'RESENT') && !(state === 'PAID' && isReversalOrdered);
}

/** By which numbers a channel is told a payment; of one that is sent again those of its first answer stay. */
export function toldNumbersOf({ billerReference, leg }: Payment): ToldNumbers {
  return leg.told ?? { billerReference, legReference: leg.reference };
}

/** By which number the biller knows the leg before, or else by ours. */
export function numberOfLegBefore({ billerReference, legReference }: ToldNumbers): string {
  return billerReference ?? legReference;
}

/** What of a payment concerns the ledger. */
export function moneyOf(payment: Payment): PaymentMoney {
  const { paymentId, channelId, billerId, channelReference, businessDate, offer, leg } = payment;
  const { amount, adminFee, billerFee, commission, charge } = offer;
  return {
    paymentId,
    channelId,
    billerId,
    reference: channelReference,
    businessDate,
    amount,
    adminFee,
    billerFee,
    commission,
    charge,
    drawsFloat: leg.drawsFloat,
  };
}

/** By which number of its own the biller knows a payment now. */
export function billerReferenceOf({ leg: { told, billerReference } }: Payment): string | null {
  return told?.isFound ? told.billerReference : billerReference;
}

/** What of a payment the biller is told. */
export function legOf(payment: Payment): BillerLeg {
  const { leg, offer } = payment;
  const { reference, told } = leg;
  const echo = leg.echo ?? offer.echo;
  return {
    reference: told?.isFound ? told.legReference : reference,
    product: leg.billerProduct,
    customerNumber: offer.sealedNumber ?? payment.customerNumber,
    amount: offer.amount,
    billCount: offer.lines.length,
    ...offer.inputs,
    echo: offer.inputs ? { ...textsOf(offer.inputs), ...echo } : echo,
    settlementDate: leg.sourceBusinessDate,
    sentAt: leg.sentAt,
  };
}

/** Inputs by the names that a biller's templates know them by. */
function textsOf({ months, year, extra = {} }: Inputs): Record<string, string> {
  return {
    ...(months === undefined ? {} : { months: String(months) }),
    ...(year === undefined ? {} : { year: String(year) }),
    ...Object.fromEntries(Object.entries(extra).map(([name, value]) => [`extra.${name}`, value])),
  };
}
