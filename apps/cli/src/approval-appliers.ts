import { describeRefusal, type Approval } from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import { clockFromEnvironment } from '#lib/platform';
import { approveCalendar, approveReopening, CALENDAR, REOPEN_DAY } from '#lib/reconciliation';
import { approveBankLine, approveFunds, approvePayout, approveRefused } from '#lib/settlement';
import { namingInWords, placeOfLine } from './bank-commands';
import { reading } from './break-desk';
import { fundsInWords } from './finance-commands';
import { payoutInWords } from './payout-commands';
import { bankTools, withSettlement } from './settlement-tools';

/** A checker's word on a proposal: the version they have seen. */
export interface Seen {
  version: string;
  by: string;
}

/** Agrees to a proposal of one kind and does what it says. @returns what was done, or why nothing was. */
export type Applier = (approval: Approval, seen: Seen) => Promise<Result<string, string>>;

/** What each kind of proposal does when it is approved, each by its own part; breaks are decided at their desk. */
export const APPLIERS: Readonly<Record<string, Applier>> = {
  [CALENDAR]: async ({ approvalId }, seen) => {
    const decision = { approvalId, ...seen, at: clockFromEnvironment().now() };
    const done = await reading((database) => approveCalendar(database, decision));
    if (done.ok) return ok(`${done.value} days hold from now on`);
    return fail(
      done.error.kind === 'another kind' ? 'it is none of the calendar' : describeRefusal(done.error),
    );
  },

  [REOPEN_DAY]: async ({ approvalId }, seen) => {
    const decision = { approvalId, ...seen, at: clockFromEnvironment().now() };
    const done = await reading((database) => approveReopening(database, decision));
    if (done.ok) return ok(`${done.value.source} ${done.value.businessDate} is worked at the next wake-up`);
    return fail(done.error.kind === 'another kind' ? 'it re-opens no day' : describeRefusal(done.error));
  },

  payout: ({ subject: reference }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const order = { reference, ...seen, at: clock.now() };
      const done = await approvePayout(database, order);
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

  funds: ({ subject: businessDate }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const done = await approveFunds(database, { businessDate, ...seen, at: clock.now() });
      return done.ok ? ok(`the position of ${businessDate} is signed`) : fail(fundsInWords(done.error));
    }),
};
