import { formatOn, type Formats } from '#lib/files';
import type { BusinessDate, Clock } from '#lib/kernel';
import type { MoneyWriter } from '#lib/ledger';
import type { Database, Logger } from '#lib/platform';
import type { DecisionFlow, Refunds, ResendObjection } from '#lib/switching';
import type { BreakRules } from './break-rules';
import type { WorkingDays } from './working-days';

/** A rule of a source's format by which breaks end without a person. */
export interface AutoRule {
  kind: string;
  /** Both statuses, ours first; or a sub-kind of duplicate. Left out: any. */
  statuses?: string | undefined;
  /** Largest amount of one break, in whole rupiah. */
  max: bigint;
  /** `write_off` or `counterparty_error`; others belong to other parts and are passed by. */
  resolve: string;
}

/** What of a source's format and contract concerns its breaks. */
export interface SourceTerms {
  auto: readonly AutoRule[];
  /** Where a disputed difference stands: not yet paid (`clearing`), or paid under their file (`suspense`). */
  differenceStandsOn: 'clearing' | 'suspense';
  /** Whether the biller's contract lets us pay again what it does not have, under a new reference. */
  mayResend?: boolean | undefined;
  /** Whose own file it is, where it is a channel's: no biller is owed more or less by its breaks. */
  channel?: string | undefined;
}

/** What breaks are worked with. The caller wires it. */
export interface BreakDesk {
  database: Database;
  clock: Clock;
  logger: Logger;
  rules: BreakRules;
  isWorking: WorkingDays;
  termsOf: (source: string, businessDate: BusinessDate) => SourceTerms;
  /** Folder of the installation; evidence files lie below it. */
  home: string;
  writer: MoneyWriter;
  decisions: DecisionFlow;
  refunds: Refunds;
  /** What keeps a paid leg from being sent again: as switching sees it, or because its day is settled with it. */
  objectionToResend: (leg: { paymentId: string; legNo: number }) => Promise<ResendRefusal | undefined>;
}

/** Why a leg is not sent again. */
export type ResendRefusal = ResendObjection | { kind: 'settled' } | { kind: 'not in contract' };

/** What of a source's format concerns its breaks; a source without one has no rules, and is paid what we both say. */
export function termsByFormats(formats: Formats): BreakDesk['termsOf'] {
  return (source, businessDate) => {
    const format = formatOn(formats, source, businessDate);
    return {
      auto: format?.auto ?? [],
      differenceStandsOn: format?.settleOn === 'their_file' ? 'suspense' : 'clearing',
      channel: format?.channel,
      mayResend: format?.mayResend ?? false,
    };
  };
}
