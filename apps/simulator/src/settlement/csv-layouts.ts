import { createHash } from 'node:crypto';

import type { Detail } from './detail';
import { type Layout, paidAmount, plainBytes } from './layout';

const TITLES = ['No', 'Tgl Transaksi', 'Ref Mitra', 'Ref Biller', 'No Tujuan', 'Nama', 'Nominal', 'Status'];

/** Quoted CSV from a spreadsheet, amounts as Indonesians write them, the totals in a file beside it. */
export const spreadsheetLayout: Layout = {
  ending: '.csv',
  bytes: plainBytes,
  write: (_, details) => ({
    header: TITLES.join(','),
    details: details.map((detail, index) =>
      [
        index + 1,
        quoted(clock(detail.paidAt, '/')),
        // Spreadsheets keep long numbers whole by an apostrophe.
        quoted(`'${detail.ourReference}`),
        quoted(detail.theirReference),
        quoted(detail.customerNumber),
        quoted('SITI, RAHMA "BUDI"'),
        quoted(`${grouped(detail.amount, '.')},00`),
        quoted(detail.status === '00' ? 'BERHASIL' : 'GAGAL'),
      ].join(','),
    ),
    trailer: '',
  }),
  companion: {
    ending: '.ctl',
    text: ({ totalOffset }, details) =>
      `count=${details.length};amount=${paidAmount(details) + totalOffset}\n`,
  },
};

/** CSV with English amounts and no totals; a checksum beside it says whether it is whole. */
export const checksumLayout: Layout = {
  ending: '.csv',
  bytes: plainBytes,
  write: (_, details) => ({
    header: 'paid_at,our_ref,their_ref,customer,amount,status',
    details: details.map((detail) =>
      [
        clock(detail.paidAt, '-'),
        detail.ourReference,
        detail.theirReference,
        detail.customerNumber,
        quoted(`${grouped(detail.amount, ',')}.00`),
        detail.status,
      ].join(','),
    ),
    trailer: '',
  }),
  companion: {
    ending: '.sha256',
    text: ({ totalOffset }, _: readonly Detail[], content) => {
      const stated = createHash('sha256').update(content);
      if (totalOffset !== 0n) stated.update(`${totalOffset}`);
      return `${stated.digest('hex')}\n`;
    },
  },
};

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function grouped(rupiah: bigint, separator: string): string {
  return rupiah.toString().replace(/\B(?=(\d{3})+$)/g, separator);
}

/** `14/07/2026 08:10:21` out of `20260714081021`. */
function clock(compactTime: string, separator: string): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(compactTime) ?? [];
  return `${[day, month, year].join(separator)} ${[hour, minute, second].join(':')}`;
}
