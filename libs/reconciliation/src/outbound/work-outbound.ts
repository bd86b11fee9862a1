import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wibText } from '#lib/kernel';
import { failPoint } from '#lib/platform';
import { hearAcknowledgement } from './acknowledgement';
import { endAlerts, raiseAlert } from '../alerts';
import type { OutboundContract } from './contract';
import {
  claimFile,
  failFile,
  FileLost,
  filesWithWork,
  holdFile,
  isReplaced,
  moveFile,
  releaseFile,
  type OutboundFile,
} from './outbound-files';
import { madeFolder, type OutboundTools } from './outbound-tools';
import { planOutbound } from './plan';
import { contentOfStream, makeFile } from './write-file';

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
  const letGo = holdFile(database, claimed);
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
  } finally {
    letGo();
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
  failPoint('K11 before step', `outbound ${plainName} make`);
  const { fileName, sha256, size, rows, amount } = await makeFile(database, home, contract, file);
  failPoint('K11 file written', `outbound ${plainName} make`);
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

/** The file first, its signature, then the companion that says it is whole. All may be repeated: same name, same content. */
async function send(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<OutboundFile> {
  const { database, clock, home } = tools;
  const { fileName, sha256 } = file;
  if (fileName === null || sha256 === null)
    throw new Error(`${file.contract} ${file.businessDate} was not made`);
  const path = join(madeFolder(home, file), fileName);
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
    const ending = contract.pgp?.detached;
    if (ending !== undefined) await outbox.put(`${path}${ending}`, `${fileName}${ending}`);
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
  await endFileAlerts(tools, contract, { ...sent, seq: sent.seq - 1 });
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
  const { database, clock } = tools;
  const heard = await hearAcknowledgement(tools, contract, file);
  const now = clock.now();
  if (heard && heard.state !== 'seen') {
    const said = { said: heard.said, ack_at: now, ack_name: heard.name, ack_sha256: heard.sha256 };
    const moved = await moveFile(database, file, heard.state, said);
    await endFileAlerts(tools, contract, moved);
    if (heard.state === 'rejected') await alert(tools, contract, moved, 'file_rejected', heard.said);
    return moved;
  }
  const isOverdue = file.overdueAt === null && file.ackDueAt !== null && now >= file.ackDueAt;
  if (isOverdue && !(await isReplaced(database, file)))
    await alert(
      tools,
      contract,
      file,
      'ack_overdue',
      `due by ${file.ackDueAt ? wibText(file.ackDueAt) : 'now'}`,
    );
  return moveFile(database, file, 'sent', {
    next_at: new Date(now.getTime() + LOOK_MS),
    ack_seen_sha256: heard?.sha256 ?? null,
    ...(isOverdue && { overdue_at: now }),
  });
}

/** People are told once, and see it among the alerts until it is acknowledged or sent again. */
async function alert(
  { database, logger, clock }: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
  kind: 'ack_overdue' | 'file_rejected',
  said: string,
): Promise<void> {
  const reason = `${contract.contract}, file ${file.fileName ?? file.seq}: ${said}`;
  await raiseAlert(database, logger, { ...subjectOf(contract, file), kind, reason }, clock.now());
}

/** What was told about a day's files before is settled by what was sent or heard now. */
async function endFileAlerts(
  { database, clock }: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<void> {
  for (let seq = 1; seq <= file.seq; seq += 1)
    await endAlerts(
      database,
      subjectOf(contract, { ...file, seq }),
      ['ack_overdue', 'file_rejected'],
      'worker',
      clock.now(),
    );
}

function subjectOf({ contract, about }: OutboundContract, { businessDate, seq }: OutboundFile) {
  return {
    source: 'source' in about ? about.source : about.channel,
    businessDate,
    subject: `${contract} ${seq}`,
  };
}

function nameOf({ contract, businessDate, seq }: OutboundFile) {
  return { contract, businessDate, seq };
}
