import type { Biller } from '../billers/biller';
import { BILLERS } from '../billers/biller';
import type { Detail } from './detail';

/** What stands around the details of one file. */
export type FileFrame = {
  readonly source: string;
  /** `2026-07-14` */
  readonly businessDate: string;
  /** Local time of writing, `20260714235000`. */
  readonly createdAt: string;
  readonly sequence: number;
  /** Rupiah by which the stated total is wrong; 0 in an honest file. */
  readonly totalOffset: bigint;
};

/** A settlement file, line by line; the details keep their order. */
export type Lines = {
  readonly header: string;
  readonly details: readonly string[];
  readonly trailer: string;
};

/** Writes a file the way its biller does. */
export type Layout = (frame: FileFrame, details: readonly Detail[]) => Lines;

/** What PLN keeps of each payment, as its file states it; nobody here is charged by it. */
const FEE = '2500';
const LAYOUT_VERSION = '2';
const HASH_MODULUS = 10n ** 10n;

/** Pipes, a numbered detail, and a trailer with count, amount of the paid lines and a hash over all customer numbers. */
const plnLayout: Layout = (frame, details) => ({
  header: [
    'H',
    frame.source,
    'SETTLE',
    compact(frame),
    frame.createdAt,
    sequenceText(frame),
    LAYOUT_VERSION,
  ].join('|'),
  details: details.map((detail, index) =>
    [
      'D',
      index + 1,
      detail.ourReference,
      detail.theirReference,
      detail.customerNumber,
      detail.amount,
      FEE,
      detail.status,
      detail.paidAt,
    ].join('|'),
  ),
  trailer: ['T', details.length, paidAmount(details) + frame.totalOffset, customerHash(details)].join('|'),
});

/** Semicolons, and a trailer with count and amount of the paid lines. */
const semicolonLayout: Layout = (frame, details) => ({
  header: ['H', frame.source, compact(frame), sequenceText(frame)].join(';'),
  details: details.map((detail) =>
    [
      'D',
      detail.ourReference,
      detail.theirReference,
      detail.customerNumber,
      detail.amount,
      detail.status,
      detail.paidAt,
    ].join(';'),
  ),
  trailer: ['T', details.length, paidAmount(details) + frame.totalOffset].join(';'),
});

const LAYOUTS: Record<Biller['layout'], Layout> = { pln: plnLayout, semicolon: semicolonLayout };

/** The layout of a source's files; undefined where no biller has this source. */
export function layoutOf(source: string): Layout | undefined {
  const biller = BILLERS.find((one) => one.source === source);
  return biller && LAYOUTS[biller.layout];
}

/** Every source a file can be asked for. */
export const SOURCES: readonly string[] = BILLERS.map((biller) => biller.source);

/** The name a file lands under, such as `LPB01_20260714_001.txt`. */
export function fileNameOf(frame: Pick<FileFrame, 'source' | 'businessDate' | 'sequence'>): string {
  return `${frame.source}_${compact(frame)}_${sequenceText(frame)}.txt`;
}

function compact(frame: Pick<FileFrame, 'businessDate'>): string {
  return frame.businessDate.replaceAll('-', '');
}

function sequenceText(frame: Pick<FileFrame, 'sequence'>): string {
  return String(frame.sequence).padStart(3, '0');
}

function paidAmount(details: readonly Detail[]): bigint {
  return details.reduce((sum, detail) => (detail.status === '00' ? sum + detail.amount : sum), 0n);
}

function customerHash(details: readonly Detail[]): bigint {
  return details.reduce((sum, detail) => sum + BigInt(detail.customerNumber), 0n) % HASH_MODULUS;
}
