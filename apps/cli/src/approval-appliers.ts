import { describeRefusal, type Approval } from '#lib/audit';
import { STOP_RELEASE } from '#lib/catalog';
import { approveAdjustment, approveResume, FLOAT_ADJUSTMENT, FLOAT_RESUME } from '#lib/floats';
import { approveUserChange, USER_KINDS } from '#lib/identity';
import { fail, formatRupiah, ok, type Result } from '#lib/kernel';
import type { ApprovedCommitRefusal } from '#lib/ledger';
import { clockFromEnvironment } from '#lib/platform';
import { CALENDAR, REOPEN_DAY } from '#lib/reconciliation';
import {
  approveBankLine,
  approveFloatTopUp,
  approveFunds,
  approvePayout,
  approvePphSlip,
  approveRefused,
  approveValueDates,
  FLOAT_TOP_UP,
  PPH_SLIP,
  VALUE_DATES,
} from '#lib/settlement';
import { namingInWords, placeOfLine } from './bank-commands';
import { agreeToDays } from './calendar-commands';
import { fundsInWords } from './finance-commands';
import { resumingInWords } from './float-commands';
import { type Agreement } from './four-eyes';
import { agreeToReopening } from './job-commands';
import { withDatabase } from './database';
import { payoutInWords } from './payout-in-words';
import { bankTools, withSettlement } from './settlement-tools';
import { agreeToRelease } from './stop-commands';
import { slipInWords } from './tax-commands';
import { handOver, inWords as userInWords } from './user-commands';

/** A checker's word on a proposal that was found already. */
export type Seen = Omit<Agreement, 'approvalId'>;

/** Agrees to a proposal of one kind and does what it says. @returns what was done, or why nothing was. */
export type Applier = (approval: Approval, seen: Seen) => Promise<Result<string, string>>;

const toUsers: Applier = ({ approvalId }, seen) =>
  withDatabase(async (database) => {
    const decision = { approvalId, ...seen, at: clockFromEnvironment().now() };
    const done = await approveUserChange(database, decision);
    if (!done.ok) return fail(userInWords(done.error));
    const { subject, enrolment } = done.value;
    return ok(enrolment ? handOver(enrolment) : `${subject} is as was proposed`);
  });

/** What each kind of proposal does when it is approved, each by its own part; breaks are decided at their desk. */
export const APPLIERS: Readonly<Record<string, Applier>> = {
  [CALENDAR]: async ({ approvalId }, seen) => {
    const agreed = await agreeToDays({ approvalId, ...seen });
    return agreed.ok ? ok(`${agreed.value} days hold from now on`) : agreed;
  },

  [REOPEN_DAY]: async ({ approvalId }, seen) => {
    const agreed = await agreeToReopening({ approvalId, ...seen });
    if (!agreed.ok) return agreed;
    return ok(`${agreed.value.source} ${agreed.value.businessDate} is worked at the next wake-up`);
  },

  payout: ({ subject: reference }, seen) =>
    withSettlement(async (tools) => {
      const order = { reference, ...seen, at: tools.clock.now() };
      const done = await approvePayout(tools, order);
      return done.ok ? ok(`${reference} is ${done.value.state}`) : fail(payoutInWords(done.error));
    }),

  payout_refused: ({ subject: reference }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const done = await approveRefused(database, { reference, ...seen, at: clock.now() });
      return done.ok ? ok(`${reference} is ${done.value.state}`) : fail(payoutInWords(done.error));
    }),

  bank_line: ({ subject }, seen) =>
    withSettlement(async (tools) => {
      const order = { place: placeOfLine(subject), ...seen, at: tools.clock.now() };
      const done = await approveBankLine(bankTools(tools), order);
      return done.ok ? ok(`the line is ${done.value.about}`) : fail(namingInWords(done.error));
    }),

  [VALUE_DATES]: ({ approvalId }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const done = await approveValueDates(database, { approvalId, ...seen, at: clock.now() });
      if (!done.ok) return fail(describeRefusal(done.error));
      return ok(
        `${done.value.statement} may be taken: simpul bank take <file>; on the bank's drop it is taken by itself`,
      );
    }),

  [FLOAT_TOP_UP]: ({ approvalId }, seen) =>
    withSettlement(async (tools) => {
      const done = await approveFloatTopUp(tools, { approvalId, ...seen, at: tools.clock.now() });
      if (!done.ok) return fail(commitInWords(done.error));
      const { reference } = done.value;
      return ok(
        `make the transfer under ${reference}; the statement books it, or once the biller has it: simpul float received ${reference} --as <user>`,
      );
    }),

  [FLOAT_ADJUSTMENT]: ({ approvalId }, seen) =>
    withSettlement(async ({ database, writer, clock, approvalLimits }) => {
      const decision = { approvalId, ...seen, at: clock.now() };
      const done = await approveAdjustment({ writer, statements: database, approvalLimits }, decision);
      if (!done.ok) return fail(commitInWords(done.error));
      const { amount, billerId } = done.value;
      return ok(`${formatRupiah(amount)} booked on the float of ${billerId}`);
    }),

  [FLOAT_RESUME]: ({ approvalId }, seen) =>
    withSettlement(async ({ database, writer, clock }) => {
      const decision = { approvalId, ...seen, at: clock.now() };
      const done = await approveResume({ writer, statements: database }, decision);
      if (done.ok) return ok(`${done.value.billerId} goes on`);
      const { error } = done;
      return fail(
        error.kind === 'not paused' || error.kind === 'proposal'
          ? resumingInWords(error)
          : commitInWords(error),
      );
    }),

  [STOP_RELEASE]: ({ approvalId }, seen) => agreeToRelease({ approvalId, ...seen }),

  [PPH_SLIP]: ({ approvalId }, seen) =>
    withSettlement(async (tools) => {
      const done = await approvePphSlip(tools, { approvalId, ...seen, at: tools.clock.now() });
      if (done.ok) return ok(`${formatRupiah(done.value.amount)} of PPh booked by ${done.value.slip}`);
      const { error } = done;
      switch (error.kind) {
        case 'approval':
        case 'clash':
        case 'overloaded':
          return fail(commitInWords(error));
        default:
          return fail(slipInWords(error));
      }
    }),

  ...Object.fromEntries(USER_KINDS.map((kind) => [kind, toUsers])),

  funds: ({ subject: businessDate }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const done = await approveFunds(database, { businessDate, ...seen, at: clock.now() });
      return done.ok ? ok(`the position of ${businessDate} is signed`) : fail(fundsInWords(done.error));
    }),
};

function commitInWords(refusal: ApprovedCommitRefusal): string {
  switch (refusal.kind) {
    case 'approval':
      return describeRefusal(refusal.refusal);
    case 'clash':
      return 'its reference was used meanwhile; nothing was booked';
    case 'overloaded':
      return 'too many wait to be written; nothing was booked';
  }
}
