import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  folderSettings,
  formatOn,
  openFolderDrop,
  openSftpDrop,
  sftpSettings,
  type Drop,
  type Formats,
  type SettlementFormat,
} from '#lib/files';
import { isBusinessDate, type BusinessDate, type Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { BridgeTerm } from './bridge';
import { BANK, readCalendar, type Calendar } from './calendar';
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
  /**
   * Works the breaks of a closed run before its day ends: what the file may decide, what rules end, whose the rest is.
   * Called again after a kill. Left out: somebody else tends them later (`tendBreaks`).
   */
  workBreaks?: (runId: number) => Promise<void>;
  /** Opens a source's drop; default: as its schedule says, by the settings it names. */
  openDrop?: (schedule: SourceSchedule) => Promise<Drop>;
  /** Whether a day is settled: then another file of it needs a decision of two people before it is worked. */
  isDaySettled?: (day: Day) => Promise<boolean>;
  /** Who does it, for the history of the jobs; default: this process. */
  by?: string;
}

/** The tools of one go, with the calendars as they are now. */
export interface DayTools extends ReconciliationTools {
  calendar: Calendar;
}

/** What a calendar is read with: the table, and how each source works by the week. */
interface CalendarTools {
  database: Database;
  jobs: Pick<Jobs, 'sources'>;
}

/** The calendars as the schedule reads them. */
export function calendarOf({ database, jobs }: CalendarTools): Promise<Calendar> {
  return readCalendar(database, (source) => jobs.sources.get(source)?.week ?? 'weekdays');
}

/** The calendars as settlement asks them: the bank's own days, and each source's. */
export async function bankCalendarOf(tools: CalendarTools): Promise<{
  isBankDay(date: BusinessDate): boolean;
  isSourceDay(source: string, date: BusinessDate): boolean;
}> {
  const calendar = await calendarOf(tools);
  return {
    isBankDay: (date) => calendar.isBusinessDay(BANK, date),
    isSourceDay: (source, date) => calendar.isBusinessDay(source, date),
  };
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

/** The folder of the installation that a source pushes its files into. */
export function inboxFolder(home: string, source: string): string {
  return join(home, 'inbox', source);
}

/** Opens the drop of a source as the tools say. */
export async function openDropOf(
  { openDrop, home }: Pick<ReconciliationTools, 'openDrop' | 'home'>,
  source: string,
  schedule: SourceSchedule,
): Promise<Drop> {
  if (openDrop) return openDrop(schedule);
  switch (schedule.drop) {
    case 'sftp':
      return openSftpDrop(sftpSettings(schedule.settings));
    case 'folder':
      return openFolderDrop(folderSettings(schedule.settings));
    case 'inbox':
      await mkdir(inboxFolder(home, source), { recursive: true, mode: 0o770 });
      return openFolderDrop([inboxFolder(home, source)]);
  }
}
