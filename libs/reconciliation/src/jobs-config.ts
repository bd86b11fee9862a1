import { readConfigFile } from '#lib/platform';
import { validate } from 'node-cron';
import { z } from 'zod';

/** When a source's file is owed, as local times of the source on the day after its business date. */
export interface SourceSchedule {
  /** Beginning of the names of its settings in the environment, for example `SFTP_LPB01`. */
  settings: string;
  expectedAt: string;
  /** From here on a missing file is an alarm. */
  warnAt: string;
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
    sources: z.record(
      z.string(),
      z.strictObject({
        settings: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the beginning of environment names'),
        expected_at: localTime,
        warn_at: localTime,
      }),
    ),
  })
  .transform((file): Jobs => ({
    wakeUp: file.wake_up,
    timeZone: file.time_zone,
    checkBooks: file.check_books,
    stableMs: file.stable_seconds * 1_000,
    fileSizeMaxBytes: file.file_size_max_bytes,
    failuresMax: file.failures_max,
    sources: new Map(
      Object.entries(file.sources).map(([source, { settings, expected_at, warn_at }]) => [
        source,
        { settings, expectedAt: expected_at, warnAt: warn_at },
      ]),
    ),
  }));

/**
 * Reads `config/jobs.yaml`.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readJobs(path: string): Jobs {
  return readConfigFile<Jobs>(path, JobsFile);
}
