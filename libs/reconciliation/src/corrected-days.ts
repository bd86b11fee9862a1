import type { Drop, RemoteFile } from '#lib/files';
import { addDays, businessDateOf, type BusinessDate } from '#lib/kernel';
import { keepSighting } from './arrivals';
import { reopenedDays } from './reopened-days';
import { dayInHand, openDropOf, type ReconciliationTools } from './reconciliation-day';

/** A closed day, and the files of it that its drop has not shown before. */
export interface CorrectedDay {
  businessDate: BusinessDate;
  files: readonly RemoteFile[];
}

/**
 * Looks once at the drop of a source for files of closed days that it has not shown before: a further sequence, or other
 * bytes under a known name; and for days that two people have re-opened. Whoever has worked the day calls `keepSightings`, so that a killed worker misses none.
 * @returns the days, oldest first.
 */
export async function correctedDays(tools: ReconciliationTools, source: string): Promise<CorrectedDay[]> {
  const { database, jobs, clock } = tools;
  const now = clock.now();
  const schedule = jobs.sources.get(source);
  if (!schedule) return [];
  const reopened = (await reopenedDays(database, source)).map((businessDate) => ({
    businessDate,
    files: [],
  }));
  if (jobs.correctionDays === 0) return reopened;
  const since = addDays(
    businessDateOf(now, dayInHand(tools, source, today(now)).format.cutOff),
    -jobs.correctionDays,
  );
  const days = await database.rows<{ business_date: BusinessDate }>(
    `SELECT business_date FROM recon_job WHERE source = ? AND direction = 'in' AND business_date >= ?
       AND state IN ('archived', 'empty')`,
    [source, since],
  );
  if (days.length === 0) return reopened;

  const drop = await openDropOf(tools, source, schedule);
  const listing = await listOf(drop);
  const closed = new Set(days.map(({ business_date }) => business_date));
  const unseen = await unseenOf(tools, source, namedFor(tools, source, listing, closed));
  const corrected = [...new Set(unseen.map(({ businessDate }) => businessDate))].map((businessDate) => ({
    businessDate,
    files: unseen.filter((one) => one.businessDate === businessDate).map(({ file }) => file),
  }));
  const again = reopened.filter(({ businessDate }) =>
    corrected.every((day) => day.businessDate !== businessDate),
  );
  return [...corrected, ...again].toSorted((a, b) => (a.businessDate < b.businessDate ? -1 : 1));
}

/** Remembers what a drop has shown for a day that was worked since. */
export async function keepSightings(
  { database, clock }: ReconciliationTools,
  source: string,
  { files }: CorrectedDay,
): Promise<void> {
  for (const file of files) await keepSighting(database, source, file, clock.now());
}

async function listOf(drop: Drop): Promise<RemoteFile[]> {
  try {
    return await drop.list();
  } finally {
    await drop.close();
  }
}

interface NamedFile {
  businessDate: BusinessDate;
  file: RemoteFile;
}

function namedFor(
  tools: ReconciliationTools,
  source: string,
  listing: readonly RemoteFile[],
  closed: ReadonlySet<BusinessDate>,
): NamedFile[] {
  const formats = tools.formats.get(source) ?? [];
  return listing.flatMap((file) => {
    const date = formats
      .map(({ name }) => name.read(file.name)?.businessDate)
      .find((one) => one && closed.has(one));
    return date === undefined ? [] : [{ businessDate: date, file }];
  });
}

async function unseenOf(
  { database }: ReconciliationTools,
  source: string,
  files: readonly NamedFile[],
): Promise<NamedFile[]> {
  if (files.length === 0) return [];
  const rows = await database.rows<{ name: string; size: string; modified_at: string }>(
    'SELECT name, size, modified_at FROM drop_sighting WHERE source = ? AND name IN (?)',
    [source, files.map(({ file }) => file.name)],
  );
  const seen = new Set(rows.map(({ name, size, modified_at }) => `${name} ${size} ${modified_at}`));
  return files.filter(({ file: { name, size, modifiedAt } }) => !seen.has(`${name} ${size} ${modifiedAt}`));
}

function today(now: Date): BusinessDate {
  return now.toISOString().slice(0, 10);
}
