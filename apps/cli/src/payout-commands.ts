import type { Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { formatRupiah, type Result } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import {
  approvePayout,
  approveRefused,
  bankDayFrom,
  draftChannelPayouts,
  findPayout,
  listPayouts,
  payoutHistory,
  proposePayout,
  proposeRefused,
  redraftPayout,
  tellPayout,
  type Payout,
  type PayoutRefusal,
  type PayoutState,
} from '#lib/settlement';
import { businessDate } from './settlement-commands';
import { bankTools, printJson, withSettlement } from './settlement-tools';
import { printTable } from './table';

const JSON_HELP = 'one JSON object on standard output and nothing else';

interface By {
  as: string;
  json?: boolean;
}

/** `simpul payout`: instructions to our bank, from draft to its statement. */
export function addPayoutCommands(program: Command): void {
  const payout = program
    .command('payout')
    .description('what we pay out, from its draft to the bank statement');
  addListCommand(payout);
  addShowCommand(payout);
  addDraftCommand(payout);
  byReference(
    payout,
    'propose',
    'propose that a drafted payout leaves (the maker)',
    async (reference, { by, at, note }) =>
      withSettlement(async ({ database }) =>
        proposed(await proposePayout(database, { reference, by, reason: note ?? 'settled', at })),
      ),
  );
  byReference(
    payout,
    'approve',
    'let a proposed payout leave as it was shown (the checker, another person)',
    (reference, { by, at, version }) =>
      withSettlement(async ({ database }) =>
        told(await approvePayout(database, { reference, version: version ?? '', by, at })),
      ),
    { asksVersion: true },
  );
  for (const [event, text] of [
    ['sent', 'it was handed to the bank; from here on it is never sent again'],
    ['accepted', 'the bank has taken it on'],
    ['cancelled', 'it is not to leave after all'],
  ] as const)
    byReference(
      payout,
      event,
      text,
      (reference, { by, at, note, despite }) =>
        withSettlement(async ({ database }) => {
          const said = {
            ...(note === undefined ? {} : { note }),
            ...(despite === undefined ? {} : { despite }),
          };
          return told(await tellPayout(database, { reference, event, by, at, ...said }));
        }),
      { asksDespite: event === 'sent' },
    );
  byReference(
    payout,
    'refused',
    'propose that the bank has said no, for certain; --note names its message (the maker)',
    async (reference, { by, at, note = '' }) => {
      if (note.trim() === '')
        return { reason: 'say by --note what the bank has said and where its message lies' };
      return withSettlement(async ({ database }) =>
        proposed(await proposeRefused(database, { reference, by, evidence: note, at })),
      );
    },
  );
  byReference(
    payout,
    'confirm-refused',
    'agree that the bank has refused it, as it was shown (the checker, another person)',
    (reference, { by, at, version }) =>
      withSettlement(async ({ database }) =>
        told(await approveRefused(database, { reference, version: version ?? '', by, at })),
      ),
    { asksVersion: true },
  );
  byReference(
    payout,
    'redraft',
    'draft a rejected or returned payout again, once, under a new reference',
    (reference, { by, at }) =>
      withSettlement(async (tools) => told(await redraftPayout(bankTools(tools), { reference, by, at }))),
  );
}

/** What a person has typed beside the reference. */
interface Said {
  by: string;
  at: Date;
  note: string | undefined;
  version: string | undefined;
  despite: string | undefined;
}

function byReference(
  payout: Command,
  name: string,
  text: string,
  work: (reference: string, said: Said) => Promise<string | Refused>,
  { asksVersion = false, asksDespite = false } = {},
): void {
  const command = payout
    .command(name)
    .description(text)
    .argument('<reference>', 'for example STL-LPB01-0714')
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .option('--note <text>', 'why, or what the bank said')
    .option('--json', JSON_HELP);
  if (asksVersion)
    command.requiredOption('--version <version>', 'the version that was proposed, as it was shown');
  if (asksDespite)
    command.option(
      '--despite <line>',
      'a debit of its amount that is something else: "BANKX/123 2026/196/2"',
    );
  command.action(
    async (
      reference: string,
      { as, note, json, version, despite }: By & { note?: string; version?: string; despite?: string },
    ) => {
      const at = await withSettlement(({ clock }) => Promise.resolve(clock.now()));
      const done = await work(reference, { by: as, at, note, version, despite });
      const isWell = typeof done === 'string';
      if (json)
        printJson(isWell ? { ok: true, reference, done } : { ok: false, reference, reason: done.reason });
      else if (isWell) console.log(`${reference}: ${done}`);
      else console.error(`simpul: ${reference}: ${done.reason}`);
      process.exitCode = isWell ? 0 : 1;
    },
  );
}

function proposed(result: Result<{ approvalId: string; version: string }, PayoutRefusal>): string | Refused {
  return result.ok
    ? `proposed as ${result.value.approvalId}, --version ${result.value.version}`
    : refused(result);
}

interface Refused {
  reason: string;
}

function told(result: Result<Payout, PayoutRefusal>): string | Refused {
  return result.ok ? `${result.value.reference} is ${result.value.state}` : refused(result);
}

/** Why a payout did not move, in a sentence. */
export function payoutInWords(error: PayoutRefusal): string {
  return refused({ error }).reason;
}

function refused({ error }: { error: PayoutRefusal }): Refused {
  switch (error.kind) {
    case 'unknown':
      return { reason: 'there is no such payout; see simpul payout list' };
    case 'cannot':
      return { reason: `it is ${error.state}, so it cannot be ${error.event}` };
    case 'changed meanwhile':
      return { reason: 'somebody has changed it meanwhile; look again' };
    case 'not proposed':
      return { reason: 'nobody has proposed it; see simpul payout propose' };
    case 'shown':
      return {
        reason: `the bank shows a debit of its amount at ${error.line}; name it (simpul bank name), or say --despite when it is something else`,
      };
    case 'proposal':
      return { reason: `${error.refusal.maker} has proposed it already (${error.refusal.approvalId})` };
    case 'approval':
      return { reason: describeRefusal(error.refusal) };
  }
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
      const payouts = await withSettlement(async ({ database, calendar }) => {
        const [bankDays, all] = await Promise.all([
          calendar(),
          listPayouts(database, {
            ...(date === undefined ? {} : { businessDate: date }),
            ...(state === undefined ? {} : { state }),
          }),
        ]);
        return all
          .map((one) => ({
            ...one,
            payableOn: one.dueDate === null ? null : bankDayFrom(bankDays, one.dueDate),
          }))
          .filter((one) => due === undefined || isDueBy(one, due));
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
          one.state,
        ]),
      );
      if (payouts.length === 0) console.log('no payouts');
    });
}

