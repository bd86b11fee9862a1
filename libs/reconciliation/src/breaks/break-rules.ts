import { readConfigFile } from '#lib/platform';
import { z } from 'zod';

/** How breaks are worked: config/breaks.yaml. Amounts in whole rupiah. */
export interface BreakRules {
  /** Whose a break is until somebody takes it. */
  owner: string;
  due: {
    /** Local time of the day on which it is due. */
    at: string;
    timeZone: string;
    /** Business days after the break's own date, by its pair of statuses, its sub-kind or its kind. */
    businessDays: ReadonlyMap<string, number>;
    rest: number;
  };
  proposalBusinessDays: number;
  twoCheckersAbove: bigint;
  bulkMax: number;
  ruleStopBps: number;
  evidenceMaxBytes: number;
  /** What is open for longer needs a note of the manager each week. */
  old: {
    businessDays: number;
    /** Local time of Monday. */
    toldAt: string;
    /** Who may write the note; empty: whoever says so. */
    managers: readonly string[];
  };
}

const days = z.int().min(0).max(30);

const BreakRulesFile = z
  .strictObject({
    owner: z.string().min(1).max(80),
    due: z.strictObject({
      at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "18:00"'),
      time_zone: z.enum(['Asia/Jakarta', 'Asia/Pontianak', 'Asia/Makassar', 'Asia/Jayapura']),
      business_days: z.object({ rest: days }).catchall(days),
    }),
    proposal_business_days: z.int().min(1).max(30),
    two_checkers_above: z.int().min(0),
    bulk_max: z.int().min(1).max(1_000),
    rule_stop_bps: z.int().min(0).max(10_000),
    evidence_max_bytes: z.int().min(1),
    old: z.strictObject({
      business_days: z.int().min(1).max(250),
      told_at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "08:00"'),
      managers: z.array(z.string().min(1).max(80)).max(20),
    }),
  })
  .transform((file): BreakRules => {
    const { rest, ...named } = file.due.business_days;
    return {
      owner: file.owner,
      due: {
        at: file.due.at,
        timeZone: file.due.time_zone,
        businessDays: new Map(Object.entries(named)),
        rest,
      },
      proposalBusinessDays: file.proposal_business_days,
      twoCheckersAbove: BigInt(file.two_checkers_above),
      bulkMax: file.bulk_max,
      ruleStopBps: file.rule_stop_bps,
      evidenceMaxBytes: file.evidence_max_bytes,
      old: {
        businessDays: file.old.business_days,
        toldAt: file.old.told_at,
        managers: file.old.managers,
      },
    };
  });

/**
 * Reads `config/breaks.yaml`.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readBreakRules(path: string): BreakRules {
  return readConfigFile<BreakRules>(path, BreakRulesFile);
}
