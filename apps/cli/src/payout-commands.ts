import type { Command } from 'commander';
import { fail, formatRupiah, ok, type Result, wibText } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import {
  approvePayout,
  approveRefused,
  bankDayFrom,
  doubtsBehind,
  doubtsInWords,
  draftChannelPayouts,
  findPayout,
  listPayouts,
  payoutHistory,
  proposePayout,
  proposeRefused,
  redraftPayout,
  tellPayout,
  type Payout,
  type PayoutDoubt,
  type PayoutRefusal,
  type PayoutState,
  type SettlementTools,
} from '#lib/settlement';
import { payoutInWords, type DecidingTools } from '#lib/proposals';
import { begunByHand } from './by-hand';
import { asksChecker, asksMaker, proposedAs, type Checker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { withSettlement } from './settlement-tools';
import { addPayoutFileCommands } from './payout-file-commands';
import { printTable } from './table';
import { businessDate } from './typed';

const REFERENCE_HELP = 'for example STL-LPB01-0714';

/** `simpul payout`: instructions to our bank, from draft to its statement. */
export function addPayoutCommands(program: Command): void {
  const payout = program
    .command('payout')
    .description('what we pay out, from its draft to the bank statement');
  addListCommand(payout);
  addShowCommand(payout);
  addDraftCommand(payout);
  addMakerCommands(payout);
  addCheckerCommands(payout);
  addPayoutFileCommands(payout);
}

function addMakerCommands(payout: Command): void {
  asksReference(
    payout,
    'propose',
    'propose that a drafted payout leaves (the maker)',
    async (tools, { reference, by, at, note, early: isEarly = false }) => {
      if (isEarly && (note ?? '').trim() === '')
        return fail('say by --note why it is to leave before it is due');
      const order = { reference, by, reason: note ?? 'settled', isEarly, at };
      return proposed(reference, await proposePayout(tools, order));
    },
  ).option('--early', 'it may leave before its due date; --note says why, and two people agree to that');
  asksReference(
    payout,
    'refused',
    'propose that the bank has said no, for certain; --note names its message (the maker)',
    async ({ database }, { reference, by, at, note = '' }) =>
      note.trim() === ''
        ? fail('say by --note what the bank has said and where its message lies')
        : proposed(reference, await proposeRefused(database, { reference, by, evidence: note, at })),
  );
  for (const [event, text] of [
    ['sent', 'it was handed to the bank; from here on it is never sent again'],
    ['accepted', 'the bank has taken it on'],
    ['cancelled', 'it is not to leave after all'],
  ] as const) {
    const command = asksReference(payout, event, text, async (tools, { despite, ...said }) =>
      told(await tellPayout(tools, { ...said, event, ...(despite === undefined ? {} : { despite }) })),
    );
    if (event === 'sent')
      command.option(
        '--despite <line>',
        'a debit of its amount that is something else: "BANKX/123 2026/196/2"',
      );
  }
  asksReference(
    payout,
    'redraft',
    'draft a rejected or returned payout again, once, under a new reference',
    async (tools, { reference, by, at }) => told(await redraftPayout(tools, { reference, by, at })),
  );
}

function addCheckerCommands(payout: Command): void {
  const commands = [
    ['approve', 'let a proposed payout leave as it was shown (the checker, another person)', approvePayout],
    [
      'confirm-refused',
      'agree that the bank has refused it, as it was shown (the checker, another person)',
      ({ database }: SettlementTools, order: Agreed) => approveRefused(database, order),
    ],
  ] as const;
  for (const [name, text, approve] of commands)
    asksChecker(
      payout.command(name).description(text).argument('<reference>', REFERENCE_HELP),
      'simpul approval show',
    ).action(async (reference: string, { as: by, version, json }: Checker) =>
      answer(
        reference,
        await withSettlement(async (tools) =>
          told(await approve(tools, { reference, version, by, at: tools.clock.now() })),
        ),
        json,
      ),
    );
}

/** A checker's word, once it is given. */
type Agreed = Parameters<typeof approveRefused>[1];

/** What a person has typed. */
interface Said {
  reference: string;
  by: string;
  at: Date;
  note?: string;
  despite?: string;
  early?: boolean;
}

/** What was done, and the same for a program. */
interface Done {
  text: string;
  fields: Readonly<Record<string, string>>;
}

function asksReference(
  payout: Command,
  name: string,
  text: string,
  work: (tools: DecidingTools, said: Said) => Promise<Result<Done, string>>,
): Command {
  return asksMaker(
    payout
      .command(name)
      .description(text)
      .argument('<reference>', REFERENCE_HELP)
      .option('--note <text>', 'why, or what the bank said'),
  ).action(
    async (
      reference: string,
      { as: by, json, ...more }: Maker & Pick<Said, 'note' | 'despite' | 'early'>,
    ) => {
      const typed = { reference, by, ...more };
      const done = await withSettlement((tools) => work(tools, { ...typed, at: tools.clock.now() }));
      answer(reference, done, json);
    },
  );
}

function answer(reference: string, done: Result<Done, string>, json: boolean | undefined): void {
  if (!done.ok) return refuse(done.error, json, { reference });
  const { text, fields } = done.value;
  say(text, { reference, ...fields, done: text }, json);
}

function proposed(
  reference: string,
  result: Result<{ approvalId: string; version: string; doubts?: PayoutDoubt[] }, PayoutRefusal>,
): Result<Done, string> {
  if (!result.ok) return fail(payoutInWords(result.error).en);
  const { approvalId, version, doubts = [] } = result.value;
  const warning = doubts.length === 0 ? undefined : doubtsInWords(doubts);
  return ok({
    text: `${reference} is ${proposedAs(result.value)}${warning === undefined ? '' : `\nattention: ${warning}`}`,
    fields: { approvalId, version, ...(warning === undefined ? {} : { warning }) },
  });
}

function told(result: Result<Payout, PayoutRefusal>): Result<Done, string> {
  if (!result.ok) return fail(payoutInWords(result.error).en);
  const { reference, state } = result.value;
  return ok({ text: `${reference} is ${state}`, fields: { state } });
}

function addListCommand(payout: Command): void {
  payout
    .command('list')
    .description('payouts of a business date, or in a state')
    .argument('[date]', 'for example 2026-07-14', businessDate)
    .option('--state <state>', 'drafted, approved, sent, accepted, executed, rejected, returned or replaced')
    .option('--json', JSON_HELP)
    .option(
      '--due <date>',
      'only what is to be paid by that day and has not left: drafted or approved',
      businessDate,
    )
    .action(async (date: string | undefined, { state, due, json }: ListOptions) => {
      const payouts = await withSettlement(async ({ database, calendar, reconciled }) => {
        const [bankDays, all] = await Promise.all([
          calendar(),
          listPayouts(database, {
            ...(date === undefined ? {} : { businessDate: date }),
            ...(state === undefined ? {} : { state }),
          }),
        ]);
        const asked = all
          .map((one) => ({
            ...one,
            payableOn: one.dueDate === null ? null : bankDayFrom(bankDays, one.dueDate),
          }))
          .filter((one) => due === undefined || isDueBy(one, due));
        return Promise.all(
          asked.map(async (one) => ({
            ...one,
            doubts: hasNotLeft(one) ? await doubtsBehind(database, reconciled, one) : [],
          })),
        );
      });
      if (json) {
        printJson({ ok: true, payouts });
        return;
      }
      printTable(
        ['reference', 'date', 'due', 'to', 'amount', 'state'],
        payouts.map((one) => [
          one.reference,
          one.businessDate,
          one.payableOn ?? '',
          `${one.party.kind} ${one.party.id}`,
          formatRupiah(one.amount),
          one.doubts.length === 0 ? one.state : `${one.state}, in doubt`,
        ]),
      );
      for (const { reference, doubts } of payouts.filter((one) => one.doubts.length > 0))
        console.log(`${reference}: ${doubtsInWords(doubts)}`);
      if (payouts.length === 0) console.log('no payouts');
    });
}

interface ListOptions {
  state?: PayoutState;
  due?: string;
  json?: boolean;
}

function hasNotLeft({ state }: Payout): boolean {
  return ['drafted', 'approved'].includes(state);
}

/** Whether it should have left by a day and has not; one without a due date should have. */
function isDueBy(one: Payout & { payableOn: string | null }, due: string): boolean {
  return hasNotLeft(one) && (one.payableOn === null || one.payableOn <= due);
}

function addShowCommand(payout: Command): void {
  payout
    .command('show')
    .description('one payout and all that has happened to it')
    .argument('<reference>')
    .option('--json', JSON_HELP)
    .action(async (reference: string, { json }: { json?: boolean }) => {
      const { one, history, doubts } = await withSettlement(async ({ database, reconciled }) => {
        const found = await findPayout(database, reference);
        return {
          one: found,
          history: await payoutHistory(database, reference),
          doubts: found && hasNotLeft(found) ? await doubtsBehind(database, reconciled, found) : [],
        };
      });
      if (!one) throw new SettingError(`there is no payout ${reference}; see simpul payout list`);
      if (json) {
        printJson({ ok: true, payout: one, history, doubts });
        return;
      }
      console.log(
        `${one.reference}  ${formatRupiah(one.amount)} to ${one.party.kind} ${one.party.id}, ${one.state}${one.dueDate === null ? '' : `, due ${one.dueDate}`}`,
      );
      if (doubts.length > 0) console.log(`attention: ${doubtsInWords(doubts)}`);
      printTable(
        ['at', 'from', 'to', 'by', 'note'],
        history.map(({ at, from, to, by, note }) => [wibText(at), from, to, by, note ?? '']),
      );
    });
}

function addDraftCommand(payout: Command): void {
  payout
    .command('draft')
    .description(
      'draft what channels are owed up to a date; what billers are owed is drafted with the settlement',
    )
    .argument('<date>', 'for example 2026-07-14', businessDate)
    .option('--json', JSON_HELP)
    .action(async (date: string, { json }: { json?: boolean }) => {
      const made = await withSettlement(async ({ database, contracts, clock, calendar }) => {
        await begunByHand(database, 'drafted by hand', { kind: 'channel_payouts', id: date });
        return draftChannelPayouts(database, date, { contracts, calendar: await calendar() }, clock.now());
      });
      if (json) printJson({ ok: true, drafted: made });
      else console.log(made === 0 ? 'nothing new to draft' : `${made} drafted`);
    });
}
