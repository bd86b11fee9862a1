import { join } from 'node:path';
import type { Clock } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { OutboundContract } from './contract';
import type { OutboundFile } from './outbound-files';

/** Where somebody takes our files from, whatever carries them there. */
export interface Outbox {
  /**
   * Leaves a file under a name: as `<name>.part` first, compared by size, then renamed. One of that name and size that is
   * there already is the same file and stays.
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

/** Where what we send is kept. */
export function outboundPath(
  home: string,
  { contract, businessDate }: OutboundFile,
  fileName: string,
): string {
  return join(home, 'outbound', contract, businessDate, fileName);
}
