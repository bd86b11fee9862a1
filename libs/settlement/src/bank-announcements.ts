import { recordAudit, userOf } from '#lib/audit';
import {
  endOfBusinessDate,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  rupiah,
  type BusinessDate,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { isPayoutName } from './payout-drafts';

/** Money that a channel says it will pay into our account. */
export interface ChannelMoney {
  reference: string;
  kind: 'top_up' | 'collection';
  channelId: string;
  amount: Rupiah;
  valueDate: BusinessDate;
}

/** Money that two people agreed to pay a biller in advance. */
export interface FloatMoney {
  reference: string;
  kind: 'float_top_up';
  billerId: string;
  amount: Rupiah;
  valueDate: BusinessDate;
}

/** Money that our account will show; the amount is above 0 whichever way it goes. */
export type Announcement = ChannelMoney | FloatMoney;

/** What became of announced money; null: it is expected. */
export type AnnouncementOutcome = 'matched' | 'withdrawn' | 'taken_back' | null;

/** Why money is not announced. */
export type AnnounceRefusal =
  | { kind: 'unknown channel'; channelId: string }
  /** Such references are kept for payouts. */
  | { kind: 'payout name' }
  | { kind: 'other money' }
  | { kind: 'ended'; outcome: string };

/**
 * Writes down money that is announced, once for each reference; the same again is no error. @throws NoUser.
 */
export async function announceDeposit(
  database: Database,
  announcement: ChannelMoney,
  { by, at }: { by: string; at: Date },
): Promise<Result<Announcement, AnnounceRefusal>> {
  const { reference, kind, channelId, amount, valueDate } = announcement;
  const user = userOf(by);
  if (isPayoutName(reference)) return fail({ kind: 'payout name' });
  if (!(await isChannel(database, channelId))) return fail({ kind: 'unknown channel', channelId });
  try {
    await database.transaction(async (tx) => {
      await tx.run(
        `INSERT INTO bank_expected (reference, kind, channel_id, amount, value_date, announced_by, announced_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [reference, kind, channelId, amount, valueDate, user, at],
      );
      const object = { kind: 'announcement', id: reference };
      recordAudit(tx, { by: user, action: 'announced', object, at, after: announcement });
    });
    return ok(announcement);
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    const known = await findAnnouncement(database, reference);
    if (known?.kind !== kind || known.amount !== amount || known.channelId !== channelId)
      return fail({ kind: 'other money' });
    return known.outcome === 'withdrawn' ? fail({ kind: 'ended', outcome: known.outcome }) : ok(known);
  }
}

/** Why an announcement is not taken back. */
export type WithdrawRefusal =
  | { kind: 'unknown' }
  | { kind: 'ended'; outcome: string }
  /** It is booked on the biller's float. */
  | { kind: 'received'; by: string };

/**
 * Takes an announcement back whose money has not come, or was not sent. Its reference stays used. @throws NoUser.
 */
export async function withdrawAnnouncement(
  database: Database,
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<{ isRepeat: boolean }, WithdrawRefusal>> {
  const user = userOf(by);
  const changed = await database.transaction(async (tx) => {
    const rows = await tx.run(
      "UPDATE bank_expected SET outcome = 'withdrawn', ended_by = ?, ended_at = ? WHERE reference = ? AND outcome IS NULL AND received_at IS NULL",
      [user, at, reference],
    );
    const object = { kind: 'announcement', id: reference };
    if (rows === 1) recordAudit(tx, { by: user, action: 'withdrawn', object, at });
    return rows;
  });
  if (changed === 1) return ok({ isRepeat: false });
  const known = await findAnnouncement(database, reference);
  if (!known) return fail({ kind: 'unknown' });
  if (known.outcome === null) return fail({ kind: 'received', by: known.receivedBy ?? '' });
  return known.outcome === 'withdrawn'
    ? ok({ isRepeat: true })
    : fail({ kind: 'ended', outcome: known.outcome });
}

/** Announced money as it stands. */
export type KnownAnnouncement = Announcement & {
  outcome: AnnouncementOutcome;
  announcedBy: string;
  announcedAt: Date;
  /** Who said that the biller has a float's top-up that no statement shows yet. */
  receivedBy: string | null;
};

/**
 * Whether money was announced while nobody could have read it in the bank's statement of its day. What is announced later
 * may have been read there, by whoever likes to have it on their own channel: two people look at that. To a float's
 * top-up two people have agreed already.
 */
export function isAnnouncedInTime({ kind, announcedAt }: KnownAnnouncement, shownOn: BusinessDate): boolean {
  return kind === 'float_top_up' || announcedAt <= endOfBusinessDate(shownOn, JAKARTA_MIDNIGHT);
}

/** What a statement shows of it: into the account positive. */
export function dueOnAccount({ kind, amount }: Announcement): Rupiah {
  return kind === 'float_top_up' ? rupiah(-amount) : amount;
}

/** Announced money by its reference. */
export async function findAnnouncement(
  statements: Statements,
  reference: string,
): Promise<KnownAnnouncement | undefined> {
  const [row] = await statements.rows<ExpectedRow>(`${EXPECTED} WHERE reference = ?`, [reference]);
  return row && announcementOf(row);
}

/** Announced money by its value date, all or what is still expected. */
export async function listAnnouncements(
  statements: Statements,
  { isOpen = false }: { isOpen?: boolean } = {},
): Promise<KnownAnnouncement[]> {
  const rows = await statements.rows<ExpectedRow>(
    `${EXPECTED} WHERE ? = 0 OR outcome IS NULL ORDER BY value_date, reference`,
    [isOpen ? 1 : 0],
  );
  return rows.map(announcementOf);
}

/** Ends announced money where it still is as it was read: booked once, taken back once. */
export function endOfAnnouncement(
  reference: string,
  from: AnnouncementOutcome,
  to: AnnouncementOutcome,
  { by, at }: { by: string; at: Date },
): GuardedUpdate {
  return {
    table: 'bank_expected',
    set: { outcome: to, ended_by: by, ended_at: at },
    where: { reference, outcome: from },
  };
}

/** Whether a channel has a deposit with us. */
export async function isChannel(statements: Statements, channelId: string): Promise<boolean> {
  const rows = await statements.rows('SELECT 1 FROM deposit WHERE channel_id = ?', [channelId]);
  return rows.length > 0;
}

const EXPECTED = `SELECT reference, kind, channel_id, biller_id, amount, value_date, outcome, announced_by, announced_at,
  received_by FROM bank_expected`;

interface ExpectedRow {
  reference: string;
  kind: Announcement['kind'];
  channel_id: string | null;
  biller_id: string | null;
  amount: string;
  value_date: BusinessDate;
  outcome: AnnouncementOutcome;
  announced_by: string;
  announced_at: Date;
  received_by: string | null;
}

function announcementOf(row: ExpectedRow): KnownAnnouncement {
  const { reference, kind, channel_id, biller_id } = row;
  const about = {
    reference,
    amount: rupiah(BigInt(row.amount)),
    valueDate: row.value_date,
    outcome: row.outcome,
    announcedBy: row.announced_by,
    announcedAt: row.announced_at,
    receivedBy: row.received_by,
  };
  return kind === 'float_top_up'
    ? { ...about, kind, billerId: biller_id ?? '' }
    : { ...about, kind, channelId: channel_id ?? '' };
}
