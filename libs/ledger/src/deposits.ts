import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { topUpJournal, type JournalKind } from './journals';
import type { CommitResult, MoneyWriter } from './money-writer';

/** What a channel may spend: available = posted - held + limit. */
export interface DepositBalance {
  posted: Rupiah;
  held: Rupiah;
  limit: Rupiah;
  available: Rupiah;
}

/** One change of a deposit's posted balance; holds do not appear. */
export interface Mutation {
  /** Place in the deposit's commit order. */
  seq: bigint;
  at: Date;
  businessDate: BusinessDate;
  kind: JournalKind;
  subjectId: string;
  reference: string;
  amount: Rupiah;
  balanceAfter: Rupiah;
}

/** Reads a channel's balance. @throws Error when the channel has no deposit. */
export async function depositBalance(statements: Statements, channelId: string): Promise<DepositBalance> {
  const [row] = await statements.rows<{ posted: string; held: string; credit_limit: string }>(
    'SELECT posted, held, credit_limit FROM deposit WHERE channel_id = ?',
    [channelId],
  );
  if (!row) throw new Error(`channel ${channelId} has no deposit`);
  const [posted, held, limit] = [BigInt(row.posted), BigInt(row.held), BigInt(row.credit_limit)];
  return {
    posted: rupiah(posted),
    held: rupiah(held),
    limit: rupiah(limit),
    available: rupiah(posted - held + limit),
  };
}

/** Reads a page of mutations of business dates from..to, inclusive, oldest first, after the given place. */
export async function depositMutations(
  statements: Statements,
  query: { channelId: string; from: BusinessDate; to: BusinessDate; afterSeq: bigint; rowsMax: number },
): Promise<Mutation[]> {
  const rows = await statements.rows<{
    deposit_seq: string;
    created_at: Date;
    business_date: string;
    kind: JournalKind;
    subject_id: string;
    reference: Buffer;
    posted_change: string;
    posted_after: string;
  }>(
    'SELECT deposit_seq, created_at, business_date, kind, subject_id, reference, posted_change, posted_after ' +
      'FROM journal WHERE channel_id = ? AND deposit_seq > ? AND business_date BETWEEN ? AND ? ' +
      'AND posted_change <> 0 ORDER BY deposit_seq LIMIT ?',
    [query.channelId, query.afterSeq, query.from, query.to, query.rowsMax],
  );
  return rows.map((row) => ({
    seq: BigInt(row.deposit_seq),
    at: row.created_at,
    businessDate: row.business_date,
    kind: row.kind,
    subjectId: row.subject_id,
    reference: row.reference.toString(),
    amount: rupiah(BigInt(row.posted_change)),
    balanceAfter: rupiah(BigInt(row.posted_after)),
  }));
}

/** Books money that a channel has paid into our bank. The same top-up id a second time is a `clash` and no effect. */
export async function topUpDeposit(
  writer: MoneyWriter,
  topUp: { topUpId: string; channelId: string; amount: Rupiah; businessDate: BusinessDate; at: Date },
): Promise<CommitResult> {
  if (topUp.amount <= 0n) throw new RangeError(`a top-up of ${topUp.amount} rupiah is no top-up`);
  const journal = topUpJournal(topUp);
  return writer.commit({
    journal,
    claims: [{ key: 'PRIMARY', value: `${journal.subjectId} ${journal.kind}` }],
    inserts: () => [],
    updates: () => [],
    witness: {
      table: 'journal',
      values: { subject_id: journal.subjectId, kind: journal.kind, created_at: topUp.at },
    },
  });
}
