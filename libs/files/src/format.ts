import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BusinessDate } from '#lib/kernel';
import { ConfigError, readConfigFile } from '#lib/platform';
import { Format } from './format-schema';
import type { SettlementFormat } from './settlement-format';

/** All formats, by source and in the order they took effect. */
export type Formats = ReadonlyMap<string, readonly SettlementFormat[]>;

/**
 * Reads one format.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readFormat(path: string): SettlementFormat {
  return readConfigFile<SettlementFormat>(path, Format);
}

/**
 * Reads every `*.yaml` of a folder: one file per source and version.
 * @throws ConfigError naming file, line and key; or when two versions of a source begin on one day.
 */
export function readFormats(folder: string): Formats {
  const formats = new Map<string, SettlementFormat[]>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()) {
    const path = join(folder, file);
    const format = readFormat(path);
    const versions = formats.get(format.source) ?? [];
    if (versions.some((other) => other.effectiveFrom === format.effectiveFrom))
      throw new ConfigError(
        `${path}: effective_from: source ${format.source} already has a version from ${format.effectiveFrom ?? 'the beginning'}`,
      );
    versions.push(format);
    formats.set(
      format.source,
      versions.sort((a, b) => ((a.effectiveFrom ?? '') < (b.effectiveFrom ?? '') ? -1 : 1)),
    );
  }
  return formats;
}

/** The version of a source's format that holds on a business date, or undefined if none does. */
export function formatOn(
  formats: Formats,
  source: string,
  businessDate: BusinessDate,
): SettlementFormat | undefined {
  return formats.get(source)?.findLast(({ effectiveFrom = '' }) => effectiveFrom <= businessDate);
}
