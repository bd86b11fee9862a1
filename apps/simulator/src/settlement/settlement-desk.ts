import { join } from 'node:path';
import { z } from 'zod';

import type { Clock } from '#lib/kernel';

import { jakartaCompact, jakartaTimestamp } from '../jakarta';
import { JsonLines } from '../truth/json-lines';
import type { MovedEntry, PaidEntry, PaymentBook } from '../truth/payment-book';
import { detailOf } from './detail';
import type { Drop } from './drop';
import {
  type Fault,
  fileFaultOf,
  type FileFaultKind,
  type Planted,
  plantRowFaults,
  totalOffsetOf,
} from './faults';
import type { Lines } from './layout';
import { fileNameOf, layoutOf, SOURCES } from './layouts';

const droppedFile = z.strictObject({
  source: z.string(),
  businessDate: z.string(),
  sequence: z.int().positive(),
  file: z.string(),
  at: z.string(),
});
type DroppedFile = z.infer<typeof droppedFile>;

/** A file that was dropped: its name, how many details it states in full, and the breaks in it. */
export type Dropped = { readonly file: string; readonly rows: number; readonly planted: Planted[] };

export type DropRefusal = {
  readonly code: 'SOURCE_UNKNOWN' | 'TOO_FEW_ROWS' | 'DAY_FULL';
  readonly message: string;
};
export type DropOutcome =
  { readonly ok: true; readonly value: Dropped } | { readonly ok: false; readonly error: DropRefusal };

const SEQUENCE_MAX = 999;

/** The billers' back office: it writes what was paid on a business date into that day's file. */
export class SettlementDesk {
  private readonly log: JsonLines<DroppedFile>;
  private readonly dropped: DroppedFile[];

  /** @param folder where `settlements.jsonl` remembers the numbers that were given out. */
  constructor(
    private readonly book: PaymentBook,
    private readonly clock: Clock,
    private readonly drop: Drop,
    folder: string,
  ) {
    this.log = new JsonLines(join(folder, 'settlements.jsonl'), (line) => droppedFile.parse(line));
    this.dropped = [...this.log.initial];
  }

  /**
   * Writes the whole file of a day so far, under the next number, which replaces the one before.
   * The day is the one the switch named in each payment.
   */
  settle(source: string, businessDate: string, faults: readonly Fault[]): DropOutcome {
    const layout = layoutOf(source);
    if (!layout)
      return refused('SOURCE_UNKNOWN', `There is no source "${source}"; there is ${SOURCES.join(', ')}.`);

    const moved = this.book
      .moved()
      .filter((entry) => entry.source === source && entry.settlementDate === businessDate);
    const reversalOf = (entry: MovedEntry) => this.book.findReversal(entry.biller, entry.legReference);
    // A payment that was given back is nobody's victim. Ordered, it stands with both its lines; cancelled by the biller
    // itself, with one.
    const undone = moved
      .filter((entry) => (reversalOf(entry)?.isUnasked ? entry.kind === 'reversed' : reversalOf(entry)))
      .map(detailOf);
    const standing = moved.filter((entry) => entry.kind === 'paid').filter((entry) => !reversalOf(entry));
    const truth = standing.map(detailOf);
    const rows = plantRowFaults(truth, faults, businessDate);
    if (!rows.ok)
      return refused(
        'TOO_FEW_ROWS',
        `These faults need ${rows.needed} payments and ${source} has ${rows.available} on ${businessDate}; pay more or plant fewer.`,
      );

    const fault = fileFaultOf(faults);
    const isPartial = fault === 'partial';
    const sequence = this.lastSequence(source, businessDate) + 1;
    if (sequence + (isPartial ? 1 : 0) > SEQUENCE_MAX)
      return refused(
        'DAY_FULL',
        `${source} has used all ${SEQUENCE_MAX} numbers of ${businessDate}; take another day.`,
      );

    const now = this.clock.now();
    this.cancel(standing, rows.planted, now);
    const write = (number: number): WrittenFile => {
      const frame = {
        source,
        businessDate,
        createdAt: jakartaCompact(now),
        sequence: number,
        totalOffset: totalOffsetOf(fault),
      };
      const details = [...rows.details, ...undone];
      const whole = layout.write(frame, details);
      const lines = cutIf(fault === 'truncated', whole);
      const { companion } = layout;
      return {
        sequence: number,
        name: fileNameOf(frame, layout),
        content: layout.bytes(lines),
        details: lines.details.length,
        companion: companion && {
          ending: companion.ending,
          content: Buffer.from(companion.text(frame, details, layout.bytes(whole))),
        },
      };
    };

    const first = write(sequence);
    const last = isPartial ? write(sequence + 1) : first;
    for (const { name, sequence: number } of isPartial ? [first, last] : [first])
      this.remember({ source, businessDate, sequence: number, file: name, at: jakartaTimestamp(now) });
    if (isPartial) {
      this.drop.putHalf(source, first.name, first.content);
      this.drop.putGrowing(source, last.name, last.content, () => this.putCompanion(source, last));
    } else {
      this.drop.put(source, first.name, first.content);
      this.putCompanion(source, first);
    }

    return {
      ok: true,
      value: { file: last.name, rows: last.details, planted: [...rows.planted, ...plantedIn(fault)] },
    };
  }

  /** A `status` fault is the biller's own doing: what its file says was given back, its books say too. */
  private cancel(standing: readonly PaidEntry[], planted: readonly Planted[], now: Date): void {
    const cancelled = new Set(planted.map(({ kind, legReference }) => kind === 'status' && legReference));
    for (const { unsold: _, ...entry } of standing)
      if (cancelled.has(entry.legReference))
        this.book.recordReversal({
          ...entry,
          kind: 'reversed',
          reversalReference: `${entry.legReference}-CANCELLED`,
          isUnasked: true,
          at: jakartaTimestamp(now),
        });
  }

  /** It comes last, so that whoever waits for it finds the file whole. */
  private putCompanion(source: string, { name, companion }: WrittenFile): void {
    if (companion) this.drop.put(source, `${name}${companion.ending}`, companion.content);
  }

  /** The highest number that was given out, by our own memory or by what lies in the folder. */
  private lastSequence(source: string, businessDate: string): number {
    const prefix = `${source}_${businessDate.replaceAll('-', '')}_`;
    const inFolder = this.drop
      .names(source)
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number.parseInt(name.slice(prefix.length), 10))
      .filter((sequence) => sequence > 0);
    const remembered = this.dropped
      .filter((file) => file.source === source && file.businessDate === businessDate)
      .map((file) => file.sequence);
    return Math.max(0, ...inFolder, ...remembered);
  }

  /** Noted before the file lies there: a number may stay unused after a crash, but none is used twice. */
  private remember(entry: DroppedFile): void {
    this.log.append(entry);
    this.dropped.push(entry);
  }
}

/** A file that is ready to be dropped. */
type WrittenFile = {
  readonly sequence: number;
  readonly name: string;
  readonly content: Buffer;
  readonly details: number;
  readonly companion: { readonly ending: string; readonly content: Buffer } | undefined;
};

/** A file that broke off after half of its details, at the end of a line, so that its trailer is missing. */
function cutIf(isCut: boolean, lines: Lines): Lines {
  return isCut
    ? { ...lines, details: lines.details.slice(0, Math.floor(lines.details.length / 2)), trailer: '' }
    : lines;
}

function plantedIn(fault: FileFaultKind | undefined): Planted[] {
  return fault === undefined ? [] : [{ kind: fault, legReference: null }];
}

function refused(code: DropRefusal['code'], message: string): DropOutcome {
  return { ok: false, error: { code, message } };
}
