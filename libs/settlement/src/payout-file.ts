import { hash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { userOf } from '#lib/audit';
import { writeSettlementFile } from '#lib/files';
import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  localIso,
  ok,
  rupiah,
  sum,
  type BusinessDate,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import {
  ChangedMeanwhile,
  changeRows,
  duplicateKey,
  failPoint,
  insertRow,
  type Statements,
} from '#lib/platform';
import type { PayoutTools } from './payout-approval';
import type { PayoutFileContract } from './payout-file-contract';
import { rowsOfMove, type PayoutRefusal } from './payout-moves';
import { objectionToLeaving, recordTold } from './payout-told';
import { findPayout, listPayouts, type Payout } from './payouts';

/** What making files for the bank needs. */
export interface PayoutFileTools extends PayoutTools {
  contract: PayoutFileContract;
  /** Folder of the installation; the files lie in `payouts/` below it, readable by its account alone. */
  home: string;
}

/** A file of payouts that was made. Amount in whole rupiah. */
export interface PayoutFile {
  name: string;
  madeOn: BusinessDate;
  /** Of that day, from 1. */
  seq: number;
  sha256: string;
  payouts: number;
  amount: Rupiah;
  madeBy: string;
  madeAt: Date;
}

/** An approved payout that did not go with a file, and why. */
export interface LeftOut {
  reference: string;
  why: PayoutRefusal | { kind: 'no account'; party: string };
}

interface Instruction {
  payout: Payout;
  account: string;
}

/** Each redo means that another file was made, or a payout moved, meanwhile. */
const REDO_MAX = 8;

/**
 * Hands all approved payouts that may leave to the bank in one file. They are `sent` and stand in the file by one commit,
 * before it lies where it is taken from: killed in between, the same file is written by `writePayoutFileAgain`, and none of
 * its payouts ever goes with another.
 * @returns no file where nothing may leave. @throws NoUser.
 */
export async function makePayoutFile(
  tools: PayoutFileTools,
  { by, at }: { by: string; at: Date },
): Promise<{ file?: PayoutFile; path?: string; leftOut: LeftOut[] }> {
  const madeBy = userOf(by);
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const { instructions, leftOut } = await sortOut(tools, at);
    if (instructions.length === 0) return { leftOut };
    const madeOn = businessDateOf(at, JAKARTA_MIDNIGHT);
    const place = { madeOn, seq: await nextSeq(tools.database, madeOn), madeAt: at };
    const path = await inStaging(tools, place, instructions, async (staged) => {
      const file: PayoutFile = {
        ...place,
        madeBy,
        name: staged.name,
        sha256: staged.sha256,
        payouts: instructions.length,
        amount: sum(instructions.map(({ payout }) => payout.amount)),
      };
      if (!(await keepFile(tools, file, instructions))) return undefined;
      failPoint('K12 payout moved', file.name);
      return { file, path: await publish(tools.home, staged) };
    });
    if (path) return { ...path, leftOut };
  }
  throw new Error('the file of payouts could not be made: others kept changing what is in it');
}

/** Writes a file that was made before once more: the same name and the same content, or nothing. */
export async function writePayoutFileAgain(
  tools: PayoutFileTools,
  name: string,
): Promise<Result<{ file: PayoutFile; path: string }, { kind: 'unknown' | 'differs' }>> {
  const { database } = tools;
  const [file] = (await listPayoutFiles(database)).filter((one) => one.name === name);
  if (!file) return fail({ kind: 'unknown' });
  const lines = await database.rows<{ reference: string; account: string }>(
    'SELECT reference, account FROM payout_file_line WHERE name = ? ORDER BY line_no',
    [name],
  );
  const instructions: Instruction[] = [];
  for (const { reference, account } of lines) {
    const payout = await findPayout(database, reference);
    if (payout) instructions.push({ payout, account });
  }
  return inStaging(tools, file, instructions, async (staged) =>
    staged.name === name && staged.sha256 === file.sha256
      ? ok({ file, path: await publish(tools.home, staged) })
      : fail({ kind: 'differs' }),
  );
}

/** The files that were made, the latest first. */
export async function listPayoutFiles(statements: Statements): Promise<PayoutFile[]> {
  const rows = await statements.rows<{
    name: string;
    made_on: BusinessDate;
    seq: number;
    sha256: string;
    payouts: number;
    amount: string;
    made_by: string;
    made_at: Date;
  }>(
    'SELECT name, made_on, seq, sha256, payouts, amount, made_by, made_at FROM payout_file ORDER BY made_on DESC, seq DESC',
  );
  return rows.map(({ made_on, amount, made_by, made_at, ...row }) => ({
    ...row,
    madeOn: made_on,
    amount: rupiah(BigInt(amount)),
    madeBy: made_by,
    madeAt: made_at,
  }));
}

