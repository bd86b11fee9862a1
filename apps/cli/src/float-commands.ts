import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { BillerRegistry } from '#lib/billers';
import {
  compareFloat,
  endsOfPause,
  floatFigures,
  floatLevels,
  lastComparison,
  listFloatMatters,
  openAlerts,
  proposeAdjustment,
  proposeResume,
  type AdjustmentRefusal,
  type FloatFigures,
  type FloatLevels,
} from '#lib/floats';
import { businessDateOf, formatRupiah, JAKARTA_MIDNIGHT, rupiah, type Rupiah, wibText } from '#lib/kernel';
import { clockFromEnvironment, Database, SettingError } from '#lib/platform';
import {
  proposeFloatTopUp,
  receiveFloatTopUp,
  type FloatPaymentRefusal,
  type ReceiveRefusal,
} from '#lib/settlement';
import { resumingInWords } from '#lib/proposals';
import { bankReference, KEPT_FOR_PAYOUTS } from './bank-commands';
import { withDatabase } from './database';
import { asksMaker, proposedAs, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { oneLine, printTable } from './table';
import { withSettlement } from './settlement-tools';
import { businessDate, rupiahAboveZero, rupiahNotZero } from './typed';

interface Json {
  json?: boolean;
}

const REFERENCE_FORM = 'at most 40 characters without spaces';

/** `simpul float`: what we have paid prefunded billers in advance. */
export function addFloatCommands(program: Command): void {
  const float = program.command('float').description('what we have paid prefunded billers in advance');
  addListCommand(float);
  addShowCommand(float);
  addAttentionCommand(float);
  addTopUpCommand(float);
  addReceivedCommand(float);
  addAdjustCommand(float);
  addResumeCommand(float);
  addCompareCommand(float);
}

function addListCommand(float: Command): void {
  float
    .command('list')
    .description('every float: what is left, what is under way, what may still be sold')
    .option('--json', JSON_HELP)
    .action(async ({ json }: Json) => {
      const floats = await withDatabase(readFloats);
      if (json) {
        printJson({ ok: true, floats });
        return;
      }
      printTable(
        ['biller', 'left', 'under way', 'may be sold', 'low below', 'stops at', 'state'],
        floats.map((one) => [
          one.billerId,
          ...[one.remaining, one.underWay, one.sellable, one.low, one.stop].map(formatRupiah),
          one.state,
        ]),
      );
      if (floats.length === 0) console.log('no biller is prefunded');
    });
}

function addShowCommand(float: Command): void {
  float
    .command('show')
    .description('one float, with its last comparison')
    .argument('<biller>')
    .option('--json', JSON_HELP)
    .action(async (billerId: string, { json }: Json) => {
      const { one, comparison } = await withDatabase(async (database) => {
        await requirePrefunded(database, billerId);
        const floats = await readFloats(database);
        return {
          one: floats.find((known) => known.billerId === billerId),
          comparison: await lastComparison(database, billerId),
        };
      });
      if (json) printJson({ ok: true, float: one, comparison: comparison ?? null });
      else if (one) {
        const compared = comparison
          ? `${wibText(comparison.comparedAt)}: the biller says ${formatRupiah(comparison.theirs)}, ` +
            `difference ${formatRupiah(comparison.difference)}`
          : 'never';
        console.log(`left         ${formatRupiah(one.remaining)}`);
        console.log(`under way    ${formatRupiah(one.underWay)}`);
        console.log(`may be sold  ${formatRupiah(one.sellable)}`);
        console.log(`low below    ${formatRupiah(one.low)}`);
        console.log(`stops at     ${formatRupiah(one.stop)}`);
        console.log(`state        ${one.state}`);
        console.log(`compared     ${compared}`);
      }
    });
}

function addAttentionCommand(float: Command): void {
  float
    .command('attention')
    .description('what people must see to: floats that run out, pauses, differences; with age and next step')
    .option('--json', JSON_HELP)
    .action(async ({ json }: Json) => {
      const now = clockFromEnvironment().now();
      const matters = await withDatabase((database) => listFloatMatters(database, now));
      if (json) {
        printJson({ ok: true, matters });
        return;
      }
      for (const { since, billerId, kind, reason, ageSeconds, owner, nextStep } of matters) {
        console.log(`${wibText(since)} ${billerId} ${kind}, ${ageSeconds} s old: ${oneLine(reason)}`);
        console.log(`  ${owner}: ${nextStep}`);
      }
      if (matters.length === 0) console.log('nothing to see to');
    });
}

function addTopUpCommand(float: Command): void {
  asksMaker(
    float
      .command('top-up')
      .description(
        'propose to pay a biller in advance (the maker); once another person agreed, make the transfer under this reference: the statement books it',
      )
      .argument('<biller>')
      .argument('<amount>', 'whole rupiah', rupiahAboveZero)
      .requiredOption(
        '--reference <ref>',
        'of the transfer, as the statement will show it, at most 16 characters: FLT-AGRA-0714',
        bankReference,
      )
      .option('--date <date>', 'value date; left out: today', businessDate)
      .option('--reason <text>', 'why', 'the float is to be filled'),
  ).action(
    async (
      billerId: string,
      amount: Rupiah,
      { as, reference, date, reason, json }: Maker & { reference: string; date?: string; reason: string },
    ) => {
      const done = await withSettlement(({ database, clock }) => {
        const at = clock.now();
        const valueDate = date ?? businessDateOf(at, JAKARTA_MIDNIGHT);
        return proposeFloatTopUp(
          { database },
          { reference, billerId, amount, valueDate, by: as, reason, at },
        );
      });
      if (!done.ok) return refuse(paymentInWords(billerId, done.error), json);
      say(proposedAs(done.value), done.value, json);
    },
  );
}

function addReceivedCommand(float: Command): void {
  asksMaker(
    float
      .command('received')
      .description(
        'the biller has a top-up that two people agreed to, and no statement shows it yet: book it now; again has no effect',
      )
      .argument('<reference>', 'of the transfer', bankReference),
  ).action(async (reference: string, { as, json }: Maker) => {
    const done = await withSettlement((tools) =>
      receiveFloatTopUp(
        { ...tools, endsOfPause: (filled, by, at) => endsOfPause(tools.database, filled, by, at) },
        { reference, by: as, at: tools.clock.now() },
      ),
    );
    if (!done.ok) return refuse(receivingInWords(done.error), json, { reference });
    const { billerId, isRepeat } = done.value;
    const text = isRepeat ? 'was booked before; nothing changed' : `booked on the float of ${billerId}`;
    say(text, { isRepeat }, json);
  });
}

function addAdjustCommand(float: Command): void {
  asksMaker(
    float
      .command('adjust')
      .description(
        'propose to put a float right by a journal that says why (the maker); another person agrees',
      )
      .argument('<biller>')
      .argument('<amount>', 'whole rupiah; out of the float negative, after --', rupiahNotZero)
      .requiredOption('--reference <id>', `unique among adjustments, ${REFERENCE_FORM}`, readableReference)
      .requiredOption('--against <account>', 'the account on the other side, such as own:loss')
      .requiredOption('--reason <text>', 'what happened, with the number of its ticket'),
  ).action(
    async (
      billerId: string,
      amount: Rupiah,
      {
        as,
        reference,
        against,
        reason,
        json,
      }: Maker & { reference: string; against: string; reason: string },
    ) => {
      const at = clockFromEnvironment().now();
      const adjustment = { adjustmentId: reference, billerId, amount, against, reason, by: as, at };
      const done = await withDatabase((database) => proposeAdjustment(database, adjustment));
      if (!done.ok) return refuse(adjustmentInWords(billerId, done.error), json);
      say(proposedAs(done.value), done.value, json);
    },
  );
}

function addResumeCommand(float: Command): void {
  asksMaker(
    float
      .command('resume')
      .description(
        'propose to let a biller go on that was paused because it said that our float was empty (the maker); another person agrees',
      )
      .argument('<biller>')
      .requiredOption('--reason <text>', 'who looked, and what was found'),
  ).action(async (billerId: string, { as, reason, json }: Maker & { reason: string }) => {
    const at = clockFromEnvironment().now();
    const done = await withDatabase((database) => proposeResume(database, { billerId, by: as, reason, at }));
    if (!done.ok) return refuse(resumingInWords(done.error).en, json, { billerId });
    say(proposedAs(done.value), done.value, json);
  });
}

function addCompareCommand(float: Command): void {
  float
    .command('compare')
    .description('ask a biller for our float and lay it beside our books; exit 1 when they differ')
    .argument('<biller>')
    .option('--json', JSON_HELP)
    .action(async (billerId: string, { json }: Json) => {
      const clock = clockFromEnvironment();
      const billers = BillerRegistry.load(join(CONFIG, 'billers'), clock);
      try {
        const compared = await withDatabase(async (database) => {
          await requirePrefunded(database, billerId);
          return compareFloat(database, clock, billerId, billers.connector(billerId));
        });
        if (!compared.ok) throw new SettingError(`${billerId} was not compared: ${compared.error.detail}`);
        const { bookLow, bookHigh, theirs, difference } = compared.value;
        if (json) printJson({ ok: difference === 0n, comparison: compared.value });
        else {
          console.log(`our books    ${formatRupiah(bookLow)} to ${formatRupiah(bookHigh)}`);
          console.log(`the biller   ${formatRupiah(theirs)}`);
          console.log(`difference   ${formatRupiah(difference)}`);
        }
        process.exitCode = difference === 0n ? 0 : 1;
      } finally {
        await billers.close();
      }
    });
}

async function readFloats(database: Database) {
  const levels = await floatLevels(database);
  const billerIds = levels.map(({ billerId }) => billerId);
  const figures = await floatFigures(database, billerIds);
  const paused = (await openAlerts(database)).filter(({ kind }) => kind === 'empty at biller');
  return levels.flatMap((level) => {
    const known = figures.get(level.billerId);
    const isPaused = paused.some(({ billerId }) => billerId === level.billerId);
    return known ? [{ ...level, ...known, ...standing(level, known, isPaused) }] : [];
  });
}

function standing({ low, stop }: FloatLevels, { remaining, underWay }: FloatFigures, isPaused: boolean) {
  const left = remaining - underWay - stop;
  const isStopped = isPaused || left <= 0n;
  const state = isPaused ? 'paused' : isStopped ? 'stopped' : remaining < low ? 'low' : 'well';
  return { sellable: rupiah(isStopped ? 0n : left), state };
}

async function requirePrefunded(database: Database, billerId: string): Promise<void> {
  const known = (await floatLevels(database)).map((level) => level.billerId);
  if (known.includes(billerId)) return;
  const list = known.join(', ') || 'none';
  throw new SettingError(`${billerId} is not prefunded; the prefunded billers: ${list}`);
}

function paymentInWords(billerId: string, refused: FloatPaymentRefusal): string {
  switch (refused.kind) {
    case 'not prefunded':
      return `${billerId} is not prefunded`;
    case 'payout name':
      return `--reference: ${KEPT_FOR_PAYOUTS}, such as FLT-AGRA-0714`;
    case 'reference used':
      return `this reference stands for ${refused.by}; choose another`;
    case 'proposal':
      return describeRefusal(refused.refusal);
  }
}

function receivingInWords(refused: ReceiveRefusal): string {
  switch (refused.kind) {
    case 'unknown':
      return 'two people have not agreed to such a transfer; see simpul bank expected';
    case 'ended':
      return `it is ${refused.outcome}; nothing was booked`;
    case 'reference used':
      return `this reference stands for ${refused.by}`;
    case 'overloaded':
      return 'too many wait to be written; nothing was booked';
  }
}

function adjustmentInWords(billerId: string, refused: AdjustmentRefusal): string {
  switch (refused.kind) {
    case 'not prefunded':
      return `${billerId} is not prefunded`;
    case 'account unknown':
      return `${refused.account} is no account to book it against`;
    case 'reference used':
      return 'this reference was used for another booking';
    case 'booked before':
      return 'it was booked before; nothing is to be done';
    case 'proposal':
      return describeRefusal(refused.refusal);
  }
}

function readableReference(text: string): string {
  if (!/^[\x21-\x7e]{1,40}$/.test(text))
    throw new InvalidArgumentError('It must be 1 to 40 characters without spaces.');
  return text;
}
