import { isPrefunded } from '#lib/catalog';
import { rupiah, type Rupiah } from '#lib/kernel';
import {
  adjustmentJournal,
  bookJournal,
  channelAccounts,
  collectionJournal,
  floatAdjustmentJournal,
  floatTopUpJournal,
  OWN_BANK,
  payoutJournal,
  topUpJournal,
  type GuardedUpdate,
  type JournalDraft,
  type Row,
} from '#lib/ledger';
import type { Statements } from '#lib/platform';
import {
  dueOnAccount,
  endOfAnnouncement,
  findAnnouncement,
  isAnnouncedInTime,
  isChannel,
  type Announcement,
  type ChannelMoney,
  type FloatMoney,
} from './bank-announcements';
import type { Filled } from './bank-alerts';
import { textOfPlace, type BankLine, type BankOutcome } from './bank-lines';
import { WORKER } from './payout-drafts';
import type { PayoutEvent } from './payout.states';
import { rowsOfMove } from './payout-moves';
import { findPayout, type Payout } from './payouts';

/** What a line is: the journal that books it and what else changes with it. */
export interface Meaning {
  outcome: BankOutcome;
  about: string | null;
  journal: JournalDraft;
  /** Further journals that book it, where it is several things. */
  others?: readonly JournalDraft[];
  inserts: readonly Row[];
  updates: readonly GuardedUpdate[];
  /** The float that it fills: a pause for an empty one ends with it. */
  fills?: Filled;
  /** What it draws on a deposit that may have less: then it takes what is there, and the channel owes the rest. */
  draws?: { channelId: string; journalWith(available: Rupiah): JournalDraft };
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
  if (!announced || !(await isParty(statements, announced))) return undefined;
  const maySay = sayer.approvalId !== undefined || isAnnouncedInTime(announced, line.valueDate);
  const due = dueOnAccount(announced);
  if (announced.outcome === null && line.amount === due && maySay)
    return {
      outcome: 'matched',
      about: reference,
      journal: announcedJournal(announced, line, sayer.at),
      inserts: [],
      updates: [endOfAnnouncement(reference, null, 'matched', sayer)],
      ...(announced.kind === 'float_top_up' && { fills: { billerId: announced.billerId } }),
    };
  if (announced.outcome === 'matched' && line.amount === -due)
    return {
      outcome: 'taken_back',
      about: reference,
      journal:
        announced.kind === 'float_top_up'
          ? floatTakenBack(announced, line, sayer)
          : depositTakenBack(announced, line, sayer),
      inserts: [],
      updates: [endOfAnnouncement(reference, 'matched', 'taken_back', sayer)],
      ...(announced.kind === 'top_up' && {
        draws: {
          channelId: announced.channelId,
          journalWith: (available) => depositTakenBack(announced, line, sayer, available),
        },
      }),
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
  const moved = await payoutMoved(statements, line, payout, sayer);
  if (!moved) return undefined;
  const { journal, insert, update } = moved;
  const outcome = isReturn ? 'taken_back' : 'matched';
  return { outcome, about: payout.reference, journal, inserts: [insert], updates: [update] };
}

/** What a line does to a payout that it pays, or gives back; undefined where the payout has no such move. */
export async function payoutMoved(
  statements: Statements,
  line: BankLine,
  payout: Payout,
  sayer: Sayer,
): Promise<{ journal: JournalDraft; insert: Row; update: GuardedUpdate } | undefined> {
  const isReturn = line.amount > 0n;
  const event: PayoutEvent = isReturn ? 'returned' : sayer.approvalId === undefined ? 'executed' : 'shown';
  const note = noteOf(line);
  const moved = rowsOfMove(payout, event, { by: sayer.by, note, at: sayer.at });
  if (!moved) return undefined;
  const { reference, accountId, amount } = payout;
  const booking = { businessDate: line.valueDate, at: sayer.at };
  const isAllowed = sayer.approvalId === undefined || (await isApproved(statements, payout));
  const set = isAllowed ? moved.update.set : { ...moved.update.set, approval_id: sayer.approvalId ?? null };
  return {
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
    insert: moved.insert,
    update: { ...moved.update, set },
  };
}

async function isApproved(statements: Statements, { approvalId }: Payout): Promise<boolean> {
  const rows = await statements.rows("SELECT 1 FROM approval WHERE approval_id = ? AND state = 'approved'", [
    approvalId,
  ]);
  return rows.length > 0;
}

function isParty(statements: Statements, announced: Announcement): Promise<boolean> {
  return announced.kind === 'float_top_up'
    ? isPrefunded(statements, announced.billerId)
    : isChannel(statements, announced.channelId);
}

function announcedJournal(announced: Announcement, line: BankLine, at: Date): JournalDraft {
  const businessDate = line.valueDate;
  if (announced.kind === 'float_top_up') return floatTopUpJournal({ ...announced, businessDate, at });
  const { reference, kind, channelId, amount } = announced;
  return kind === 'top_up'
    ? topUpJournal({ topUpId: reference, channelId, amount, businessDate, at })
    : collectionJournal({ subjectId: reference, businessDate, at }, { channelId, amount });
}

/** The transfer to a biller came back: its float loses what it was topped up by. */
function floatTakenBack(
  { reference, billerId, amount }: FloatMoney,
  line: BankLine,
  { at }: Sayer,
): JournalDraft {
  return floatAdjustmentJournal({
    adjustmentId: `RD-${reference}`,
    billerId,
    amount: negative(amount),
    against: OWN_BANK,
    reason: `sent back by the bank: ${noteOf(line)}`,
    businessDate: line.valueDate,
    at,
  });
}

/**
 * The deposit loses what the bank took back; a channel that pays after the day owes it again.
 * @param available what the deposit has, where that is less: the channel owes the rest.
 */
function depositTakenBack(
  { reference, kind, channelId, amount }: ChannelMoney,
  line: BankLine,
  { at }: Sayer,
  available: Rupiah = amount,
): JournalDraft {
  const businessDate = line.valueDate;
  const owed = rupiah(amount - (available > 0n ? available : 0n));
  const reason = `taken back by the bank: ${noteOf(line)}`;
  const subjectId = `RC-${reference}`;
  if (kind === 'top_up')
    return adjustmentJournal({
      adjustmentId: subjectId,
      channelId,
      amount: negative(amount),
      against: OWN_BANK,
      owed,
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
