import {
  putForward,
  recordAudit,
  userOf,
  type ApprovalTools,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { isPrefunded } from '#lib/catalog';
import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  rupiah,
  type BusinessDate,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import {
  commitApproved,
  floatTopUpJournal,
  unitOfJournalWithoutDeposit,
  type ApprovedCommitRefusal,
  type GuardedUpdate,
  type UnitOfWork,
} from '#lib/ledger';
import type { Transaction } from '#lib/platform';
import { findAnnouncement } from './bank-announcements';
import type { Filled } from './bank-alerts';
import type { BankTools } from './bank-work';
import { isPayoutName } from './payout-drafts';
import { findPayout } from './payouts';

/** The kind of the proposals to pay a biller in advance; their subject is the transfer's reference. */
export const FLOAT_TOP_UP = 'float_top_up';

/** A transfer to a prefunded biller. */
export interface FloatPayment {
  /** What the bank's statement will show: at most 16 characters. */
  reference: string;
  billerId: string;
  amount: Rupiah;
  valueDate: BusinessDate;
}

/** Why a transfer to a biller is not proposed. */
export type FloatPaymentRefusal =
  | { kind: 'not prefunded' }
  /** Such references are kept for payouts. */
  | { kind: 'payout name' }
  /** The reference stands for other money, or was used before. */
  | { kind: 'reference used'; by: string }
  | StandsAlready;

/**
 * A maker wants a biller to be paid in advance. Nothing is announced or booked before another person agrees.
 * @throws RangeError for an amount that is not above 0. @throws NoUser.
 */
export async function proposeFloatTopUp(
  { database }: Pick<BankTools, 'database'>,
  order: FloatPayment & { by: string; reason: string; at: Date },
): Promise<Result<Proposed, FloatPaymentRefusal>> {
  const { reference, billerId, amount, valueDate, by, reason, at } = order;
  if (amount <= 0n) throw new RangeError(`a top-up of ${amount} rupiah is no top-up`);
  const maker = userOf(by);
  if (!(await isPrefunded(database, billerId))) return fail({ kind: 'not prefunded' });
  if (isPayoutName(reference)) return fail({ kind: 'payout name' });
  const used = await usedBy(database, reference);
  if (used !== undefined) return fail({ kind: 'reference used', by: used });
  return database.transaction((statements) =>
    putForward(statements, {
      kind: FLOAT_TOP_UP,
      subject: reference,
      payload: { reference, billerId, amount: amount.toString(), valueDate },
      by: maker,
      reason,
      at,
    }),
  );
}

/**
 * Another person agrees: the transfer is announced under its reference, and may be made. It is booked when a statement
 * shows it, or when somebody says that the biller has it. @throws NoUser.
 */
export async function approveFloatTopUp(
  { database, writer, approvalLimits }: Pick<BankTools, 'database' | 'writer'> & ApprovalTools,
  decision: { approvalId: string; version: string; by: string; at: Date },
): Promise<Result<{ reference: string }, ApprovedCommitRefusal>> {
  const { at } = decision;
  const done = await commitApproved(
    { writer, statements: database, approvalLimits },
    FLOAT_TOP_UP,
    decision,
    (approval): UnitOfWork => {
      const said = approval.payload as {
        reference: string;
        billerId: string;
        amount: string;
        valueDate: string;
      };
      const values = {
        reference: said.reference,
        kind: FLOAT_TOP_UP,
        biller_id: said.billerId,
        amount: rupiah(BigInt(said.amount)),
        value_date: said.valueDate,
        announced_by: approval.maker,
        announced_at: at,
        approval_id: approval.approvalId,
      };
      return {
        journal: undefined,
        claims: [{ key: 'PRIMARY', value: said.reference }],
        inserts: () => [{ table: 'bank_expected', values }],
        updates: () => [],
        witness: {
          table: 'bank_expected',
          values: { reference: said.reference, approval_id: approval.approvalId },
        },
      };
    },
  );
  return done.ok ? ok({ reference: done.value.subject }) : done;
}

/** Finds what ends a biller's pause for an empty float, to be written with the money that fills it. */
export type PauseEnds = (filled: Filled, by: string, at: Date) => Promise<readonly GuardedUpdate[]>;

/** Why a transfer is not booked on somebody's word. */
export type ReceiveRefusal =
  | { kind: 'unknown' }
  | { kind: 'ended'; outcome: string }
  | { kind: 'reference used'; by: string }
  | { kind: 'overloaded' };

/**
 * Books an announced top-up because the biller has it, before a statement shows it; the line that shows it later is that
 * one and moves nothing more. Again without effect. A pause for an empty float ends with it. @throws NoUser.
 */
export async function receiveFloatTopUp(
  { database, writer, endsOfPause }: Pick<BankTools, 'database' | 'writer'> & { endsOfPause: PauseEnds },
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<{ billerId: string; isRepeat: boolean }, ReceiveRefusal>> {
  const user = userOf(by);
  const announced = await findAnnouncement(database, reference);
  if (announced?.kind !== FLOAT_TOP_UP) return fail({ kind: 'unknown' });
  const { billerId, amount, outcome, receivedBy } = announced;
  if (receivedBy !== null || outcome === 'matched') return ok({ billerId, isRepeat: true });
  if (outcome !== null) return fail({ kind: 'ended', outcome });
  const businessDate = businessDateOf(at, JAKARTA_MIDNIGHT);
  const unit = unitOfJournalWithoutDeposit(
    floatTopUpJournal({ reference, billerId, amount, businessDate, at }),
  );
  const tell = (tx: Transaction) =>
    recordAudit(tx, {
      by: user,
      action: 'received',
      object: { kind: 'float_top_up', id: reference },
      at,
      after: { billerId, amount },
    });
  const inserts: UnitOfWork['inserts'] = (deposit) =>
    unit.inserts(deposit).map((row, no) => (no === 0 ? { ...row, along: tell } : row));
  const received = {
    table: 'bank_expected',
    set: { received_by: user, received_at: at },
    where: { reference, outcome: null, received_at: null },
  };
  const commit = async () => {
    const ends = await endsOfPause({ billerId }, `top-up ${reference}`, at);
    return writer.commit({ ...unit, inserts, updates: () => [received, ...ends] });
  };
  let result = await commit();
  // The pause may have been ended by somebody else meanwhile.
  if (result.kind === 'stale') result = await commit();
  if (result.kind === 'committed') return ok({ billerId, isRepeat: false });
  if (result.kind === 'overloaded') return fail(result);
  const now = await findAnnouncement(database, reference);
  if (now && (now.receivedBy !== null || now.outcome === 'matched')) return ok({ billerId, isRepeat: true });
  if (now?.outcome) return fail({ kind: 'ended', outcome: now.outcome });
  return fail({ kind: 'reference used', by: 'another journal' });
}

/** What a reference stands for already. */
async function usedBy(database: BankTools['database'], reference: string): Promise<string | undefined> {
  const announced = await findAnnouncement(database, reference);
  if (announced) return `announced money (${announced.kind}, ${announced.outcome ?? 'expected'})`;
  if (await findPayout(database, reference)) return 'a payout';
  const [booked] = await database.rows<{ kind: string }>('SELECT kind FROM journal WHERE subject_id = ?', [
    reference,
  ]);
  return booked && `a ${booked.kind} that is booked`;
}
