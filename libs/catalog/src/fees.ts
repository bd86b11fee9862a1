import { rupiah, sum, ZERO, type Rupiah } from '#lib/kernel';

/** What a payment costs beyond its bill, and whose it is. */
export interface Fees {
  /** What the customer pays on top. */
  adminFee: Rupiah;
  /** The biller's part of it. */
  billerFee: Rupiah;
  /** The channel's part of it, that of its sub-agent included; the rest is ours. */
  commission: Rupiah;
  /** What of the commission belongs to the sub-agent whose outlet sold it. */
  subAgentFee: Rupiah;
}

/** Fees of amounts up to one, that one included; null: of all that are greater. */
export interface FeeTier extends Fees {
  upTo: Rupiah | null;
}

/** How fees follow from a bill. */
export interface FeeRule {
  /** Null: spelt out with the price. */
  feeSchemeId: string | null;
  /** Once for each bill, by its own amount; or once, by the amount of all. */
  per: 'bill' | 'payment';
  /** The least amount first; the last one has no end. */
  tiers: readonly FeeTier[];
  /** Our part bears value added tax; income tax is withheld from the commission. Flags: nothing is computed here. */
  hasPpn: boolean;
  hasPph: boolean;
}

/**
 * The fees on bills, by a rule.
 * @param amounts of each bill with its penalty.
 */
export function feesOn(rule: FeeRule, amounts: readonly Rupiah[]): Fees {
  const units = rule.per === 'bill' ? amounts : [sum(amounts)];
  const tiers = units.map((amount) => tierOf(rule, amount));
  const total = (name: keyof Fees) => sum(tiers.map((tier) => tier[name]));
  return {
    adminFee: total('adminFee'),
    billerFee: total('billerFee'),
    commission: total('commission'),
    subAgentFee: total('subAgentFee'),
  };
}

/** The tier of an amount. */
export function tierOf({ tiers }: Pick<FeeRule, 'tiers'>, amount: Rupiah): FeeTier {
  const tier = tiers.find(({ upTo }) => upTo === null || amount <= upTo);
  if (!tier) throw new Error(`no tier of fees for ${amount}`);
  return tier;
}

/** The amount that a customer chose who pays so much with our fee in it; all of it where no tier fits. */
export function amountWithin(rule: Pick<FeeRule, 'tiers'>, paid: Rupiah): Rupiah {
  for (const { adminFee } of rule.tiers) {
    const amount = paid > adminFee ? rupiah(paid - adminFee) : ZERO;
    if (amount > ZERO && tierOf(rule, amount).adminFee === adminFee) return amount;
  }
  return paid;
}
