import type { Clock } from '#lib/kernel';
import { sumUpAccounts } from '#lib/ledger';
import type { Database } from '#lib/platform';
import type { Round } from './poll-loop';

/** Sums up what moved each account, once a day and wherever much waits, so that statements read days and not all postings. */
export function sumsUpAccounts(database: Database, clock: Clock): Round {
  return {
    work: () => sumUpAccounts(database, clock.now()),
    failure: 'what moved the accounts could not be summed up; the next look starts over',
  };
}
