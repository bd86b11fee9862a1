import type { BusinessDate } from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import type { Database, Statements } from '#lib/platform';
import { textOfPlace, type BankLine, type LinePlace } from './bank-lines';

/** Something at the bank that a person must look at now; each is told once, by its kind and subject. */
export interface BankAlert {
  /** The bank's source. */
  source: string;
  businessDate: BusinessDate;
  kind: 'bank_taken_back' | 'bank_debit' | 'bank_refused' | 'bank_late' | 'bank_short';
  subject: string;
  reason: string;
}

/** Finds what ends the alerts about a line of a statement, to be written with whatever settles it. */
export type AlertEnds = (about: AlertSubject, by: string, at: Date) => Promise<readonly GuardedUpdate[]>;

type EndsOf<About> = (
  statements: Statements,
  about: About,
  by: string,
  at: Date,
) => Promise<readonly GuardedUpdate[]>;

/**
 * Finds both: what ends the alerts about a line, and the pause of the float that it fills.
 * @param ends by those who keep alerts and pauses.
 */
export function alertEnds(
  database: Database,
  ends: { ofLine: EndsOf<AlertSubject>; ofPause: EndsOf<Filled> },
): AlertEnds {
  return async (about, by, at) => [
    ...(await ends.ofLine(database, about, by, at)),
    ...(about.fills === undefined ? [] : await ends.ofPause(database, about.fills, by, at)),
  ];
}

/** What an alert about a line is known by. */
export type AlertSubject = Pick<BankAlert, 'source' | 'businessDate' | 'subject'> & {
  /** The float that the line fills: a pause of its biller for an empty float ends as well. */
  fills?: Filled;
};

/** A biller's float that is filled; `bookedAt` where that was booked before: a pause that came later stays. */
export interface Filled {
  billerId: string;
  bookedAt?: Date;
}

/** What the alerts about a line are known by. */
export function alertOf(line: LinePlace & Pick<BankLine, 'valueDate'>): AlertSubject {
  return {
    source: (line.account.split('/')[0] ?? line.account).slice(0, 20),
    businessDate: line.valueDate,
    subject: textOfPlace(line),
  };
}
