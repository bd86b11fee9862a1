import { join } from 'node:path';
import type { Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { OutboundContract } from './contract';
import type { OutboundFile } from './outbound-files';

/** Where somebody takes our files from, whatever carries them there. */
export interface Outbox {
  /**
   * Leaves a file under a name: as `<name>.part` first, compared by size, then renamed. One of that name and content that is
   * there already stays.
   */
  put(path: string, name: string): Promise<void>;
  /** The content of a small file; undefined when there is none of that name. */
  read(name: string, sizeMaxBytes: number): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** What sending works with. */
export interface OutboundTools {
  database: Database;
  clock: Clock;
  /** Folder of the installation; what we send is kept below it. */
  home: string;
  logger: Logger;
  contracts: readonly OutboundContract[];
  openOutbox: (contract: OutboundContract) => Promise<Outbox>;
}

type Which = Pick<OutboundFile, 'contract' | 'businessDate' | 'seq' | 'fence'>;

/** Where a file is being made: a place for each who claims it. */
export function makingFolder(home: string, { contract, businessDate, seq, fence }: Which): string {
  return join(home, 'outbound', contract, businessDate, `making-${seq}-${fence}`);
}

/** Where a file that was made lies: a place for each content, so that nobody can put other bytes there. */
export function madeFolder(home: string, { contract, businessDate, sha256 }: OutboundFile): string {
  if (sha256 === null) throw new Error(`the file of ${contract} ${businessDate} was not made`);
  return join(home, 'outbound', contract, businessDate, sha256.slice(0, 16));
}
