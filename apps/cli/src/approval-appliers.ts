import { type Approval } from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import { CALENDAR, REOPEN_DAY } from '#lib/reconciliation';
import { approveBankLine, approveFunds, approvePayout, approveRefused } from '#lib/settlement';
import { namingInWords, placeOfLine } from './bank-commands';
import { agreeToDays } from './calendar-commands';
import { fundsInWords } from './finance-commands';
import { type Agreement } from './four-eyes';
import { agreeToReopening } from './job-commands';
import { payoutInWords } from './payout-commands';
import { bankTools, withSettlement } from './settlement-tools';

/** A checker's word on a proposal that was found already. */
export type Seen = Omit<Agreement, 'approvalId'>;

/** Agrees to a proposal of one kind and does what it says. @returns what was done, or why nothing was. */
export type Applier = (approval: Approval, seen: Seen) => Promise<Result<string, string>>;

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

  funds: ({ subject: businessDate }, seen) =>
    withSettlement(async ({ database, clock }) => {
      const done = await approveFunds(database, { businessDate, ...seen, at: clock.now() });
      return done.ok ? ok(`the position of ${businessDate} is signed`) : fail(fundsInWords(done.error));
    }),
};
