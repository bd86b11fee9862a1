import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { localIso, type BusinessDate } from '#lib/kernel';
import type { Database } from '#lib/platform';
import type { OutboundContract } from './contract';
import { rowsOfDay, type OutboundRow } from './day-rows';
import { lineOf, type Facts } from './layout';

/** Which file is to be written. */
export interface FileToWrite {
  businessDate: BusinessDate;
  seq: number;
  replaces: number | null;
  runNo: number | null;
  /** The time that stands in the header: the same however often the file is written. */
  plannedAt: Date;
}

/** What a file states about itself. */
export interface WrittenFile {
  rows: number;
  amount: bigint;
}

const HASH_MODULUS = 10_000_000_000n;
const CHUNK = 65_536;

/**
 * Writes the file of a day: header, a detail for each payment, trailer with the control totals. It appears whole and
 * durable under its path, or not at all. A day without payments is a file without details.
 * @throws DoesNotFit for a value that its layout cannot hold, naming line and column.
 */
export async function writeOutboundFile(
  database: Database,
  contract: OutboundContract,
  file: FileToWrite,
  path: string,
): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${randomUUID()}.part`;
  const handle = await open(part, 'wx', 0o600);
  let text = '';
  const put = async (layout: OutboundContract['header'], facts: Facts) => {
    text += lineOf(layout, facts, contract.delimiter, contract.isQuoted) + contract.lineEnd;
    if (text.length < CHUNK) return;
    await handle.appendFile(text);
    text = '';
  };
  try {
    const written = await database.snapshot(async (statements) => {
      const totals = { rows: 0, amount: 0n, hash: 0n };
      await put(contract.header, headerFacts(contract, file));
      for await (const row of rowsOfDay(statements, contract, file.businessDate)) {
        totals.rows += 1;
        if (contract.amountOf === 'all' || row.status === 'S') totals.amount += row.amount;
        totals.hash += BigInt(row.customerNo.replace(/\D/g, '') || 0);
        await put(contract.detail, detailFacts(contract, row, totals.rows));
      }
      await put(contract.trailer, {
        count: totals.rows,
        amount: totals.amount,
        hash: totals.hash % HASH_MODULUS,
      });
      return { rows: totals.rows, amount: totals.amount };
    });
    await handle.appendFile(text);
    await handle.sync();
    await handle.close();
    await rename(part, path);
    return written;
  } finally {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
  }
}

function headerFacts({ timeZone }: OutboundContract, file: FileToWrite): Facts {
  return {
    business_date: file.businessDate,
    created_at: localIso(file.plannedAt, timeZone),
    seq: String(file.seq).padStart(3, '0'),
    replaces: file.replaces === null ? null : String(file.replaces).padStart(3, '0'),
    run: file.runNo,
  };
}

function detailFacts(
  { statuses, showsCustomers }: OutboundContract,
  row: OutboundRow,
  lineNo: number,
): Facts {
  return {
    line_no: lineNo,
    our_ref: row.ourRef,
    their_ref: row.theirRef,
    product: row.product,
    customer_no: showsCustomers ? row.customerNo : `${'*'.repeat(8)}${row.customerNo.slice(-4)}`,
    amount: row.amount,
    fee: row.fee,
    status: statuses[row.status],
    paid_at: row.paidAt,
    break_kind: row.breakKind,
  };
}

/** The SHA-256 of bytes that come piece by piece, and how many they are. */
export async function contentOfStream(
  bytes: AsyncIterable<Buffer | Uint8Array>,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}
