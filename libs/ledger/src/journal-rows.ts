import type { SqlValue } from '#lib/platform';
import { contentHash, type JournalDraft } from './journals';
import type { DepositAfter, Row } from './money-writer';

/** A journal and its postings as rows. @param seq its place in the deposit's commit order. */
export function journalRows(journal: JournalDraft, after: DepositAfter, seq: bigint): Row[] {
  const { subjectId, kind, businessDate, channelId, postedChange, heldChange, reference, postings, at } =
    journal;
  const { about, reason } = journal;
  const values: Record<string, SqlValue> = {
    subject_id: subjectId,
    kind,
    business_date: businessDate,
    channel_id: channelId,
    posted_change: postedChange,
    held_change: heldChange,
    posted_after: after.posted,
    held_after: after.held,
    limit_then: after.limit,
    deposit_seq: seq,
    reference,
    content_hash: contentHash(journal),
    created_at: at,
  };
  if (about) {
    values['about_subject_id'] = about.subjectId;
    values['about_kind'] = about.kind;
  }
  if (reason !== undefined) values['reason'] = reason;
  const lines = postings.map(({ accountId, amount }, index): Row => ({
    table: 'posting',
    values: { subject_id: subjectId, kind, line_no: index + 1, account_id: accountId, amount },
  }));
  return [{ table: 'journal', values }, ...lines];
}
