import type { SqlValue } from '#lib/platform';
import { billerOfClearing, billerOfFloat } from './accounts';
import { contentHash, type JournalDraft, type JournalKind } from './journal-draft';
import type { DepositAfter, Row } from './money-writer';

/** A journal and its postings as rows. @param seq its place in the deposit's commit order. */
export function journalRows(journal: JournalDraft, after: DepositAfter, seq: bigint): Row[] {
  return rowsOf(journal, {
    channel_id: journal.channelId,
    posted_after: after.posted,
    held_after: after.held,
    limit_then: after.limit,
    deposit_seq: seq,
  });
}

/** A journal that moves no deposit, and its postings, as rows. */
export function journalRowsWithoutDeposit(journal: JournalDraft): Row[] {
  const { subjectId, kind } = journal;
  const rows = rowsOf(journal, {
    channel_id: null,
    posted_after: null,
    held_after: null,
    limit_then: null,
    deposit_seq: null,
  });
  // It has no place in the order of a deposit, by which others are summed up: it is queued for that in the same commit.
  return [...rows, { table: 'account_sum_journal', values: { subject_id: subjectId, kind } }];
}

function rowsOf(journal: JournalDraft, ofDeposit: Record<string, SqlValue>): Row[] {
  const { subjectId, kind, businessDate, postedChange, heldChange, reference, postings, at } = journal;
  const { about, reason } = journal;
  const values: Record<string, SqlValue> = {
    subject_id: subjectId,
    kind,
    business_date: businessDate,
    channel_id: ofDeposit['channel_id'] ?? null,
    posted_change: postedChange,
    held_change: heldChange,
    posted_after: ofDeposit['posted_after'] ?? null,
    held_after: ofDeposit['held_after'] ?? null,
    limit_then: ofDeposit['limit_then'] ?? null,
    deposit_seq: ofDeposit['deposit_seq'] ?? null,
    reference,
    content_hash: contentHash(journal),
    created_at: at,
  };
  if (about) {
    values['about_subject_id'] = about.subjectId;
    values['about_kind'] = about.kind;
  }
  if (reason !== undefined) values['reason'] = reason;
  const rows: Row[] = [{ table: 'journal', values }];
  let lineNo = 0;
  for (const { accountId, amount } of postings) {
    lineNo += 1;
    rows.push({
      table: 'posting',
      values: { subject_id: subjectId, kind, line_no: lineNo, account_id: accountId, amount },
    });
  }
  // What moves a float is queued for its balance in the same commit; the postings stay the truth.
  for (const { accountId, amount } of postings) {
    const billerId = billerOfFloat(accountId);
    if (billerId === undefined) continue;
    rows.push({
      table: 'float_change',
      values: { subject_id: subjectId, kind, biller_id: billerId, amount },
    });
  }
  if (!SETTLED_BY_DAY.has(kind)) rows.push(...clearingChanges(journal));
  return rows;
}

/** Kinds whose part in clearing a day's settlement reads from its payments, or makes itself. */
const SETTLED_BY_DAY: ReadonlySet<JournalKind> = new Set([
  'hold',
  'capture',
  'void',
  'settlement',
  'rounding',
]);

/** What a correction moves in a biller's clearing is queued in the same commit for the next settlement to take up. */
function clearingChanges({ subjectId, kind, postings, about, at }: JournalDraft): Row[] {
  const paymentId = kind === 'reversal' ? subjectId : about?.kind === 'capture' ? about.subjectId : null;
  return postings.flatMap(({ accountId, amount }, index) => {
    const billerId = billerOfClearing(accountId);
    if (billerId === undefined) return [];
    const values = {
      subject_id: subjectId,
      kind,
      line_no: index + 1,
      biller_id: billerId,
      payment_id: paymentId,
      amount,
      created_at: at,
    };
    return [{ table: 'clearing_change', values }];
  });
}
