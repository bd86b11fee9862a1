import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBusinessDate, zoneOffsetMinutes, type BusinessDate, type CutOff } from '#lib/kernel';
import { ConfigError, readConfigFile } from '#lib/platform';
import { z } from 'zod';
import { column, columnNames, type Column, type RecordLayout } from './columns';
import { fileNamePattern, type FileNamePattern } from './file-name';

/** S: money moved. F: it did not, or was given back. U: not known yet. */
export type Status = 'S' | 'F' | 'U';

/** How one source writes its settlement file, and how its day is matched. */
export interface SettlementFormat {
  source: string;
  /** The first business date this version holds for; undefined: from the beginning. */
  effectiveFrom: BusinessDate | undefined;
  delimiter: string;
  name: FileNamePattern;
  header: RecordLayout;
  detail: RecordLayout;
  trailer: RecordLayout;
  statuses: ReadonlyMap<string, Status>;
  hasHash: boolean;
  /** When the source's day ends. */
  cutOff: CutOff;
  match: {
    hasFallbackKey: boolean;
    /** Largest difference in whole rupiah that still counts as agreed. */
    tolerance: bigint;
    /** Business days after its own in which a late row may still turn up. */
    carryDays: number;
  };
}

/** Turns what a compiler throws into an issue at the value it was given, so that the message names file and line. */
function compiled<T>(compile: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return compile(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

/** Columns may only carry names that the reader knows; a misspelt one would be skipped in silence. */
function layout(known: readonly string[], needed: readonly string[], dates: readonly string[]) {
  return z
    .strictObject({
      id: z.string().min(1),
      cols: z.array(compiled<Column>(column)).min(1),
    })
    .transform(({ id, cols }): RecordLayout => ({ id, columns: cols }))
    .superRefine((value, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['cols'], message });
      const names = columnNames(value);
      if (value.columns[0]?.kind !== 'skip') refuse('the first column is the record id; write it as _');
      for (const name of needed) if (!names.includes(name)) refuse(`the column ${name} is missing`);
      for (const [index, name] of names.entries())
        if (names.indexOf(name) !== index) refuse(`the column ${name} is named twice`);
      for (const one of value.columns) {
        if (one.kind === 'skip' || one.kind === 'constant') continue;
        if (!known.includes(one.name)) refuse(`${one.name} is not a column; known: ${known.join(', ')}`);
        if (dates.includes(one.name) !== (one.kind === 'date'))
          refuse(
            `${one.name} must be written ${dates.includes(one.name) ? 'with' : 'without'} a date pattern`,
          );
      }
    });
}

const Format = z
  .strictObject({
    source: z.string().regex(/^[A-Z][A-Z0-9]{1,19}$/, 'must be 2 to 20 capital letters and digits'),
    effective_from: z.string().refine(isBusinessDate, 'must be a date such as 2026-07-14').optional(),
    time_zone: z
      .string()
      .default('Asia/Jakarta')
      .superRefine((zone, context) => {
        try {
          zoneOffsetMinutes(zone);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
        }
      }),
    layout: z.literal('delimited'),
    delimiter: z.string().length(1),
    name: compiled(fileNamePattern),
    seq: z.literal('replace').default('replace'),
    header: layout(
      ['business_date', 'created_at', 'seq'],
      ['business_date'],
      ['business_date', 'created_at'],
    ),
    detail: layout(
      ['line_no', 'our_ref', 'their_ref', 'customer_no', 'amount', 'fee', 'status', 'paid_at'],
      ['our_ref', 'amount', 'status'],
      ['paid_at'],
    ),
    trailer: layout(['count', 'amount', 'hash'], ['count', 'amount'], []),
    amount: z.strictObject({ scale: z.literal(0, 'must be 0: whole rupiah') }),
    status: z.strictObject({
      S: z.array(z.string()).min(1),
      F: z.array(z.string()).default([]),
      U: z.array(z.string()).default([]),
    }),
    control: z.strictObject({
      count: z.literal('all'),
      amount: z.literal('S'),
      hash: z.literal('customer_no mod 10^10').optional(),
    }),
    match: z.strictObject({
      keys: z.union(
        [z.tuple([z.literal('our_ref')]), z.tuple([z.literal('our_ref'), z.literal('their_ref')])],
        {
          error: 'must be [our_ref] or [our_ref, their_ref]',
        },
      ),
      tolerance: z.int().min(0),
      cutoff: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time from 00:00 to 24:00'),
      grace_min: z.int().min(0).max(720),
      carry_days: z.int().min(0).max(31),
    }),
    settle_on: z.enum(['agreed', 'ours', 'their_file']),
  })
  .superRefine((format, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const codes = Object.values(format.status).flat();
    if (new Set(codes).size !== codes.length) refuse(['status'], 'one code has two meanings');
    const details = columnNames(format.detail);
    if (format.control.hash && !details.includes('customer_no'))
      refuse(['control', 'hash'], 'needs the detail column customer_no');
    if ((format.control.hash !== undefined) !== columnNames(format.trailer).includes('hash'))
      refuse(['control', 'hash'], 'stands here and in the trailer, or in neither');
    if (format.match.keys.length === 2 && !details.includes('their_ref'))
      refuse(['match', 'keys'], 'needs the detail column their_ref');
    if (new Set([format.header.id, format.detail.id, format.trailer.id]).size !== 3)
      refuse(['detail', 'id'], 'header, detail and trailer need ids of their own');
  })
  .transform((format): SettlementFormat => ({
    source: format.source,
    effectiveFrom: format.effective_from,
    delimiter: format.delimiter,
    name: format.name,
    header: format.header,
    detail: format.detail,
    trailer: format.trailer,
    statuses: new Map(
      (['S', 'F', 'U'] as const).flatMap((status) => format.status[status].map((code) => [code, status])),
    ),
    hasHash: format.control.hash !== undefined,
    cutOff: {
      at: format.match.cutoff,
      graceMinutes: format.match.grace_min,
      timeZone: format.time_zone,
    },
    match: {
      hasFallbackKey: format.match.keys.length === 2,
      tolerance: BigInt(format.match.tolerance),
      carryDays: format.match.carry_days,
    },
  }));

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
