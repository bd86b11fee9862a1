import { type Command } from 'commander';
import { formatRupiah, wibText, rupiah } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import {
  bankDayFrom,
  chargesOf,
  findSettlement,
  linesOf,
  listSettlements,
  netsOf,
  nextDayToSettle,
  settleDay,
  type SettleFailure,
  type SettleRefusal,
  type SettledDay,
} from '#lib/settlement';
import { begunByHand } from './by-hand';
import { JSON_HELP, printJson } from './output';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';
import { businessDate } from './typed';

/** `simpul settle` and `simpul settlement`: who owes whom for a business date. */
export function addSettlementCommands(program: Command): void {
  addSettleCommand(program);
  const settlement = program.command('settlement').description('days that are settled');
  addListCommand(settlement);
  addShowCommand(settlement);
}

function addSettleCommand(program: Command): void {
  program
    .command('settle')
    .description(
      'settle a business date: every source that is reconciled, or one of them; again has no effect',
    )
    .argument('<date>', 'for example 2026-07-14', businessDate)
    .option('--source <source>', 'only this one, for example LPB01')
    .option('--json', JSON_HELP)
    .action(async (date: string, { source, json }: { source?: string; json?: boolean }) => {
      const days = await withSettlement(async (tools, sources) => {
        if (source !== undefined && !sources.includes(source))
          throw new SettingError(
            `source "${source}" is not in config/jobs.yaml; known: ${sources.join(', ')}`,
          );
        const tried: SettledDay[] = [];
        for (const one of source === undefined ? sources : [source]) {
          const next = source === undefined ? await nextDayToSettle(tools, one) : date;
          if (next === undefined || next > date) continue;
          await begunByHand(tools.database, 'settled by hand', { kind: 'settlement', id: `${one} ${date}` });
          tried.push({ source: one, businessDate: date, result: await settleDay(tools, one, date) });
        }
        return tried;
      });
      const isWell = days.every(({ result }) => result.ok);
      if (json) printJson({ ok: isWell, days });
      else for (const day of days) console.log(inWords(day));
      if (!json && days.length === 0) console.log(`${date}: nothing is reconciled and not settled`);
      process.exitCode = isWell ? 0 : 1;
    });
}

function inRupiah(amount: bigint): string {
  return formatRupiah(rupiah(amount));
}

function inWords({ source, businessDate: date, result }: SettledDay): string {
  if (!result.ok) return `${source} ${date}: not settled; ${reasonOf(result.error)}`;
  const { settlement, isRepeat } = result.value;
  return `${source} ${date}: ${isRepeat ? 'was settled before' : 'settled'}, ${settlement.payments} payments, ${settlement.subjectId}`;
}

function reasonOf(refusal: SettleRefusal | SettleFailure): string {
  switch (refusal.kind) {
    case 'before the first day':
      return `it was settled elsewhere; the first day settled here is ${refusal.firstDay} (config/settlement.yaml)`;
    case 'day still open':
      return `sales until ${wibText(refusal.until)} belong to it`;
    case 'not reconciled':
      return 'its reconciliation is not closed, or a correction of it is worked, awaited or refused; see simpul recon jobs';
    case 'earlier day open':
      return `${refusal.businessDate} is reconciled and comes first: simpul settle ${refusal.businessDate}`;
    case 'not as reconciled':
      return (
        `the run agreed on ${inRupiah(refusal.agreedInRun)} and the books have ${inRupiah(refusal.leastInBooks)}` +
        `${refusal.mostInBooks === refusal.leastInBooks ? '' : ` to ${inRupiah(refusal.mostInBooks)}`}; run the reconciliation again`
      );
    case 'overloaded':
      return 'too many wait to be written; try again';
    case 'failed':
      return refusal.error instanceof Error ? refusal.error.message : String(refusal.error);
  }
}

function addListCommand(settlement: Command): void {
  settlement
    .command('list')
    .description('settlements of some business dates')
    .argument('<from>', 'for example 2026-07-14', businessDate)
    .argument('[to]', 'default: the same day', businessDate)
    .option('--json', JSON_HELP)
    .action(async (from: string, to: string | undefined, { json }: { json?: boolean }) => {
      const settlements = await withSettlement(({ database }) =>
        listSettlements(database, { from, to: to ?? from }),
      );
      if (json) {
        printJson({ ok: true, settlements });
        return;
      }
      printTable(
        ['source', 'date', 'run', 'settled on', 'payments', 'state', 'due'],
        settlements.map((one) => [
          one.source,
          one.businessDate,
          String(one.runNo),
          one.settleOn,
          String(one.payments),
          one.state,
          one.dueDate ?? '',
        ]),
      );
      if (settlements.length === 0) console.log('nothing is settled');
    });
}

function addShowCommand(settlement: Command): void {
  settlement
    .command('show')
    .description('one settlement: its lines, which sum to 0, what is held back, and what it pays out')
    .argument('<source>')
    .argument('<date>', 'for example 2026-07-14', businessDate)
    .option('--json', JSON_HELP)
    .action(async (source: string, date: string, { json }: { json?: boolean }) => {
      const found = await withSettlement(async ({ database, calendar }) => {
        const one = await findSettlement(database, source, date);
        if (!one)
          throw new SettingError(`${source} ${date} is not settled; see simpul settlement list ${date}`);
        const { settlementId } = one;
        return {
          settlement: one,
          lines: await linesOf(database, settlementId),
          nets: await netsOf(database, settlementId),
          charges: await chargesOf(database, settlementId),
          payableOn: one.dueDate === null ? null : bankDayFrom(await calendar(), one.dueDate),
        };
      });
      if (json) {
        printJson({ ok: true, ...found });
        return;
      }
      const { settlement: one, lines, nets, charges } = found;
      console.log(
        `${one.subjectId}, run ${one.runNo}, ${one.payments} payments, ${one.state}${dueInWords(found)}`,
      );
      printTable(
        ['party', 'for', 'of', 'payments', 'receives', 'held back'],
        lines.map(({ party, kind, origin, payments, amount, heldAmount }) => [
          `${party.kind} ${party.id}`,
          kind,
          origin,
          String(payments),
          amount === 0n ? '' : formatRupiah(amount),
          heldAmount === 0n ? '' : formatRupiah(heldAmount),
        ]),
      );
      printTable(
        ['to be paid out', 'net', 'carried in', 'pays'],
        nets.map(({ party, net, carriedIn, pay }) => [
          `${party.kind} ${party.id}`,
          formatRupiah(net),
          formatRupiah(carriedIn),
          formatRupiah(pay),
        ]),
      );
      for (const { channelId, charge, commission } of charges)
        console.log(`channel ${channelId} owes ${formatRupiah(charge)} less ${formatRupiah(commission)}`);
    });
}

/** By when a settlement is to be paid; a day on which the bank was told to rest since is said with the one after it. */
function dueInWords({
  settlement: { dueDate },
  payableOn,
}: {
  settlement: { dueDate: string | null };
  payableOn: string | null;
}): string {
  if (dueDate === null) return '';
  return dueDate === payableOn
    ? `, due ${dueDate}`
    : `, due ${dueDate}, when the bank rests: payable on ${payableOn}`;
}
