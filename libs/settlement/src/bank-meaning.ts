import { rupiah, type Rupiah } from '#lib/kernel';
import {
  adjustmentJournal,
  bookJournal,
  channelAccounts,
  collectionJournal,
  OWN_BANK,
  payoutJournal,
  topUpJournal,
  type GuardedUpdate,
  type JournalDraft,
  type Row,
} from '#lib/ledger';
import type { Statements } from '#lib/platform';
import {
  endOfAnnouncement,
  findAnnouncement,
  isAnnouncedInTime,
  isChannel,
  type Announcement,
} from './bank-announcements';
import { textOfPlace, type BankLine, type BankOutcome } from './bank-lines';
import { WORKER } from './payout-drafts';
import { nextPayoutState, type PayoutEvent } from './payout.states';
import { findPayout, rowsOfMove, type Payout } from './payouts';

/** What a line is: the journal that books it and what else changes with it. */
export interface Meaning {
  outcome: BankOutcome;
  about: string | null;
  journal: JournalDraft;
  inserts: readonly Row[];
  updates: readonly GuardedUpdate[];
}

/** Who says what a line is. */
export interface Sayer {
  by: string;
  at: Date;
  /** The proposal that two people agreed to; only they name what does not name itself. */
  approvalId?: string;
}

/** @returns what a line is if a reference of ours names it; undefined where it cannot be that. */
export async function meaningOf(
  statements: Statements,
  line: BankLine,
  reference: string,
  sayer: Sayer,
): Promise<Meaning | undefined> {
  const payout = await findPayout(statements, reference);
  if (payout) return asPayout(statements, line, payout, sayer);
  const announced = await findAnnouncement(statements, reference);
  if (!announced || !(await isChannel(statements, announced.channelId))) return undefined;
  const maySay = sayer.approvalId !== undefined || isAnnouncedInTime(announced, line.valueDate);
  if (announced.outcome === null && line.amount === announced.amount && maySay)
    return {
      outcome: 'matched',
      about: reference,
      journal: depositJournal(announced, line, sayer.at),
      inserts: [],
      updates: [endOfAnnouncement(reference, null, 'matched', sayer)],
    };
  if (announced.outcome === 'matched' && line.amount === -announced.amount)
    return {
      outcome: 'taken_back',
      about: reference,
      journal: depositTakenBack(announced, line, sayer),
      inserts: [],
      updates: [endOfAnnouncement(reference, 'matched', 'taken_back', sayer)],
    };
  return undefined;
}

/** A line that leaves executes a payout; one that comes back returns what was executed to whom we owe it. */
async function asPayout(
  statements: Statements,
  line: BankLine,
  payout: Payout,
  sayer: Sayer,
): Promise<Meaning | undefined> {
  const isReturn = line.amount === payout.amount;
  if (!isReturn && line.amount !== -payout.amount) return undefined;
  const event: PayoutEvent = isReturn ? 'returned' : sayer.approvalId === undefined ? 'executed' : 'shown';
  if (!nextPayoutState(payout.state, event)) return undefined;
  const note = noteOf(line);
  const moved = rowsOfMove(payout, event, { by: sayer.by, note, at: sayer.at });
  if (!moved) return undefined;
  const { reference, accountId, amount } = payout;
  const booking = { businessDate: line.valueDate, at: sayer.at };
  const isAllowed = sayer.approvalId === undefined || (await isApproved(statements, payout));
  const set = isAllowed ? moved.update.set : { ...moved.update.set, approval_id: sayer.approvalId ?? null };
  return {
    outcome: isReturn ? 'taken_back' : 'matched',
    about: reference,
    journal: isReturn
      ? bookJournal({
          ...booking,
          subjectId: `RD-${reference}`,
          kind: 'payout',
          postings: [
            { accountId: OWN_BANK, amount },
            { accountId, amount: negative(amount) },
          ],
          about: { subjectId: reference, kind: 'payout' },
          reason: note,
        })
      : payoutJournal({ ...booking, subjectId: reference }, { accountId, amount }),
    inserts: [moved.insert],
    updates: [{ ...moved.update, set }],
  };
}

async function isApproved(statements: Statements, { approvalId }: Payout): Promise<boolean> {
  const rows = await statements.rows("SELECT 1 FROM approval WHERE approval_id = ? AND state = 'approved'", [
    approvalId,
  ]);
  return rows.length > 0;
}

function depositJournal({ reference, kind, channelId, amount }: Announcement, line: BankLine, at: Date) {
  const businessDate = line.valueDate;
  return kind === 'top_up'
    ? topUpJournal({ topUpId: reference, channelId, amount, businessDate, at })
    : collectionJournal({ subjectId: reference, businessDate, at }, { channelId, amount });
}

/** The deposit loses what the bank took back; a channel that pays after the day owes it again. */
function depositTakenBack(
  { reference, kind, channelId, amount }: Announcement,
  line: BankLine,
  { at }: Sayer,
): JournalDraft {
  const businessDate = line.valueDate;
  const reason = `taken back by the bank: ${noteOf(line)}`;
  const subjectId = `RC-${reference}`;
  if (kind === 'top_up')
    return adjustmentJournal({
      adjustmentId: subjectId,
      channelId,
      amount: negative(amount),
      against: OWN_BANK,
      about: { subjectId: reference, kind: 'top_up' },
      reason,
      businessDate,
      at,
    });
  return bookJournal({
    subjectId,
    kind: 'collection',
    businessDate,
    postings: [
      { accountId: channelAccounts.receivable(channelId), amount },
      { accountId: OWN_BANK, amount: negative(amount) },
    ],
    about: { subjectId: reference, kind: 'collection' },
    reason,
    at,
  });
}

function noteOf(line: BankLine): string {
  return `${textOfPlace(line)}${line.bankReference === null ? '' : `, ${line.bankReference}`}`;
}

function negative(amount: Rupiah): Rupiah {
  return rupiah(-amount);
}

/** What a line says by itself, worked by nobody's order. */
export function byItself(at: Date): Sayer {
  return { by: WORKER, at };
}
