import type { BusinessDate } from '#lib/kernel';

/** A person's word on a day. */
export interface DayOrder {
  source: string;
  businessDate: BusinessDate;
  /** An e-mail address. */
  by: string;
  reason: string;
}
