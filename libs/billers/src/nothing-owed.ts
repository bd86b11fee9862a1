import type { Bill } from '#lib/switching';

/** The bill of a product that is asked nothing before its payment. */
export const NOTHING_OWED: Bill = {
  customerName: '',
  lines: [],
  outstanding: 0,
  details: {},
  echo: {},
  validSeconds: undefined,
};
