import {
  formatOn,
  openSftpDrop,
  sftpSettings,
  type Drop,
  type Formats,
  type SettlementFormat,
} from '#lib/files';
import { isBusinessDate, type BusinessDate, type Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { BridgeTerm } from './bridge';
import type { RunBreak } from './files-and-runs';
import type { Jobs, SourceSchedule } from './jobs-config';
import type { Day } from './ours';
import type { Kind, KindTotal, RunTotals } from './totals';

/** A closed run as the caller's report writer gets it. Amounts in whole rupiah. */
export interface RecapData extends Day {
  run: number;
  supersedes: number | null;
  file: string;
  sha256: string;
  closedAt: Date;
  timeZone: string;
  /** Detail lines of the file. */
  lines: number;
  bridge: readonly BridgeTerm[];
  remainder: bigint;
  otherLines: RunTotals['lines'];
  outcomes: readonly ({ kind: Kind } & KindTotal)[];
  breaks: () => AsyncIterable<RunBreak>;
}

/** What the day's end works with. The caller wires it; nothing here reads the environment but the drop's settings. */
export interface ReconciliationTools {
  database: Database;
  clock: Clock;
  /** Folder of the installation; the archive lies below it. */
  home: string;
  formats: Formats;
  jobs: Jobs;
  logger: Logger;
  /** Writes the reports of a closed run. @returns their paths. Called again after a kill, so it replaces its files. */
  writeRecap: (recap: RecapData) => Promise<string[]>;
  /** Opens a source's drop; default: SFTP, by the settings its schedule names. */
  openDrop?: (schedule: SourceSchedule) => Promise<Drop>;
}

/** A source's day with its format and schedule at hand. */
export interface DayInHand extends Day {
  format: SettlementFormat;
  schedule: SourceSchedule;
}

/** The source or the date that was asked for cannot be reconciled; the message says what to write instead. */
export class UnknownDay extends Error {}

/**
 * Finds what is needed to work a source's day.
 * @throws UnknownDay for a date that does not exist and for a source without format or schedule.
 */
export function dayInHand(
  { formats, jobs }: Pick<ReconciliationTools, 'formats' | 'jobs'>,
  source: string,
  businessDate: BusinessDate,
): DayInHand {
  if (!isBusinessDate(businessDate))
    throw new UnknownDay(`"${businessDate}" is not a business date; write it as 2026-07-14`);
  const schedule = jobs.sources.get(source);
  if (!schedule)
    throw new UnknownDay(
      `source "${source}" is not in config/jobs.yaml; known: ${[...jobs.sources.keys()].join(', ')}`,
    );
  const format = formatOn(formats, source, businessDate);
  if (!format)
    throw new UnknownDay(
      `source ${source} has no format that holds on ${businessDate}; add one to config/formats`,
    );
  return { source, businessDate, format, schedule };
}

/** Opens the drop of a source as the tools say. */
export function openDropOf(tools: ReconciliationTools, { schedule }: DayInHand): Promise<Drop> {
  return tools.openDrop ? tools.openDrop(schedule) : openSftpDrop(sftpSettings(schedule.settings));
}
