import { join } from 'node:path';
import { formatOn, openSftpOutbox, outboxSettings, type Formats } from '#lib/files';
import type { Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import { readOutboundContracts, workOutbound, type Jobs, type OutboundContract } from '#lib/reconciliation';
import { makeOrdered, type ExpectedFile } from '#lib/reports';
import { PollLoop } from './poll-loop';

/** What sending files and making ordered reports needs. */
export interface FilesForPeople {
  database: Database;
  clock: Clock;
  home: string;
  configDirectory: string;
  formats: Formats;
  jobs: Jobs;
  logger: Logger;
}

const SEND_REST_MS = 15_000;
const REPORT_REST_MS = 5_000;

/** Sends the files that contracts owe, and makes the reports that people ordered. @returns stops both. */
export function startFilesForPeople(tools: FilesForPeople): () => Promise<void> {
  const { logger } = tools;
  const contracts = workable(readOutboundContracts(join(tools.configDirectory, 'outbound')), logger);
  const stopping = new AbortController();
  const sending = new PollLoop(
    {
      work: async () => {
        await workOutbound(
          { ...tools, contracts, openOutbox: ({ settings }) => openSftpOutbox(outboxSettings(settings)) },
          stopping.signal,
        );
        return false;
      },
      failure: 'files for others could not be worked; the next look starts over',
    },
    SEND_REST_MS,
    logger,
  );
  const expectedFiles = expectedFilesOf(tools.formats, tools.jobs);
  const reporting = new PollLoop(
    {
      work: () => makeOrdered({ ...tools, expectedFiles }),
      failure: 'ordered reports could not be made; the next look starts over',
    },
    REPORT_REST_MS,
    logger,
  );
  return async () => {
    stopping.abort();
    await Promise.all([sending.stop(), reporting.stop()]);
  };
}

/** Contracts whose receiver is set up here; the others are said once. */
function workable(contracts: readonly OutboundContract[], logger: Logger): OutboundContract[] {
  return contracts.filter(({ contract, settings }) => {
    const isSetUp = (process.env[`${settings}_HOST`] ?? '') !== '';
    if (!isSetUp)
      logger.warn(
        { contract, missing: `${settings}_HOST` },
        'this contract’s files are not sent: nobody takes them here',
      );
    return isSetUp;
  });
}

/** When each source's file is owed, by its schedule and the zone of its format. */
function expectedFilesOf(formats: Formats, { sources }: Jobs): ExpectedFile[] {
  return [...sources].map(([source, { expectedAt, warnAt }]) => ({
    source,
    expectedAt,
    warnAt,
    timeZone: formatOn(formats, source, '9999-12-31')?.cutOff.timeZone ?? 'Asia/Jakarta',
  }));
}
