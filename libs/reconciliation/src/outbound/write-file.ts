import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeSettlementFile, type RowToWrite } from '#lib/files';
import { localIso } from '#lib/kernel';
import type { Database, SnapshotStatements } from '#lib/platform';
import type { OutboundContract } from './contract';
import { rowsOfDay } from './day-rows';
import type { OutboundFile } from './outbound-files';
import { madeFolder, makingFolder } from './outbound-tools';
import { encryptFile, signBeside } from './pgp';

/** A file as it was made. */
export interface MadeFile {
  fileName: string;
  sha256: string;
  /** Bytes. */
  size: number;
  rows: number;
  /** As its trailer states it. */
  amount: bigint;
}

/**
 * Makes the file of a day and keeps it under its content: whoever made the same day at the same moment, and lost it to
 * another, puts other bytes into another place. A day without payments is a file without details.
 * @throws RangeError for a value that its layout cannot hold, naming line and column.
 */
export async function makeFile(
  database: Database,
  home: string,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<MadeFile> {
  const folder = makingFolder(home, file);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const plainName = contract.fileName(file.businessDate, file.seq);
  const plain = join(folder, plainName);
  const header = {
    businessDate: file.businessDate,
    seq: file.seq,
    createdAt: localText(file.plannedAt, contract.timeZone),
    run: file.runNo,
    replaces: file.replaces,
  };
  const { details, amount } = await database.snapshot((statements) =>
    writeSettlementFile(contract.format, header, rowsOf(statements, contract, file), plain),
  );
  const fileName = await sealed(folder, plainName, contract);
  const { sha256, size } = await contentOfStream(createReadStream(join(folder, fileName)));
  await keep(folder, madeFolder(home, { ...file, sha256 }));
  return { fileName, sha256, size, rows: details, amount };
}

/** Encrypts and signs the file as the contract says. @returns the name of the file that goes. */
async function sealed(folder: string, plainName: string, { pgp }: OutboundContract): Promise<string> {
  const { encryptTo, signWith, detached } = pgp ?? {};
  const fileName = encryptTo === undefined ? plainName : `${plainName}.pgp`;
  if (encryptTo !== undefined)
    await encryptFile(join(folder, plainName), join(folder, fileName), {
      encryptTo,
      signWith: detached === undefined ? signWith : undefined,
    });
  if (detached !== undefined && signWith !== undefined)
    await signBeside(join(folder, fileName), { signWith, detached });
  return fileName;
}

/** What lies under a content already is that content. */
async function keep(folder: string, under: string): Promise<void> {
  await mkdir(dirname(under), { recursive: true, mode: 0o700 });
  try {
    await rename(folder, under);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    await rm(folder, { recursive: true, force: true });
  }
}

async function* rowsOf(
  statements: SnapshotStatements,
  contract: OutboundContract,
  { businessDate }: OutboundFile,
): AsyncGenerator<RowToWrite> {
  for await (const { customerNo, ...row } of rowsOfDay(statements, contract, businessDate))
    yield {
      ...row,
      customerNo: contract.showsCustomers ? customerNo : `${'*'.repeat(8)}${customerNo.slice(-4)}`,
    };
}

function localText(at: Date, timeZone: string): string {
  return localIso(at, timeZone).slice(0, 19).replace('T', ' ');
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