interface ListOptions {
  state?: PayoutState;
  due?: string;
  json?: boolean;
}

/** Whether it should have left by a day and has not; one without a due date should have. */
function isDueBy({ state, payableOn }: Payout & { payableOn: string | null }, due: string): boolean {
  return ['drafted', 'approved'].includes(state) && (payableOn === null || payableOn <= due);
}

function addShowCommand(payout: Command): void {
  payout
    .command('show')
    .description('one payout and all that has happened to it')
    .argument('<reference>')
    .option('--json', JSON_HELP)
    .action(async (reference: string, { json }: { json?: boolean }) => {
      const { one, history } = await withSettlement(async ({ database }) => ({
        one: await findPayout(database, reference),
        history: await payoutHistory(database, reference),
      }));
      if (!one) throw new SettingError(`there is no payout ${reference}; see simpul payout list`);
      if (json) {
        printJson({ ok: true, payout: one, history });
        return;
      }
      console.log(
        `${one.reference}  ${formatRupiah(one.amount)} to ${one.party.kind} ${one.party.id}, ${one.state}${one.dueDate === null ? '' : `, due ${one.dueDate}`}`,
      );
      printTable(
        ['at', 'from', 'to', 'by', 'note'],
        history.map(({ at, from, to, by, note }) => [at.toISOString(), from, to, by, note ?? '']),
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
      const made = await withSettlement(async ({ database, contracts, clock, calendar }) =>
        draftChannelPayouts(database, date, { contracts, calendar: await calendar() }, clock.now()),
      );
      if (json) printJson({ ok: true, drafted: made });
      else console.log(made === 0 ? 'nothing new to draft' : `${made} drafted`);
    });
}
