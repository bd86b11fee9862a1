import { userOf } from '#lib/audit';
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
import { duplicateKey, type Statements } from '#lib/platform';

/** Money that a channel says it will pay into our account. */
export interface Announcement {
  reference: string;
  kind: 'top_up' | 'collection';
  channelId: string;
  amount: Rupiah;
  valueDate: BusinessDate;
}

/** What became of announced money; null: it is expected. */
export type AnnouncementOutcome = 'matched' | 'withdrawn' | 'taken_back' | null;

/** Why money is not announced. */
export type AnnounceRefusal =
  | { kind: 'unknown channel'; channelId: string }
  | { kind: 'other money' }
  | { kind: 'ended'; outcome: string };

/**
 * Writes down money that is announced, once for each reference; the same again is no error. @throws NoUser.
 */
export async function announceDeposit(
  statements: Statements,
  announcement: Announcement,
  { by, at }: { by: string; at: Date },
): Promise<Result<Announcement, AnnounceRefusal>> {
  const { reference, kind, channelId, amount, valueDate } = announcement;
  const user = userOf(by);
  if (!(await isChannel(statements, channelId))) return fail({ kind: 'unknown channel', channelId });
  try {
    await statements.run(
      `INSERT INTO bank_expected (reference, kind, channel_id, amount, value_date, announced_by, announced_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [reference, kind, channelId, amount, valueDate, user, at],
    );
    return ok(announcement);
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    const known = await findAnnouncement(statements, reference);
    if (known?.amount !== amount || known.channelId !== channelId || known.kind !== kind)
      return fail({ kind: 'other money' });
    return known.outcome === 'withdrawn' ? fail({ kind: 'ended', outcome: known.outcome }) : ok(known);
  }
}

/** Takes an announcement back whose money has not come. Its reference stays used. @throws NoUser. */
export async function withdrawAnnouncement(
  statements: Statements,
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<{ isRepeat: boolean }, { kind: 'unknown' } | { kind: 'ended'; outcome: string }>> {
  const user = userOf(by);
  const changed = await statements.run(
    "UPDATE bank_expected SET outcome = 'withdrawn', ended_by = ?, ended_at = ? WHERE reference = ? AND outcome IS NULL",
    [user, at, reference],
  );
  if (changed === 1) return ok({ isRepeat: false });
  const known = await findAnnouncement(statements, reference);
  if (!known) return fail({ kind: 'unknown' });
  return known.outcome === 'withdrawn'
    ? ok({ isRepeat: true })
    : fail({ kind: 'ended', outcome: known.outcome ?? '' });
}

/** Announced money as it stands. */
export interface KnownAnnouncement extends Announcement {
  outcome: AnnouncementOutcome;
  announcedAt: Date;
}

/**
 * Whether money was announced while nobody could have read it in the bank's statement of its day. What is announced later
 * may have been read there, by whoever likes to have it on their own channel: two people look at that.
 */
export function isAnnouncedInTime({ announcedAt }: KnownAnnouncement, shownOn: BusinessDate): boolean {
  return announcedAt <= endOfBusinessDate(shownOn, JAKARTA_MIDNIGHT);
}

/** Announced money by its reference. */
export async function findAnnouncement(
  statements: Statements,
  reference: string,
): Promise<KnownAnnouncement | undefined> {
  const [row] = await statements.rows<{
    reference: string;
    kind: Announcement['kind'];
    channel_id: string;
    amount: string;
    value_date: BusinessDate;
    outcome: AnnouncementOutcome;
    announced_at: Date;
  }>(
    'SELECT reference, kind, channel_id, amount, value_date, outcome, announced_at FROM bank_expected WHERE reference = ?',
    [reference],
  );
  return (
    row && {
      reference: row.reference,
      kind: row.kind,
      channelId: row.channel_id,
      amount: rupiah(BigInt(row.amount)),
      valueDate: row.value_date,
      outcome: row.outcome,
      announcedAt: row.announced_at,
    }
  );
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
