import { drawBelow, drawHex } from './draw';
import type { TariffClass } from './tariffs';

/** What one token purchase was spent on, in rupiah, and the token itself. The parts add up to the amount paid. */
export type TokenPurchase = {
  /** Twenty digits, typed into the meter. */
  readonly token: string;
  /** Energy with one decimal, such as `34.2`. */
  readonly kwh: string;
  readonly stampDuty: bigint;
  readonly ppn: bigint;
  readonly ppj: bigint;
  readonly instalment: bigint;
  readonly tokenAmount: bigint;
};

/** The least and the most rupiah one purchase may cost. */
export const TOKEN_AMOUNT_MIN = 5_000n;
export const TOKEN_AMOUNT_MAX = 50_000_000n;

const TOKENS = 10n ** 20n;
const STAMP_DUTY_ABOVE = 5_000_000n;
const STAMP_DUTY = 10_000n;
/** Street lighting tax in hundredths of a percent; regions differ from 2.4 % to 10 %. */
const PPJ_BPS_MIN = 240;
const PPJ_BPS_MAX = 1_000;
const BPS = 10_000n;

/**
 * The token sold for a payment. The leg reference alone decides its digits, so an advice tells the same token again.
 * @param seed biller and customer.
 * @param amount rupiah, between {@link TOKEN_AMOUNT_MIN} and {@link TOKEN_AMOUNT_MAX}.
 */
export function tokenPurchaseOf(
  seed: string,
  { unitPriceSen }: TariffClass,
  legReference: string,
  amount: bigint,
): TokenPurchase {
  const stampDuty = amount > STAMP_DUTY_ABOVE ? STAMP_DUTY : 0n;
  const taxed = amount - stampDuty;
  const ppjBps = BigInt(PPJ_BPS_MIN + drawBelow(`${seed}|ppj`, PPJ_BPS_MAX - PPJ_BPS_MIN));
  // Rounded down; the tax keeps the remainder, so that the parts always add up to what was paid.
  const tokenAmount = (taxed * BPS) / (BPS + ppjBps);
  const tenthsOfKwh = (tokenAmount * 1_000n) / unitPriceSen;
  return {
    token: (BigInt(`0x${drawHex(`${seed}|${legReference}|token`)}`) % TOKENS).toString().padStart(20, '0'),
    kwh: `${tenthsOfKwh / 10n}.${tenthsOfKwh % 10n}`,
    stampDuty,
    // Households below 6,600 VA are exempt from VAT on electricity, and none of these customers owes an instalment.
    ppn: 0n,
    ppj: taxed - tokenAmount,
    instalment: 0n,
    tokenAmount,
  };
}
