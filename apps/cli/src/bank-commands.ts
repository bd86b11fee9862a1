import { InvalidArgumentError, type Command } from 'commander';
import { formatRupiah, rupiah, rupiahFromText, type Rupiah } from '#lib/kernel';
import {
  announceDeposit,
  confirmBankLine,
  listBankLines,
  workBankLines,
  type ConfirmRefusal,
} from '#lib/settlement';
import { takeStatementFile } from './bank-take';
import { businessDate } from './settlement-commands';
import { printJson, withSettlement } from './settlement-tools';
import { printTable } from './table';

const JSON_HELP = 'one JSON object on standard output and nothing else';

/** `simpul bank`: what we expect on our account, and what its statements show. */
export function addBankCommands(program: Command): void {
  const bank = program
    .command('bank')
    .description('our account at the bank: what is expected, what its statements show');
  addAnnounceCommand(bank);
  addTakeCommand(bank);
  addLinesCommand(bank);
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
        const isTaken = await withSettlement(({ database, clock }) =>
          announceDeposit(
            database,
            { reference, kind, channelId, amount, valueDate: date },
            { by: as, at: clock.now() },
          ),
        );
        if (json) printJson({ ok: isTaken, reference });
        else if (isTaken) console.log(`${reference} is expected`);
        else console.error(`simpul: ${reference} stands for other money; choose another reference`);
        process.exitCode = isTaken ? 0 : 1;
      },
    );
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
      const { taken, worked } = await withSettlement(async (tools) => {
        const result = await takeStatementFile(tools, file);
        const lines = result.ok ? await workBankLines(tools, tools.clock.now()) : new Map<string, number>();
        return { taken: result, worked: Object.fromEntries(lines) };
      });
      if (json)
        printJson(taken.ok ? { ok: true, ...taken.value, worked } : { ok: false, reason: taken.error });
      else if (taken.ok) {
        const { statement, isRepeat } = taken.value;
        const { account, number, lines, closing } = statement;
        const how = isRepeat
          ? 'was taken before'
          : `taken, ${lines.length} lines, closing ${formatRupiah(rupiah(closing))}`;
        console.log(`statement ${number} of ${account}: ${how}`);
        for (const [outcome, count] of Object.entries(worked))
          console.log(`  ${outcome.padEnd(12)} ${count}`);
      } else console.error(`simpul: ${taken.error}`);
      process.exitCode = taken.ok ? 0 : 1;
    });
}

function addLinesCommand(bank: Command): void {
  bank
    .command('lines')
    .description('lines of statements and what became of them; what nobody has worked yet is worked first')
    .option('--open', 'only what waits for a person: proposed, unnamed, reopened')
    .option('--json', JSON_HELP)
    .action(async ({ open, json }: { open?: boolean; json?: boolean }) => {
      const lines = await withSettlement(async (tools) => {
        await workBankLines(tools, tools.clock.now());
        return listBankLines(tools.database);
      });
      const waits = new Set(['proposed', 'unnamed', 'reopened']);
      const shown = open ? lines.filter(({ outcome }) => outcome !== null && waits.has(outcome)) : lines;
      if (json) {
        printJson({ ok: true, lines: shown });
        return;
      }
      printTable(
        ['account', 'statement', 'line', 'value date', 'amount', 'reference', 'outcome', 'is', 'words'],
        shown.map((one) => [
          one.account,
          String(one.number),
          String(one.lineNo),
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

function addConfirmCommand(bank: Command): void {
  bank
    .command('confirm')
    .description('say which announced money a line is that nobody could name; books it once')
    .argument('<account>', 'for example BANKX/1234567890')
    .argument('<statement>', 'its number', positive)
    .argument('<line>', 'its line', positive)
    .argument('<reference>', 'of the announcement', bankReference)
    .requiredOption('--as <user>', 'who does it, an e-mail address')
    .option('--json', JSON_HELP)
    .action(
      async (
        account: string,
        statement: Rupiah,
        line: Rupiah,
        reference: string,
        { as, json }: { as: string; json?: boolean },
      ) => {
        const done = await withSettlement((tools) =>
          confirmBankLine(tools, {
            account,
            number: Number(statement),
            lineNo: Number(line),
            reference,
            by: as,
            at: tools.clock.now(),
          }),
        );
        if (json)
          printJson(done.ok ? { ok: true, line: done.value } : { ok: false, reason: inWords(done.error) });
        else if (done.ok) console.log(`line ${line} of statement ${statement} is ${reference}`);
        else console.error(`simpul: ${inWords(done.error)}`);
        process.exitCode = done.ok ? 0 : 1;
      },
    );
}

function inWords(refusal: ConfirmRefusal): string {
  switch (refusal.kind) {
    case 'unknown':
      return 'there is no such line or announcement; see simpul bank lines and simpul bank announce';
    case 'worked':
      return `the line needs nobody: it is ${refusal.outcome ?? 'not worked yet'}`;
    case 'differs':
      return 'the amounts differ, or another line was that money';
  }
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
