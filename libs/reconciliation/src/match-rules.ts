import type { SettlementFormat } from '#lib/files';
import type { BusinessDate } from '#lib/kernel';
import { lateFrom } from './day-clock';

/** What the matching of one run rests on, besides its two sides. It is kept with the run, so that it can be replayed. */
export interface MatchRules {
  businessDate: BusinessDate;
  /** Whether a line without our reference may be known by theirs. */
  hasFallbackKey: boolean;
  /** Whole rupiah. */
  tolerance: bigint;
  carryDays: number;
  /** Local time from which a sale that is missing belongs to the next file: cut-off minus grace. */
  lateFrom: string;
  /** What a reference found in free text is: a key of its own, a match for a person to confirm, or nothing. */
  hint: 'key' | 'proposed' | null;
  /** Within so many minutes an equal amount proposes a match; null: never. */
  proposeWithinMinutes: number | null;
  /** What of a sale their group key names; null, or left out in runs of before: its leg reference. */
  groupIs?: 'terminal' | 'sub_agent' | 'customer' | 'batch' | null;
  /** Whose payments are our side, where it is a channel's own file; null, or left out: the legs sent to a biller. */
  channel?: string | null;
  /** Whether lines say more than keys and amounts: groups, free text, kinds of entry. */
  keepsText: boolean;
}

/** The rules of a source's day, as its format states them. */
export function rulesOf(format: SettlementFormat, businessDate: BusinessDate): MatchRules {
  const { hasFallbackKey, tolerance, carryDays, isGrouped } = format.match;
  const { hint = null, groupIs = null, proposeWithinMinutes = null } = format.match;
  return {
    businessDate,
    hasFallbackKey,
    tolerance,
    carryDays,
    lateFrom: lateFrom(businessDate, format.cutOff),
    hint,
    proposeWithinMinutes,
    groupIs,
    channel: format.channel ?? null,
    keepsText: isGrouped || hint !== null || proposeWithinMinutes !== null || 'fields' in format.body,
  };
}

/** Rules as a JSON column keeps them. */
export function rulesToJson(rules: MatchRules): string {
  return JSON.stringify({ ...rules, tolerance: rules.tolerance.toString() });
}

/** Rules read back from what `rulesToJson` wrote. */
export function rulesFromJson(json: unknown): MatchRules {
  const rules = json as Omit<MatchRules, 'tolerance'> & { tolerance: string };
  return { ...rules, tolerance: BigInt(rules.tolerance) };
}
