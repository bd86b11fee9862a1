import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { formatRupiah, rupiah, rupiahFromText, type Rupiah } from '#lib/kernel';
import {
  announceDeposit,
  approveBankLine,
  listBankLines,
  proposeBankLine,
  takeStatementFile,
  WAITING,
  withdrawAnnouncement,
  workBankLines,
  type AnnounceRefusal,
  type BankWork,
  type LinePlace,
  type NamingRefusal,
} from '#lib/settlement';
import { businessDate } from './settlement-commands';
import { bankFormat, bankTools, printJson, withSettlement } from './settlement-tools';
import { printTable } from './table';

const JSON_HELP = 'one JSON object on standard output and nothing else';

/** `simpul bank`: what we expect on our account, and what its statements show. */
export function addBankCommands(program: Command): void {
  const bank = program
    .command('bank')
    .description('our account at the bank: what is expected, what its statements show');
  addAnnounceCommand(bank);
  addWithdrawCommand(bank);
  addTakeCommand(bank);
  addLinesCommand(bank);
  addNameCommand(bank);
  addConfirmCommand(bank);
}

function addAnnounceCommand(bank: Command): void {
  bank
    .command('announce')
    .description('write down money that a channel says it will pay in; the statement books it')
    .argument(
      '<reference>',
      'what the statement will show, at most 16 characters: DEP-CA017-0715',
      bankReference,
    )
    .argument('<channel>')
    .argument('<amount>', 'whole rupiah', positive)
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .requiredOption('--date <date>', 'value date', businessDate)
    .option('--collection', 'it pays what a channel owes after its day; left out: it tops up a deposit')
    .option('--json', JSON_HELP)
    .action(
      async (
        reference: string,
        channelId: string,
        amount: Rupiah,
        { as, date, collection, json }: { as: string; date: string; collection?: boolean; json?: boolean },
      ) => {
        const kind = collection ? 'collection' : 'top_up';
        const said = await withSettlement(({ database, clock }) =>
          announceDeposit(
            database,
            { reference, kind, channelId, amount, valueDate: date },
            { by: as, at: clock.now() },
          ),
        );
        tell(
          said.ok ? undefined : whyNotAnnounced(reference, said.error),
          { reference },
          `${reference} is expected`,
          json,
        );
      },
    );
}

function whyNotAnnounced(reference: string, refusal: AnnounceRefusal): string {
  switch (refusal.kind) {
    case 'unknown channel':
      return `there is no channel ${refusal.channelId}; see simpul catalog export`;
    case 'other money':
      return `${reference} stands for other money; choose another reference`;
    case 'ended':
      return `${reference} is ${refusal.outcome}; choose another reference`;
  }
}

function addWithdrawCommand(bank: Command): void {
  bank
    .command('withdraw')
    .description('take an announcement back whose money has not come; its reference stays used')
    .argument('<reference>', 'of the announcement', bankReference)
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .option('--json', JSON_HELP)
    .action(async (reference: string, { as, json }: { as: string; json?: boolean }) => {
      const done = await withSettlement(({ database, clock }) =>
        withdrawAnnouncement(database, { reference, by: as, at: clock.now() }),
      );
      const why = done.ok
        ? undefined
        : done.error.kind === 'unknown'
          ? 'there is no such announcement'
          : `${reference} is ${done.error.outcome} already`;
      tell(why, { reference }, `${reference} is withdrawn`, json);
    });
}

function tell(why: string | undefined, what: object, done: string, json: boolean | undefined): void {
  if (json) printJson(why === undefined ? { ok: true, ...what } : { ok: false, ...what, reason: why });
  else if (why === undefined) console.log(done);
  else console.error(`simpul: ${why}`);
  process.exitCode = why === undefined ? 0 : 1;
}

function addTakeCommand(bank: Command): void {
  bank
    .command('take')
    .description(
      'take a statement file of our bank, whole or not at all, and work its lines; again has no effect',
    )
    .argument('<file>', 'for example BANKX_20260715.sta')
    .option('--json', JSON_HELP)
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { taken, worked, failed } = await withSettlement(async (tools) => {
        const result = await takeStatementFile(tools, {
          path: file,
          name: basename(file),
          format: bankFormat(tools),
        });
        const lines: BankWork = result.ok
          ? await workBankLines(bankTools(tools), tools.clock.now())
          : { outcomes: new Map(), failed: [] };
        return { taken: result, worked: Object.fromEntries(lines.outcomes), failed: lines.failed };
      });
      if (json)
        printJson(
          taken.ok ? { ok: true, ...taken.value, worked, failed } : { ok: false, reason: taken.error },
        );
      else if (taken.ok) {
        const { statement, isRepeat } = taken.value;
        const { account, number, lines, closing } = statement;
        const how = isRepeat
          ? 'was taken before'
          : `taken, ${lines.length} lines, closing ${formatRupiah(rupiah(closing))}`;
        console.log(`statement ${number} of ${account}: ${how}`);
        for (const [outcome, count] of Object.entries(worked))
          console.log(`  ${outcome.padEnd(12)} ${count}`);
        for (const { line, reason } of failed) console.error(`simpul: ${line}: ${reason}`);
      } else console.error(`simpul: ${taken.error}`);
      process.exitCode = taken.ok && failed.length === 0 ? 0 : 1;
    });
}

