import { rupiah, sum, ZERO, type Rupiah } from '#lib/kernel';

/** Who takes part in a settlement. */
export interface Party {
  kind: 'biller' | 'channel' | 'own';
  id: string;
}

/** We ourselves. */
export const OURSELVES: Party = { kind: 'own', id: 'aggregator' };

/** What a share of a settlement is for. */
export type ShareKind =
  | 'principal'
  | 'biller_fee'
  | 'own_fee'
  | 'float_principal'
  | 'sales'
  | 'commission'
  | 'sub_agent_fee'
  | 'rounding'
  | 'disputed'
  | 'refund'
  | 'adjustment'
  | 'held_back';

/** What a party receives (positive) or pays (negative) for one reason. Whole rupiah. */
export interface Share {
  party: Party;
  kind: ShareKind;
  amount: Rupiah;
}

/** What paid payments of one biller and one channel come to, as their offers were frozen. Whole rupiah. */
export interface Sales {
  billerId: string;
  channelId: string;
  /** Whether their bills came out of what we had paid the biller in advance. */
  drawsFloat: boolean;
  payments: number;
  /** Bills and penalties. */
  amount: Rupiah;
  adminFee: Rupiah;
  billerFee: Rupiah;
  commission: Rupiah;
  /** The part of the commission that is the sub-agents'. */
  subAgentFee: Rupiah;
  /** What the channel's deposit lost. */
  charge: Rupiah;
  /** Our part of the fee, where it bears PPN. */
  taxedFee: Rupiah;
}

/**
 * Who receives and who pays what for sales; the shares sum to 0. Fee parts are as each offer froze them: rounded down
 * there, what is left over is ours.
 */
export function sharesOf(sales: Sales): Share[] {
  const { billerId, channelId, drawsFloat, amount, adminFee, billerFee, commission, subAgentFee } = sales;
  const biller: Party = { kind: 'biller', id: billerId };
  const channel: Party = { kind: 'channel', id: channelId };
  return [
    // A prefunded biller has had the bills; the channel's money makes up for what we paid it in advance.
    drawsFloat
      ? { party: OURSELVES, kind: 'float_principal' as const, amount }
      : { party: biller, kind: 'principal' as const, amount },
    { party: biller, kind: 'biller_fee' as const, amount: billerFee },
    { party: OURSELVES, kind: 'own_fee' as const, amount: rupiah(adminFee - billerFee - commission) },
    { party: channel, kind: 'sales' as const, amount: rupiah(-(amount + adminFee)) },
    { party: channel, kind: 'commission' as const, amount: rupiah(commission - subAgentFee) },
    { party: channel, kind: 'sub_agent_fee' as const, amount: subAgentFee },
  ].filter((share) => share.amount !== ZERO);
}

/** The same sales taken back. */
export function takenBack(sales: Sales): Sales {
  const negative = (amount: Rupiah) => rupiah(-amount);
  return {
    ...sales,
    amount: negative(sales.amount),
    adminFee: negative(sales.adminFee),
    billerFee: negative(sales.billerFee),
    commission: negative(sales.commission),
    subAgentFee: negative(sales.subAgentFee),
    charge: negative(sales.charge),
    taxedFee: negative(sales.taxedFee),
  };
}

/** One group of sales less some of its payments. */
export function without(sales: Sales, others: readonly Sales[]): Sales {
  const less = (pick: (one: Sales) => Rupiah) => rupiah(pick(sales) - sum(others.map(pick)));
  return {
    ...sales,
    payments: sales.payments - others.reduce((count, { payments }) => count + payments, 0),
    amount: less((one) => one.amount),
    adminFee: less((one) => one.adminFee),
    billerFee: less((one) => one.billerFee),
    commission: less((one) => one.commission),
    subAgentFee: less((one) => one.subAgentFee),
    charge: less((one) => one.charge),
    taxedFee: less((one) => one.taxedFee),
  };
}

/** What a biller's clearing holds of sales. */
export function inClearing({ drawsFloat, amount, billerFee }: Sales): Rupiah {
  return drawsFloat ? billerFee : sum([amount, billerFee]);
}
