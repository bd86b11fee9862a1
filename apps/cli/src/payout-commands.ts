import type { Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { formatRupiah, type Result } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import {
  approvePayout,
  draftChannelPayouts,
  findPayout,
  listPayouts,
  payoutHistory,
  proposePayout,
  redraftPayout,
  tellPayout,
  type Payout,
  type PayoutRefusal,
  type PayoutState,
} from '#lib/settlement';
import { businessDate } from './settlement-commands';
import { printJson, withSettlement } from './settlement-tools';
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
    async (reference, by, at, why) =>
      withSettlement(async ({ database }) => {
        const proposed = await proposePayout(database, { reference, by, reason: why ?? 'settled', at });
        return proposed.ok ? `proposed as ${proposed.value.approvalId}` : refused(proposed);
      }),
  );
  byReference(
    payout,
    'approve',
    'let a proposed payout leave (the checker, another person)',
    (reference, by, at) =>
      withSettlement(async ({ database }) => told(await approvePayout(database, { reference, by, at }))),
  );
  for (const [event, text] of [
    ['sent', 'it was handed to the bank; from here on it is never sent again'],
    ['accepted', 'the bank has taken it on'],
    ['refused', 'the bank has said no, for certain'],
    ['cancelled', 'it is not to leave after all'],
  ] as const)
    byReference(payout, event, text, (reference, by, at, note) =>
      withSettlement(async ({ database }) =>
        told(
          await tellPayout(database, { reference, event, by, at, ...(note === undefined ? {} : { note }) }),
        ),
      ),
    );
  byReference(
    payout,
    'redraft',
    'draft a rejected payout again, under a new reference',
    (reference, by, at) =>
      withSettlement(async ({ database }) => told(await redraftPayout(database, { reference, by, at }))),
  );
}

function byReference(
  payout: Command,
  name: string,
  text: string,
  work: (reference: string, by: string, at: Date, note: string | undefined) => Promise<string | Refused>,
): void {
  payout
    .command(name)
    .description(text)
    .argument('<reference>', 'for example STL-LPB01-0714')
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .option('--note <text>', 'why, or what the bank said')
    .option('--json', JSON_HELP)
    .action(async (reference: string, { as, note, json }: By & { note?: string }) => {
      const at = await withSettlement(({ clock }) => Promise.resolve(clock.now()));
      const done = await work(reference, as, at, note);
      const isWell = typeof done === 'string';
      if (json)
        printJson(isWell ? { ok: true, reference, done } : { ok: false, reference, reason: done.reason });
      else if (isWell) console.log(`${reference}: ${done}`);
      else console.error(`simpul: ${reference}: ${done.reason}`);
      process.exitCode = isWell ? 0 : 1;
    });
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
    .option('--state <state>', 'drafted, approved, sent, accepted, executed or rejected')
    .option('--json', JSON_HELP)
    .action(async (date: string | undefined, { state, json }: { state?: PayoutState; json?: boolean }) => {
      const payouts = await withSettlement(({ database }) =>
        listPayouts(database, {
          ...(date === undefined ? {} : { businessDate: date }),
          ...(state === undefined ? {} : { state }),
        }),
      );
      if (json) {
        printJson({ ok: true, payouts });
        return;
      }
      printTable(
        ['reference', 'date', 'to', 'amount', 'state'],
        payouts.map((one) => [
          one.reference,
          one.businessDate,
          `${one.party.kind} ${one.party.id}`,
          formatRupiah(one.amount),
          one.state,
        ]),
      );
      if (payouts.length === 0) console.log('no payouts');
    });
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
        `${one.reference}  ${formatRupiah(one.amount)} to ${one.party.kind} ${one.party.id}, ${one.state}`,
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
      const made = await withSettlement(({ database, contracts, clock }) =>
        draftChannelPayouts(database, date, contracts, clock.now()),
      );
      if (json) printJson({ ok: true, drafted: made });
      else console.log(made === 0 ? 'nothing new to draft' : `${made} drafted`);
    });
}
