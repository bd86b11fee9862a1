import {
  findApproval,
  putForward,
  userOf,
  type ApprovalTools,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import {
  channelAccounts,
  commitApproved,
  isSameJournal,
  taxJournal,
  unitOfJournalWithoutDeposit,
  type ApprovedCommitRefusal,
  type JournalDraft,
  type MoneyWriter,
  type UnitOfWork,
} from '#lib/ledger';
import type { Database, Statements } from '#lib/platform';

/** The kind of the proposals to book a slip; their subject is its number. */
export const PPH_SLIP = 'pph_slip';

/** A slip (bukti potong) by which a channel proves the PPh that it has withheld. */
export interface PphSlip {
  /** Its number, up to 36 letters, digits, dots, dashes and slashes. */
  slip: string;
  channelId: string;
  amount: Rupiah;
  businessDate: BusinessDate;
}

/** Why a slip is not booked. */
export type SlipRefusal =
  /** The slip was booked with another channel or amount. */
  | { kind: 'slip used' }
  | { kind: 'booked before' }
  | { kind: 'unknown channel'; channelId: string }
  /** It proves more than is left of the PPh on the invoices of this channel. */
  | { kind: 'more than invoiced'; channelId: string; left: Rupiah };

/**
 * A maker hands in a slip. Nothing is booked before another person has looked at it. No channel withholds more than stands
 * on its invoices.
 * @throws RangeError for a number that is none, or an amount that is not above 0. @throws NoUser.
 */
export async function proposePphSlip(
  database: Database,
  { by, reason, at, ...slip }: PphSlip & { by: string; reason: string; at: Date },
): Promise<Result<Proposed, SlipRefusal | StandsAlready>> {
  if (!/^[A-Za-z0-9./-]{1,36}$/.test(slip.slip) || slip.amount <= 0n)
    throw new RangeError(`a slip ${slip.slip} of ${slip.amount} rupiah cannot be booked`);
  const maker = userOf(by);
  const objection = await objectionTo(database, slip, at);
  if (objection) return fail(objection);
  return database.transaction((statements) =>
    putForward(statements, {
      kind: PPH_SLIP,
      subject: slip.slip,
      payload: { ...slip, amount: slip.amount.toString() },
      by: maker,
      reason,
      at,
    }),
  );
}

/** Each redo means that another slip of the same channel was booked meanwhile. */
const REDO_MAX = 8;

/**
 * Another person agrees, as it was shown: the channel owes us that much less, once. Of slips that are agreed to at one
 * moment each is weighed against those before it. @throws NoUser.
 */
export async function approvePphSlip(
  { database, writer, approvalLimits }: { database: Database; writer: MoneyWriter } & ApprovalTools,
  decision: { approvalId: string; version: string; by: string; at: Date },
): Promise<Result<PphSlip, SlipRefusal | ApprovedCommitRefusal>> {
  const proposal = await findApproval(database, decision.approvalId);
  if (proposal?.kind !== PPH_SLIP) return fail({ kind: 'approval', refusal: { kind: 'unknown' } });
  const slip = slipOf(proposal.payload);
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    // Before what is left is summed up: whoever books in between takes this number.
    const seq = await nextSeq(database, slip.channelId);
    const objection = proposal.state === 'proposed' && (await objectionTo(database, slip, decision.at));
    if (objection) return fail(objection);
    const done = await commitApproved(
      { writer, statements: database, approvalLimits },
      PPH_SLIP,
      decision,
      () => unitOfSlip(slip, seq, decision.at),
    );
    if (done.ok) return ok(slip);
    const isTaken = done.error.kind === 'clash' && (await nextSeq(database, slip.channelId)) !== seq;
    if (!isTaken) return done;
  }
  return fail({ kind: 'overloaded' });
}

async function nextSeq(statements: Statements, channelId: string): Promise<number> {
  const [row] = await statements.rows<{ seq: string | number }>(
    'SELECT COALESCE(MAX(seq), 0) + 1 AS seq FROM pph_slip WHERE channel_id = ?',
    [channelId],
  );
  return Number(row?.seq ?? 1);
}

function unitOfSlip(slip: PphSlip, seq: number, at: Date): UnitOfWork {
  const journal = journalOf(slip, at);
  const unit = unitOfJournalWithoutDeposit(journal);
  const values = {
    channel_id: slip.channelId,
    seq,
    slip: slip.slip,
    subject_id: journal.subjectId,
    amount: slip.amount,
    booked_at: at,
  };
  return {
    ...unit,
    claims: [...unit.claims, { key: 'PRIMARY', value: `pph_slip ${slip.channelId} ${seq}` }],
    inserts: (deposit) => [{ table: 'pph_slip', values }, ...unit.inserts(deposit)],
  };
}

function slipOf(payload: unknown): PphSlip {
  const said = payload as Omit<PphSlip, 'amount'> & { amount: string };
  return { ...said, amount: rupiah(BigInt(said.amount)) };
}

function journalOf({ slip, channelId, amount, businessDate }: PphSlip, at: Date): JournalDraft {
  return taxJournal(
    { subjectId: `PPH-${slip}`, businessDate, at },
    { payer: channelAccounts.receivable(channelId), ppn: rupiah(0n), pphWithheld: amount },
  );
}

async function objectionTo(database: Statements, slip: PphSlip, at: Date): Promise<SlipRefusal | undefined> {
  const { channelId, amount } = slip;
  const journal = journalOf(slip, at);
  const booked = await database.rows('SELECT 1 FROM journal WHERE subject_id = ?', [journal.subjectId]);
  if (booked.length > 0)
    return { kind: (await isSameJournal(database, journal)) ? 'booked before' : 'slip used' };
  const payer = channelAccounts.receivable(channelId);
  const known = await database.rows('SELECT 1 FROM account WHERE account_id = ?', [payer]);
  if (known.length === 0) return { kind: 'unknown channel', channelId };
  const left = await pphLeft(database, channelId);
  return amount > left ? { kind: 'more than invoiced', channelId, left } : undefined;
}

/** The PPh on a channel's invoices that no slip has proven yet. */
async function pphLeft(statements: Statements, channelId: string): Promise<Rupiah> {
  const [row] = await statements.rows<{ invoiced: string; proven: string }>(
    `SELECT (SELECT COALESCE(SUM(pph), 0) FROM tax_invoice WHERE channel_id = ?) AS invoiced,
       (SELECT COALESCE(SUM(amount), 0) FROM posting WHERE account_id = ? AND subject_id LIKE 'PPH-%') AS proven`,
    [channelId, channelAccounts.receivable(channelId)],
  );
  return rupiah(BigInt(row?.invoiced ?? 0) + BigInt(row?.proven ?? 0));
}
