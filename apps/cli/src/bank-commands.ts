import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { signatureOf } from '#lib/files';
import { formatRupiah, rupiah, type Rupiah } from '#lib/kernel';
import {
  announceDeposit,
  approveBankLine,
  listAnnouncements,
  listBankClaims,
  listBankLines,
  proposeBankLine,
  proposeStatementFile,
  takeStatementFile,
  WAITING,
  withdrawAnnouncement,
  workBankLines,
  type AnnounceRefusal,
  type BankWork,
  type LinePlace,
  type SettlementTools,
  type StatementFile,
  type WithdrawRefusal,
} from '#lib/settlement';
import { lineOfStatement, namingInWords } from '#lib/proposals';
import { begunByHand } from './by-hand';
import { AS_HELP, asksChecker, asksMaker, proposedAs, type Checker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { bankFormat, withSettlement } from './settlement-tools';
import { counted, printTable } from './table';
import { businessDate, rupiahAboveZero } from './typed';

/** `simpul bank`: what we expect on our account, and what its statements show. */
export function addBankCommands(program: Command): void {
  const bank = program
    .command('bank')
    .description('our account at the bank: what is expected, what its statements show');
  addAnnounceCommand(bank);
  addExpectedCommand(bank);
  addWithdrawCommand(bank);
  addClaimsCommand(bank);
  addTakeCommand(bank);
  addLinesCommand(bank);
  addNameCommand(bank);
  addConfirmCommand(bank);
}

function addAnnounceCommand(bank: Command): void {
  asksMaker(
    bank
      .command('announce')
      .description('write down money that a channel says it will pay in; the statement books it')
      .argument(
        '<reference>',
        'what the statement will show, at most 16 characters: DEP-CA017-0715',
        bankReference,
      )
      .argument('<channel>')
      .argument('<amount>', 'whole rupiah', rupiahAboveZero)
      .requiredOption('--date <date>', 'value date', businessDate)
      .option('--collection', 'it pays what a channel owes after its day; left out: it tops up a deposit'),
  ).action(
    async (
      reference: string,
      channelId: string,
      amount: Rupiah,
      { as, date, collection, json }: Maker & { date: string; collection?: boolean },
    ) => {
      const kind = collection ? 'collection' : 'top_up';
      const said = await withSettlement(({ database, clock }) =>
        announceDeposit(
          database,
          { reference, kind, channelId, amount, valueDate: date },
          { by: as, at: clock.now() },
        ),
      );
      if (!said.ok) return refuse(whyNotAnnounced(said.error), json, { reference });
      say(`${reference} is expected`, { reference }, json);
    },
  );
}

function whyNotAnnounced(refusal: AnnounceRefusal): string {
  switch (refusal.kind) {
    case 'unknown channel':
      return `there is no channel ${refusal.channelId}; see simpul catalog export`;
    case 'payout name':
      return `reference: ${KEPT_FOR_PAYOUTS}, such as DEP-CA017-0715`;
    case 'other money':
      return 'it stands for other money; choose another reference';
    case 'ended':
      return `it is ${refusal.outcome}; choose another reference`;
  }
}

function addWithdrawCommand(bank: Command): void {
  asksMaker(
    bank
      .command('withdraw')
      .description('take an announcement back whose money has not come; its reference stays used')
      .argument('<reference>', 'of the announcement', bankReference),
  ).action(async (reference: string, { as, json }: Maker) => {
    const done = await withSettlement(({ database, clock }) =>
      withdrawAnnouncement(database, { reference, by: as, at: clock.now() }),
    );
    if (done.ok) return say(`${reference} is withdrawn`, { reference }, json);
    refuse(whyNotWithdrawn(done.error), json, { reference });
  });
}

function whyNotWithdrawn(refusal: WithdrawRefusal): string {
  switch (refusal.kind) {
    case 'unknown':
      return 'there is no such announcement; see simpul bank expected';
    case 'ended':
      return `it is ${refusal.outcome} already`;
    case 'received':
      return `${refusal.by} has said that the biller has it, so it is on its float; if that is wrong, put the float right: simpul float adjust`;
  }
}

function addExpectedCommand(bank: Command): void {
  bank
    .command('expected')
    .description('announced money that no statement shows yet: deposits, collections, top-ups of floats')
    .option('--all', 'also what has come, was taken back or withdrawn')
    .option('--json', JSON_HELP)
    .action(async ({ all, json }: { all?: boolean; json?: boolean }) => {
      const announced = await withSettlement(({ database }) => listAnnouncements(database, { isOpen: !all }));
      if (json) return printJson({ ok: true, announced });
      printTable(
        ['reference', 'what', 'of', 'value date', 'amount', 'announced by', 'state'],
        announced.map((one) => [
          one.reference,
          one.kind,
          one.kind === 'float_top_up' ? one.billerId : one.channelId,
          one.valueDate,
          formatRupiah(one.amount),
          one.announcedBy,
          one.outcome ?? (one.receivedBy === null ? 'expected' : 'the biller has it'),
        ]),
      );
      if (announced.length === 0) console.log('nothing is expected');
    });
}

function addClaimsCommand(bank: Command): void {
  bank
    .command('claims')
    .description('what channels owe us because the bank took back more of a top-up than their deposits had')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const claims = await withSettlement(({ database }) => listBankClaims(database));
      if (json) return printJson({ ok: true, claims });
      printTable(
        ['channel', 'top-up', 'taken back on', 'taken back', 'from deposit', 'owed', 'owes now', 'payments'],
        claims.map((one) => [
          one.channelId,
          one.reference,
          one.businessDate,
          ...[one.takenBack, one.fromDeposit, one.owed, one.receivable].map(formatRupiah),
          one.isStopped ? 'stopped' : 'released',
        ]),
      );
      if (claims.length === 0) console.log('no channel owes us what the bank took back');
    });
}

