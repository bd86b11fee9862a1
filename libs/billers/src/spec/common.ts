import { z } from 'zod';
import { LaneLimits } from '#lib/switching';

/** The name under which the environment holds an address or a secret; the value itself never stands in a YAML. */
export const EnvironmentName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable such as BILLER_PLN_URL');

/** What every kind's YAML says, whatever the biller speaks. */
export const COMMON = {
  /** The file's name without its ending. */
  biller: z.string(),
  /** How long each call may take, and how long after a payment "no such payment" proves nothing. */
  patience: z.strictObject({
    inquiryMs: z.int().positive(),
    paymentMs: z.int().positive(),
    adviceMs: z.int().positive(),
    quietMs: z.int().nonnegative(),
  }),
  /** How much advice the biller bears from one worker, where not what config/limits.yaml says for all. */
  adviceLane: LaneLimits.partial().optional(),
};

/** Whether the biller's protocol demands that we reverse a payment that stays unknown. */
export const AfterUnknown = z.enum(['never', 'demanded']);

/** A spec of any kind, as far as all kinds are alike. */
export interface BillerSpec {
  biller: string;
  kind: string;
  patience: { inquiryMs: number; paymentMs: number; adviceMs: number; quietMs: number };
  adviceLane?: Partial<LaneLimits> | undefined;
  /** Absent where the biller is asked nothing before a payment. */
  inquiry?: object | undefined;
  payment: object;
  advice: object;
  /** Absent where the biller undoes no payment. */
  reversal?: object | undefined;
  /** Absent where it is not paid in advance, or does not tell what is left. */
  balance?: object | undefined;
  /** Absent where nothing is stamped. */
  stamp?: object | undefined;
}