function addLinesCommand(bank: Command): void {
  bank
    .command('lines')
    .description('lines of statements and what became of them; the worker works them by itself')
    .option('--open', 'only what waits for a person: proposed, unnamed, reopened')
    .option('--json', JSON_HELP)
    .action(async ({ open, json }: { open?: boolean; json?: boolean }) => {
      const lines = await withSettlement(({ database }) => listBankLines(database));
      const shown = open
        ? lines.filter(({ outcome }) => outcome !== null && WAITING.includes(outcome))
        : lines;
      if (json) {
        printJson({ ok: true, lines: shown });
        return;
      }
      printTable(
        ['account', 'line', 'value date', 'amount', 'reference', 'outcome', 'is', 'words'],
        shown.map((one) => [
          one.account,
          `${one.year}/${one.number}/${one.lineNo}`,
          one.valueDate,
          formatRupiah(one.amount),
          one.reference ?? '',
          one.outcome ?? 'not worked',
          one.about ?? '',
          one.narrative,
        ]),
      );
      if (shown.length === 0) console.log('no lines');
    });
}

function addNameCommand(bank: Command): void {
  bank
    .command('name')
    .description('propose which announced money or payout a line is that nobody could name (the maker)')
    .argument('<account>', 'for example BANKX/1234567890')
    .argument('<line>', 'year, statement and line: 2026/196/2', linePlace)
    .argument('<reference>', 'of the announcement or payout', bankReference)
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .option('--note <text>', 'why')
    .option('--json', JSON_HELP)
    .action(
      async (
        account: string,
        line: Omit<LinePlace, 'account'>,
        reference: string,
        { as, note, json }: { as: string; note?: string; json?: boolean },
      ) => {
        const done = await withSettlement((tools) =>
          proposeBankLine(tools, {
            place: { account, ...line },
            reference,
            by: as,
            reason: note ?? `it is ${reference}`,
            at: tools.clock.now(),
          }),
        );
        const what = done.ok ? done.value : {};
        const text = done.ok ? `proposed as ${done.value.approvalId}, --version ${done.value.version}` : '';
        tell(done.ok ? undefined : namingInWords(done.error), what, text, json);
      },
    );
}

function addConfirmCommand(bank: Command): void {
  bank
    .command('confirm')
    .description('agree to what a line was proposed to be, as it was shown (the checker); books it once')
    .argument('<account>', 'for example BANKX/1234567890')
    .argument('<line>', 'year, statement and line: 2026/196/2', linePlace)
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .requiredOption('--version <version>', 'the version that was proposed, as it was shown')
    .option('--json', JSON_HELP)
    .action(
      async (
        account: string,
        line: Omit<LinePlace, 'account'>,
        { as, version, json }: { as: string; version: string; json?: boolean },
      ) => {
        const done = await withSettlement((tools) =>
          approveBankLine(bankTools(tools), {
            place: { account, ...line },
            version,
            by: as,
            at: tools.clock.now(),
          }),
        );
        const text = done.ok ? `the line is ${done.value.about}` : '';
        tell(
          done.ok ? undefined : namingInWords(done.error),
          done.ok ? { line: done.value } : {},
          text,
          json,
        );
      },
    );
}

/** Why a line was not named, in a sentence. */
export function namingInWords(refusal: NamingRefusal): string {
  switch (refusal.kind) {
    case 'unknown':
      return 'there is no such line; see simpul bank lines';
    case 'worked':
      return `the line needs nobody: it is ${refusal.outcome ?? 'not worked yet'}`;
    case 'differs':
      return 'it cannot be that: no such announcement or payout, the amounts differ, or that money is booked already';
    case 'not proposed':
      return 'nobody has proposed it; see simpul bank name';
    case 'changed meanwhile':
      return 'something has changed since it was proposed; look again';
    case 'insufficient':
      return 'the deposit does not cover it; talk to the channel';
    case 'proposal':
      return `${refusal.refusal.maker} has proposed it already (${refusal.refusal.approvalId})`;
    case 'approval':
      return describeRefusal(refusal.refusal);
  }
}

/** The place of a line as a proposal about it names it: `BANKX/1234567890 2026/196/2`. */
export function placeOfLine(text: string): LinePlace {
  const at = text.lastIndexOf(' ');
  return { account: text.slice(0, at), ...linePlace(text.slice(at + 1)) };
}

function linePlace(text: string): Omit<LinePlace, 'account'> {
  const [, year, number, lineNo] = /^(20\d\d)\/([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  if (lineNo === undefined)
    throw new InvalidArgumentError('It must be year/statement/line, such as 2026/196/2.');
  return { year: Number(year), number: Number(number), lineNo: Number(lineNo) };
}

function bankReference(text: string): string {
  if (!/^[A-Z0-9][A-Z0-9./-]{0,15}$/.test(text))
    throw new InvalidArgumentError('It must be 1 to 16 capital letters, digits and . / -');
  return text;
}

function positive(text: string): Rupiah {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return rupiahFromText(text);
}
