import { z } from 'zod';

/** Whole rupiah as the H2H API writes them. */
export const RUPIAH = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, 'must be whole rupiah as a string of digits')
  .meta({ title: 'rupiah' });

/** Whole rupiah that may be below zero: balances and movements. */
export const SIGNED_RUPIAH = z
  .string()
  .regex(/^(0|-?[1-9]\d{0,17})$/, 'must be whole rupiah')
  .meta({ title: 'rupiah, a minus possible' });

/** When a product is sold, in local time. */
export const PRODUCT_HOURS = z.strictObject({
  open: z.string().describe('HH:mm'),
  close: z.string().describe('HH:mm'),
  timeZone: z.string().describe('for example Asia/Jakarta'),
});
