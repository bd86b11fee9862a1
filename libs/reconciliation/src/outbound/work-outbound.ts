import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { failPoint } from '#lib/platform';
import { hearAcknowledgement } from './acknowledgement';
import type { OutboundContract } from './contract';
import {
  claimFile,
  failFile,
  FileLost,
  filesWithWork,
  moveFile,
  releaseFile,
  type OutboundFile,
} from './outbound-files';
import { outboundPath, type OutboundTools } from './outbound-tools';
import { encryptFile } from './pgp';
import { planOutbound } from './plan';
import { contentOfStream, writeOutboundFile } from './write-file';

/** First pause after a failure; it doubles with each further one, up to an hour. */
const RETRY_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;
/** How often an acknowledgement is looked for. */
const LOOK_MS = 60_000;

/**
 * One wake-up: plans what the contracts owe, makes and sends what is planned, hears acknowledgements. What fails leaves the
 * others their turn.
 * @returns how many files moved on.
 */
export async function workOutbound(tools: OutboundTools, stop?: AbortSignal): Promise<number> {
  let moved = 0;
  for (const contract of tools.contracts)
    try {
      await planOutbound(tools.database, contract, tools.clock.now());
      for (const file of await filesWithWork(tools.database, contract.contract, tools.clock.now())) {
        if (stop?.aborted) return moved;
        if (await workOne(tools, contract, file)) moved += 1;
      }
    } catch (error) {
      tools.logger.error(
        { err: error, contract: contract.contract },
        'files of this contract could not be worked',
      );
    }
  return moved;
}

/** Brings one file as far as it goes. @returns whether it moved on. */
async function workOne(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<boolean> {
  const { database, clock, logger } = tools;
  const claimed = await claimFile(database, file);
  if (!claimed) return false;
  let inHand = claimed;
  try {
    if (inHand.state === 'planned') inHand = await make(tools, contract, inHand);
    if (inHand.state === 'made') inHand = await send(tools, contract, inHand);
    if (inHand.state === 'sent' && inHand.ackDueAt) inHand = await acknowledge(tools, contract, inHand);
  } catch (error) {
    if (error instanceof FileLost) return false;
    const pauseMs = Math.min(RETRY_MS * 2 ** inHand.failures, RETRY_MAX_MS);
    await failFile(database, inHand, error as Error, new Date(clock.now().getTime() + pauseMs));
    logger.error(
      { err: error, ...nameOf(inHand) },
      'a file for others could not be worked; it will be tried again',
    );
  }
  await releaseFile(database, inHand);
  return inHand.state !== claimed.state;
}

/** From here on the file's bytes are fixed: a repeat sends these, whatever the tables say by then. */
async function make(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<OutboundFile> {
  const { database, clock, home } = tools;
  const plainName = contract.fileName(file.businessDate, file.seq);
  const plain = outboundPath(home, file, plainName);
  failPoint('K11 before step', `outbound ${plainName} make`);
  const { rows, amount } = await writeOutboundFile(database, contract, file, plain);
  const fileName = contract.pgp ? `${plainName}.pgp` : plainName;
  const path = outboundPath(home, file, fileName);
  if (contract.pgp) await encryptFile(plain, path, contract.pgp);
  const { sha256, size } = await contentOfStream(createReadStream(path));
  const made = await moveFile(database, file, 'made', {
    file_name: fileName,
    sha256,
    size,
    row_count: rows,
    amount,
    made_at: clock.now(),
  });
  failPoint('K11 after step', `outbound ${plainName} make`);
  return made;
}

/** The file first, then the companion that says it is whole. Both may be repeated: same name, same content. */
async function send(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<OutboundFile> {
  const { database, clock, home } = tools;
  const { fileName, sha256 } = file;
  if (fileName === null || sha256 === null)
    throw new Error(`${file.contract} ${file.businessDate} was not made`);
  const path = outboundPath(home, file, fileName);
  const kept = await contentOfStream(createReadStream(path));
  if (kept.sha256 !== sha256)
    throw new Error(
      `${path} is not the file that was made: SHA-256 ${kept.sha256}, was ${sha256}; it is not sent`,
    );
  const companion = `${path}.sha256`;
  await writeFile(companion, `${sha256}  ${fileName}\n`, { mode: 0o600 });
  failPoint('K11 before step', `outbound ${fileName} send`);
  const outbox = await tools.openOutbox(contract);
  try {
    await outbox.put(path, fileName);
    await outbox.put(companion, `${fileName}.sha256`);
  } finally {
    await outbox.close();
  }
  await rm(companion, { force: true });
  const now = clock.now();
  const withinMinutes = contract.acknowledgement?.withinMinutes;
  const sent = await moveFile(database, file, 'sent', {
    sent_at: now,
    ack_due_at: withinMinutes === undefined ? null : new Date(now.getTime() + withinMinutes * 60_000),
  });
  failPoint('K11 after step', `outbound ${fileName} send`);
  tools.logger.info({ ...nameOf(sent), fileName, sha256, rows: sent.rows }, 'a file for others was sent');
  return sent;
}

/** Reads what they made of it; where nothing comes in time, people are told, once, and the looking goes on. */
async function acknowledge(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<OutboundFile> {
  const { database, clock, logger } = tools;
  const heard = await hearAcknowledgement(tools, contract, file);
  const now = clock.now();
  if (heard) {
    if (heard.state === 'rejected')
      logger.error({ ...nameOf(file), said: heard.said }, 'a file for others was rejected');
    return moveFile(database, file, heard.state, {
      said: heard.said,
      ack_at: now,
      ack_name: heard.name,
      ack_sha256: heard.sha256,
    });
  }
  const isOverdue = file.overdueAt === null && file.ackDueAt !== null && now >= file.ackDueAt;
  if (isOverdue)
    logger.error({ ...nameOf(file), due: file.ackDueAt }, 'nobody has acknowledged a file that we sent');
  return moveFile(database, file, 'sent', {
    next_at: new Date(now.getTime() + LOOK_MS),
    ...(isOverdue && { overdue_at: now }),
  });
}

function nameOf({ contract, businessDate, seq }: OutboundFile) {
  return { contract, businessDate, seq };
}
