import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { receivablesOf } from './receivables';

/** What a channel owes us because the bank took back more of a top-up than its deposit had. */
export interface BankClaim {
  channelId: string;
  /** Of the top-up. */
  reference: string;
  businessDate: BusinessDate;
  takenBack: Rupiah;
  /** What the deposit had of it. */
  fromDeposit: Rupiah;
  owed: Rupiah;
  /** All that the channel's receivable stands at now, this and other things. */
  receivable: Rupiah;
  /** Whether its new payments are still stopped. */
  isStopped: boolean;
}

/** Claims that the bank's taking back has left with channels, oldest first; those of a receivable that is paid are left out. */
export async function listBankClaims(statements: Statements): Promise<BankClaim[]> {
  const rows = await statements.rows<{
    channel_id: string;
    reference: string;
    business_date: BusinessDate;
    taken: string;
    owed: string;
    account_id: string;
    is_stopped: number | string;
  }>(
    `SELECT e.channel_id, e.reference, l.value_date AS business_date, e.amount AS taken, p.amount AS owed,
       p.account_id,
       EXISTS (SELECT 1 FROM payment_stop s LEFT JOIN payment_stop_release x ON x.stop_id = s.stop_id
         WHERE s.scope = CONCAT('deposit:', e.channel_id) AND x.stop_id IS NULL) AS is_stopped
     FROM bank_line l JOIN bank_expected e ON e.reference = l.about AND e.kind = 'top_up'
       JOIN posting p ON p.subject_id = l.subject_id AND p.kind = 'adjustment'
         AND p.account_id = CONCAT('channel:', e.channel_id, ':receivable')
     WHERE l.outcome = 'taken_back' AND p.amount > 0 ORDER BY l.value_date, e.reference`,
  );
  const receivables = await receivablesOf(statements, [...new Set(rows.map(({ account_id }) => account_id))]);
  const owing = rows.filter(({ account_id }) => (receivables.get(account_id) ?? 0n) > 0n);
  return owing.map((row) => ({
    channelId: row.channel_id,
    reference: row.reference,
    businessDate: row.business_date,
    takenBack: rupiah(BigInt(row.taken)),
    fromDeposit: rupiah(BigInt(row.taken) - BigInt(row.owed)),
    owed: rupiah(BigInt(row.owed)),
    receivable: rupiah(receivables.get(row.account_id) ?? 0n),
    isStopped: Number(row.is_stopped) === 1,
  }));
}
