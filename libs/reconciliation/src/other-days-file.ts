import type { GateFailure } from '#lib/files';
import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { Day } from './ours';

/**
 * The other day that a content is the file of: the run that counts there was made of it, or its lines are being worked.
 * Files without a line are alike on every day and belong to none. Pass the statements of a transaction that may write: it
 * holds the content, so that of two days at once one gets it.
 */
export async function otherDayOf(
  statements: Statements,
  { source, businessDate }: Day,
  fileId: number,
): Promise<BusinessDate | undefined> {
  const [file] = await statements.rows<{ details: number | null }>(
    'SELECT details FROM settlement_file WHERE file_id = ? FOR UPDATE',
    [fileId],
  );
  if (!file?.details) return undefined;
  const [other] = await statements.rows<{ business_date: BusinessDate }>(
    `SELECT b.business_date FROM recon_batch_file l JOIN recon_batch b ON b.batch_id = l.batch_id
     WHERE l.file_id = ? AND b.business_date <> ?
       AND (EXISTS (SELECT 1 FROM recon_run r WHERE r.batch_id = b.batch_id AND r.effective_date IS NOT NULL)
         OR EXISTS (SELECT 1 FROM recon_job j WHERE j.source = ? AND j.business_date = b.business_date
           AND j.direction = 'in' AND j.batch_id = b.batch_id AND j.state IN ('verified', 'staged', 'matched')))
     ORDER BY b.business_date LIMIT 1 FOR UPDATE`,
    [fileId, businessDate, source],
  );
  return other?.business_date;
}

/** Why a content is refused that is another day's file. */
export function ofOtherDay(name: string, businessDate: BusinessDate, other: BusinessDate): GateFailure {
  return {
    gate: 'other_day',
    file: name,
    line: null,
    field: 'business_date',
    stated: other,
    computed: businessDate,
    reason:
      `byte for byte it is the file of ${other}, which counts there: it is not the file of ${businessDate}, ` +
      `whatever its name; ask the source for that of ${businessDate}`,
  };
}
