import { gzipSync } from 'node:zlib';

import type { Detail } from './detail';
import {
  compact,
  type FileFrame,
  type Layout,
  type Lines,
  paidAmount,
  plainBytes,
  sequenceText,
  textOf,
} from './layout';

/** What PLN keeps of each payment, as its file states it; nobody here is charged by it. */
const FEE = '2500';
const LAYOUT_VERSION = '2';
const HASH_MODULUS = 10n ** 10n;

/** Pipes, a numbered detail, and a trailer with count, amount of the paid lines and a hash over all customer numbers. */
export const plnLayout: Layout = {
  ending: '.txt',
  bytes: plainBytes,
  write: (frame, details) => ({
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
  }),
};

/** Semicolons, and a trailer with count and amount of the paid lines. */
export const semicolonLayout: Layout = {
  ending: '.txt',
  bytes: plainBytes,
  write: (frame, details) => separated(';', frame, details),
};

/** The same from a machine that ends its lines with CR LF. */
export const windowsLayout: Layout = {
  ...semicolonLayout,
  bytes: (lines) => textOf(lines, '\r\n', 'utf8'),
};

/** The same, packed. */
export const gzipLayout: Layout = {
  ...semicolonLayout,
  ending: '.txt.gz',
  bytes: (lines) => gzipSync(plainBytes(lines)),
};

/** The same in Latin-1, with the name of a package that needs it. */
export const latinLayout: Layout = {
  ending: '.txt',
  bytes: (lines) => textOf(lines, '\n', 'latin1'),
  write: (frame, details) => separated(';', frame, details, { last: 'Paket Café & Ciné' }),
};

/** Tabs between the columns, and amounts with two decimals. */
export const tabsLayout: Layout = {
  ending: '.tsv',
  bytes: plainBytes,
  write: (frame, details) => separated('\t', frame, details, { amount: (rupiah) => `${rupiah}.00` }),
};

function separated(
  delimiter: string,
  frame: FileFrame,
  details: readonly Detail[],
  { last, amount = String }: { last?: string; amount?: (rupiah: bigint) => string } = {},
): Lines {
  return {
    header: ['H', frame.source, compact(frame), sequenceText(frame)].join(delimiter),
    details: details.map((detail) =>
      [
        'D',
        detail.ourReference,
        detail.theirReference,
        detail.customerNumber,
        amount(detail.amount),
        detail.status,
        detail.paidAt,
        ...(last === undefined ? [] : [last]),
      ].join(delimiter),
    ),
    trailer: ['T', details.length, amount(paidAmount(details) + frame.totalOffset)].join(delimiter),
  };
}

const WIDTH = 140;

/** Fixed width, amounts with two implied decimals, a full stop at the end of every line. */
export const fixedLayout: Layout = {
  ending: '.dat',
  bytes: plainBytes,
  write: (frame, details) => ({
    header: fixed(`0${frame.source.padEnd(8)}${compact(frame)}${sequenceText(frame)}`),
    details: details.map((detail) =>
      fixed(
        [
          '1',
          held(detail.theirReference, 24),
          held(detail.customerNumber, 24),
          sen(detail.amount, 15),
          detail.status,
          detail.paidAt,
          held(detail.ourReference, 40),
        ].join(''),
      ),
    ),
    trailer: fixed(
      `9${String(details.length).padStart(8, '0')}${sen(paidAmount(details) + frame.totalOffset, 17)}`,
    ),
  }),
};

function fixed(text: string): string {
  return `${held(text, WIDTH - 1)}.`;
}

function held(text: string, width: number): string {
  if (text.length > width) throw new RangeError(`"${text}" does not fit ${width} characters`);
  return text.padEnd(width);
}

function sen(rupiah: bigint, width: number): string {
  return `${rupiah}00`.padStart(width, '0');
}

function customerHash(details: readonly Detail[]): bigint {
  return details.reduce((sum, detail) => sum + BigInt(detail.customerNumber), 0n) % HASH_MODULUS;
}
