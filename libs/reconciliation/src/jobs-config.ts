import { readConfigFile } from '#lib/platform';
import { validate } from 'node-cron';
import { z } from 'zod';
import type { Week } from './calendar';

/** Where a source leaves its files: its own SFTP server, an inbox of ours that it pushes into, a folder of ours. */
export const DROP_KINDS = ['sftp', 'inbox', 'folder'] as const;
export type DropKind = (typeof DROP_KINDS)[number];

/** When a source's file is owed, as local times of the source on its first business day after the business date. */
export interface SourceSchedule {
  /** Beginning of the names of its settings in the environment, for example `SFTP_LPB01`. */
  settings: string;
  drop: DropKind;
  /** Which days of the week it works, where no calendar names the day. */
  week: Week;
  expectedAt: string;
  /** From here on a missing file is an alarm. */
  warnAt: string;
  /** From here on it is one for whoever answers for the source. */
  escalateAt: string;
}

/** What `config/jobs.yaml` says about the day's end. */
export interface Jobs {
  /** Cron expression of the wake-up. */
  wakeUp: string;
  timeZone: string;
  /** Cron expression of the nightly check of the books. */
  checkBooks: string;
  /** How far apart the two looks are that must show the same file. */
  stableMs: number;
  fileSizeMaxBytes: number;
  /** Failures in a row after which a job rests until a person starts it. */
  failuresMax: number;
  /** How long one go at a day may take; then it is given up, told, and tried again. */
  timeLimitMs: number;
  /** So many sources are worked at the same time. */
  sourcesAtOnce: number;
  /** Days after which nobody looks for a correction of a closed day any more. */
  correctionDays: number;
  /** How often the drops of closed days are looked at for one. */
  correctionLookMs: number;
  /** Days after which the files of a closed day are compressed. */
  compressAfterDays: number;
  sources: ReadonlyMap<string, SourceSchedule>;
}

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "06:00"');

const JobsFile = z
  .strictObject({
    wake_up: z.string().refine((text) => validate(text), 'must be a cron expression such as "* * * * *"'),
    time_zone: z.string(),
    check_books: z
      .string()
      .refine((text) => validate(text), 'must be a cron expression such as "30 2 * * *"'),
    stable_seconds: z.number().min(0).max(600),
    file_size_max_bytes: z.int().min(1),
    failures_max: z.int().min(1),
    time_limit_minutes: z.number().positive().max(1_440).default(120),
    sources_at_once: z.int().min(1).max(64).default(1),
    correction_days: z.int().min(0).max(366).default(7),
    correction_look_minutes: z.int().min(1).max(1_440).default(15),
    compress_after_days: z.int().min(0).max(366).default(3),
    sources: z.record(
      z.string(),
      z.strictObject({
        settings: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the beginning of environment names'),
        expected_at: localTime,
        warn_at: localTime,
        escalate_at: localTime.default('09:00'),
        drop: z.enum(DROP_KINDS).default('sftp'),
        week: z.enum(['daily', 'weekdays']).default('daily'),
      }),
    ),
  })
  .superRefine(({ sources }, context) => {
    for (const [source, { expected_at, warn_at, escalate_at }] of Object.entries(sources))
      if (!(expected_at <= warn_at && warn_at <= escalate_at))
        context.addIssue({
          code: 'custom',
          path: ['sources', source, 'warn_at'],
          message: `expected_at, warn_at and escalate_at must follow one another: ${expected_at}, ${warn_at}, ${escalate_at}`,
        });
  })
  .transform((file): Jobs => ({
    wakeUp: file.wake_up,
    timeZone: file.time_zone,
    checkBooks: file.check_books,
    stableMs: file.stable_seconds * 1_000,
    fileSizeMaxBytes: file.file_size_max_bytes,
    failuresMax: file.failures_max,
    timeLimitMs: file.time_limit_minutes * 60_000,
    sourcesAtOnce: file.sources_at_once,
    correctionDays: file.correction_days,
    correctionLookMs: file.correction_look_minutes * 60_000,
    compressAfterDays: file.compress_after_days,
    sources: new Map(
      Object.entries(file.sources).map(
        ([source, { settings, drop, week, expected_at, warn_at, escalate_at }]) => [
          source,
          { settings, drop, week, expectedAt: expected_at, warnAt: warn_at, escalateAt: escalate_at },
        ],
      ),
    ),
  }));

/**
 * Reads `config/jobs.yaml`.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readJobs(path: string): Jobs {
  return readConfigFile<Jobs>(path, JobsFile);
}
