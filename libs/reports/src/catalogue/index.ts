import type { ReportDefinition } from '../definition';
import { BREAK_AGEING } from './break-ageing';
import { DAILY_RECAP } from './daily-recap';
import { DEPOSIT_MUTATION, DEPOSIT_SUMMARY } from './deposits';
import { FEE_INCOME } from './fee-income';
import { FILES_IN } from './files-in';
import { JOURNAL, JOURNAL_SUMMARY } from './journal';
import { REGULATOR } from './regulator';
import { PARTY_STATEMENT } from './party-statement';
import { PER_BILLER, PER_CHANNEL } from './sales';
import { PAYOUTS, SETTLEMENT, TAX_INVOICES } from './settlements';
import { THREE_WAY } from './three-way';
import { SUSPECTS } from './suspects';
import { TAX_BASIS } from './tax-basis';

/** Every report there is, in the order in which people are shown them. */
export const REPORTS: readonly ReportDefinition[] = [
  DAILY_RECAP,
  PER_BILLER,
  PER_CHANNEL,
  SUSPECTS,
  BREAK_AGEING,
  THREE_WAY,
  FILES_IN,
  SETTLEMENT,
  PAYOUTS,
  PARTY_STATEMENT,
  FEE_INCOME,
  TAX_BASIS,
  TAX_INVOICES,
  DEPOSIT_SUMMARY,
  DEPOSIT_MUTATION,
  JOURNAL,
  JOURNAL_SUMMARY,
  REGULATOR,
];