async function sortOut(
  { database, reconciled, contract }: PayoutFileTools,
  at: Date,
): Promise<{ instructions: Instruction[]; leftOut: LeftOut[] }> {
  const instructions: Instruction[] = [];
  const leftOut: LeftOut[] = [];
  for (const payout of await listPayouts(database, { state: 'approved' })) {
    const { reference, party } = payout;
    const account = contract.accountOf(party);
    const why =
      account === undefined
        ? { kind: 'no account' as const, party: `${party.kind}:${party.id}` }
        : await objectionToLeaving({ statements: database, reconciled }, payout, { at });
    if (why) leftOut.push({ reference, why });
    else if (account !== undefined) instructions.push({ payout, account });
  }
  return { instructions, leftOut };
}

async function nextSeq(statements: Statements, madeOn: BusinessDate): Promise<number> {
  const [row] = await statements.rows<{ seq: string | number }>(
    'SELECT COALESCE(MAX(seq), 0) + 1 AS seq FROM payout_file WHERE made_on = ?',
    [madeOn],
  );
  return Number(row?.seq ?? 1);
}

/** @returns false, and no effect, where another file was made or one of the payouts may not leave any more. */
async function keepFile(
  { database, reconciled }: PayoutFileTools,
  file: PayoutFile,
  instructions: readonly Instruction[],
): Promise<boolean> {
  const { name, madeOn, seq, sha256, payouts, amount, madeBy, madeAt } = file;
  try {
    await database.transaction(async (statements) => {
      const values = {
        name,
        made_on: madeOn,
        seq,
        sha256,
        payouts,
        amount,
        made_by: madeBy,
        made_at: madeAt,
      };
      await insertRow(statements, { table: 'payout_file', values });
      for (const [index, { payout, account }] of instructions.entries()) {
        const { reference } = payout;
        const told = { by: madeBy, note: `in ${name}`, at: madeAt };
        const moved = rowsOfMove(payout, 'sent', told);
        const objection = await objectionToLeaving({ statements, reconciled }, payout, { at: madeAt });
        if (!moved || objection) throw new ChangedMeanwhile(reference);
        await changeRows(statements, [moved.update]);
        await insertRow(statements, moved.insert);
        const line = { reference, name, line_no: index + 1, account };
        await insertRow(statements, { table: 'payout_file_line', values: line });
        recordTold(statements, payout, { ...told, event: 'sent' });
      }
    });
    return true;
  } catch (error) {
    if (error instanceof ChangedMeanwhile || duplicateKey(error) !== undefined) return false;
    throw error;
  }
}

interface Staged {
  name: string;
  path: string;
  sha256: string;
}

/** Writes the file where nobody takes it from, for as long as `use` needs it. */
async function inStaging<T>(
  { home, contract }: PayoutFileTools,
  { madeOn, seq, madeAt }: Pick<PayoutFile, 'madeOn' | 'seq' | 'madeAt'>,
  instructions: readonly Instruction[],
  use: (staged: Staged) => Promise<T>,
): Promise<T> {
  await mkdir(folderOf(home), { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(join(folderOf(home), '.making-'));
  try {
    const createdAt = localIso(madeAt, 'Asia/Jakarta').slice(0, 19).replace('T', ' ');
    const header = { businessDate: madeOn, seq, createdAt };
    const rows = instructions.map(({ payout: { reference, amount }, account }) => {
      return { ourRef: reference, customerNo: account, amount, status: 'S' as const };
    });
    const path = join(staging, 'file');
    const { name } = await writeSettlementFile(contract.format, header, rows, path);
    return await use({ name, path, sha256: hash('sha256', await readFile(path)) });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The whole file under its name, then the companion that says so. */
async function publish(home: string, { name, path, sha256 }: Staged): Promise<string> {
  const final = join(folderOf(home), name);
  await rename(path, final);
  const companion = await open(`${final}.sha256.part`, 'w', 0o600);
  try {
    await companion.writeFile(`${sha256}  ${name}\n`);
    await companion.sync();
  } finally {
    await companion.close();
  }
  await rename(`${final}.sha256.part`, `${final}.sha256`);
  return final;
}

function folderOf(home: string): string {
  return join(home, 'payouts');
}