function addTakeCommand(bank: Command): void {
  bank
    .command('take')
    .description(
      'take a statement file of our bank, whole or not at all, and work its lines; again has no effect',
    )
    .argument('<file>', 'for example BANKX_20260715.sta')
    .option(
      '--any-value-date',
      'propose to take it with its value dates, also those of days that are over (the maker); once another person agrees, take it again without this',
    )
    .option('--as <user>', `with --any-value-date: ${AS_HELP}`)
    .option('--reason <text>', 'with --any-value-date: what the bank says of these dates')
    .option('--json', JSON_HELP)
    .action(async (file: string, options: Partial<Maker> & { anyValueDate?: boolean; reason?: string }) => {
      const { json, anyValueDate } = options;
      if (anyValueDate) return proposeDates(file, options);
      const { taken, worked, failed } = await withSettlement(async (tools) => {
        await begunByHand(tools.database, 'taken by hand', { kind: 'bank_statement', id: basename(file) });
        const result = await takeStatementFile(tools, statementFile(tools, file));
        const lines: BankWork = result.ok
          ? await workBankLines(tools, tools.clock.now())
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
          : `taken, ${counted(lines.length, 'line')}, closing ${formatRupiah(rupiah(closing))}`;
        console.log(`statement ${number} of ${account}: ${how}`);
        for (const [outcome, count] of Object.entries(worked))
          console.log(`  ${outcome.padEnd(12)} ${count}`);
        for (const { line, reason } of failed) console.error(`simpul: ${line}: ${reason}`);
      } else console.error(`simpul: ${taken.error}`);
      process.exitCode = taken.ok && failed.length === 0 ? 0 : 1;
    });
}

function statementFile(tools: SettlementTools, file: string): StatementFile {
  const format = bankFormat(tools);
  const beside = signatureOf(format, file);
  const signaturePath = beside !== undefined && existsSync(beside) ? beside : undefined;
  return { path: file, name: basename(file), format, signaturePath };
}

async function proposeDates(
  file: string,
  { as: by, reason, json }: Partial<Maker> & { reason?: string },
): Promise<void> {
  if (by === undefined || reason === undefined)
    return refuse('--any-value-date needs --as and --reason: two people agree to such dates', json);
  const done = await withSettlement((tools) =>
    proposeStatementFile(tools, statementFile(tools, file), { by, reason }),
  );
  if (!done.ok) return refuse(done.error, json);
  say(proposedAs(done.value), done.value, json);
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
  asksMaker(
    aboutLine(
      bank
        .command('name')
        .description('propose which announced money or payout a line is that nobody could name (the maker)'),
    )
      .argument(
        '<reference...>',
        'of the announcement or payout; of several payouts, where the line pays or gives back all of them together',
        (text: string, before: string[] | undefined) => [...(before ?? []), bankReference(text)],
      )
      .option('--note <text>', 'why'),
  ).action(
    async (
      account: string,
      line: Omit<LinePlace, 'account'>,
      references: string[],
      { as, note, json }: Maker & { note?: string },
    ) => {
      const done = await withSettlement((tools) =>
        proposeBankLine(tools, {
          place: { account, ...line },
          references,
          by: as,
          reason: note ?? `it is ${references.join(' ')}`,
          at: tools.clock.now(),
        }),
      );
      if (!done.ok) return refuse(namingInWords(done.error).en, json);
      const { approvalId, version } = done.value;
      say(proposedAs(done.value), { approvalId, version }, json);
    },
  );
}

function addConfirmCommand(bank: Command): void {
  asksChecker(
    aboutLine(
      bank
        .command('confirm')
        .description('agree to what a line was proposed to be, as it was shown (the checker); books it once'),
    ),
    'simpul approval show',
  ).action(async (account: string, line: Omit<LinePlace, 'account'>, { as, version, json }: Checker) => {
    const done = await withSettlement((tools) =>
      approveBankLine(tools, {
        place: { account, ...line },
        version,
        by: as,
        at: tools.clock.now(),
      }),
    );
    if (!done.ok) return refuse(namingInWords(done.error).en, json);
    say(`the line is ${done.value.about}`, { line: done.value }, json);
  });
}

function aboutLine(command: Command): Command {
  return command
    .argument('<account>', 'for example BANKX/1234567890')
    .argument('<line>', 'year, statement and line: 2026/196/2', linePlace);
}

function linePlace(text: string): Omit<LinePlace, 'account'> {
  const place = lineOfStatement(text);
  if (!place) throw new InvalidArgumentError('It must be year/statement/line, such as 2026/196/2.');
  return place;
}

/** Why money is not announced under the name of a payout. */
export const KEPT_FOR_PAYOUTS =
  'references that begin with STL- are kept for payouts, and a line with one would be taken for one; choose another';

/** A reference that a statement has room for. @throws InvalidArgumentError for anything else. */
export function bankReference(text: string): string {
  if (!/^[A-Z0-9][A-Z0-9./-]{0,15}$/.test(text))
    throw new InvalidArgumentError('It must be 1 to 16 capital letters, digits and . / -');
  return text;
}
