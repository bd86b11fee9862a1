import { rupiah } from '#lib/kernel';
import { listBreaks, type Break } from './break';
import { moveBreak, moveToWrite, type BreakMove } from './break-moves';
import type { BreakDesk } from './desk';
import { describeDecision } from './refusals';
import { agreedEnd } from './resolve';

/** What a closed file has ended by itself. */
export interface FileDecided {
  settled: number;
  /** Listed as paid, but the file alone may not decide: people see why. */
  left: number;
}

const AT_ONCE = 500;

/**
 * Settles what a closed run found listed as paid and we did not know: by the file alone, where reference and amount
 * agree and nothing that the biller has said speaks against it. The break ends in the payment's own commit. Safe to
 * repeat: a payment that has an end is left alone.
 */
export async function settleListed(desk: BreakDesk, runId: number): Promise<FileDecided> {
  const { database } = desk;
  const decided: FileDecided = { settled: 0, left: 0 };
  const file = await fileOf(desk, runId);
  if (!file) return decided;
  const breaks = await listBreaks(database, {
    runId,
    kind: 'status',
    sub: 'US',
    states: ['open', 'investigating', 'reopened'],
    rowsMax: 1_000_000,
  });
  for (let from = 0; from < breaks.length; from += AT_ONCE)
    for (const one of breaks.slice(from, from + AT_ONCE))
      if (await settleOne(desk, one, file)) decided.settled += 1;
      else decided.left += 1;
  return decided;
}

interface ListingFile {
  source: string;
  businessDate: string;
  run: number;
  name: string;
  sha256: string;
}

async function settleOne(desk: BreakDesk, one: Break, file: ListingFile): Promise<boolean> {
  const { database, clock, decisions } = desk;
  if (one.paymentId === null || one.theirAmount === null) return false;
  const at = clock.now();
  const move: BreakMove = {
    event: 'settled by file',
    by: 'the file',
    at,
    reason: `${file.name} line ${one.line ?? '?'} lists it as paid`,
    evidence: file.sha256,
    amount: one.theirAmount,
    runId: one.runId,
    resolution: 'file',
    outcome: 'paid',
  };
  const written = moveToWrite(one, move);
  if (!written) return false;
  const { source, businessDate, run, name, sha256 } = file;
  const settled = await decisions.paidByFile(
    {
      paymentId: one.paymentId,
      legNo: one.legNo ?? 1,
      amount: rupiah(one.theirAmount),
      billerReference: one.theirRef,
      evidence: {
        settledBy: 'settlement file',
        source,
        businessDate,
        run,
        file: name,
        sha256,
        line: one.line,
      },
    },
    { inserts: [written.insert], alongside: [written.update] },
  );
  if (settled.ok) return true;
  const why = settled.error;
  // An advice was first and agrees: `endAgreed` tells it.
  if (why.kind === 'came second' || (why.kind === 'state' && why.state === 'PAID')) return false;
  const reason = `the file alone does not decide: ${describeDecision(why)}`;
  const [told] = await database.rows(
    "SELECT 1 FROM break_event WHERE break_id = ? AND event = 'file cannot decide' AND reason = ? LIMIT 1",
    [one.breakId, reason],
  );
  if (!told)
    await database.transaction((statements) =>
      moveBreak(statements, one, {
        event: 'file cannot decide',
        by: 'the file',
        at,
        reason,
        runId: one.runId,
      }),
    );
  return false;
}

async function fileOf({ database }: BreakDesk, runId: number): Promise<ListingFile | undefined> {
  const [row] = await database.rows<{
    source: string;
    business_date: string;
    run_no: number;
    file_name: string;
    sha256: string;
  }>(
    'SELECT r.source, r.business_date, r.run_no, r.file_name, f.sha256 FROM recon_run r ' +
      'JOIN settlement_file f ON f.file_id = r.file_id WHERE r.run_id = ? AND r.effective_date IS NOT NULL ' +
      // What a channel has sold says nothing of whether its biller was paid.
      'AND r.channel_id IS NULL',
    [runId],
  );
  return (
    row && {
      source: row.source,
      businessDate: row.business_date,
      run: row.run_no,
      name: row.file_name,
      sha256: row.sha256,
    }
  );
}

/**
 * Ends the breaks whose payment has meanwhile come to the end that the file says, by its biller's answer: answer and file
 * agree, so nobody has to. Safe to repeat.
 * @returns how many it ended.
 */
export async function endAgreed({ database, clock }: BreakDesk): Promise<number> {
  const rows = await database.rows<{ break_id: string; leg_state: string }>(
    'SELECT c.break_id, l.state AS leg_state FROM break_case c JOIN payment_leg l ON l.payment_id = c.payment_id ' +
      "AND l.leg_no = c.leg_no WHERE c.state IN ('open', 'investigating', 'reopened') AND c.our_st = 'U' " +
      "AND c.kind IN ('status', 'only_ours') AND l.state IN ('PAID', 'DECLINED', 'REVERSED', 'UNSERVED')",
  );
  let ended = 0;
  for (const { break_id, leg_state } of rows) {
    const isEnded = await database.transaction(async (statements) => {
      const [one] = await listBreaks(statements, { ids: [break_id], forUpdate: true, rowsMax: 1 });
      if (!one) return false;
      const outcome = leg_state === 'PAID' ? 'paid' : 'not_paid';
      if (agreedEnd(one) !== outcome) return false;
      const reason = `the biller's answer made the payment ${leg_state}, as its file says`;
      return moveBreak(statements, one, {
        event: 'advice agreed',
        by: 'the advice',
        at: clock.now(),
        reason,
        resolution: 'advice',
        outcome,
      });
    });
    if (isEnded) ended += 1;
  }
  return ended;
}
