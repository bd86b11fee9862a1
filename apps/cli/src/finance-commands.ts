import { InvalidArgumentError, type Command } from 'commander';
import { formatRupiah } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import {
  approveFunds,
  fundsOn,
  isAsSigned,
  partiesOf,
  proposedFunds,
  proposeFunds,
  signedFunds,
  statementsOfParty,
  type FundsPosition,
  type PartyStatement,
} from '#lib/settlement';
import { fundsInWords } from '#lib/proposals';
import { JSON_HELP, printJson, refuse } from './output';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';
import { addTaxCommands } from './tax-commands';
import { businessDate } from './typed';

/** `simpul statement`, `simpul funds`, `simpul tax`, `simpul pph-slip`: what finance hands out and signs. */
export function addFinanceCommands(program: Command): void {
  addStatementCommand(program);
  addFundsCommand(program);
  addTaxCommands(program);
}

function addStatementCommand(program: Command): void {
  program
    .command('statement')
    .description(
      'what we owe a party: opening, what moved it, closing, beside the ledger; exit 1 where they differ or there is no such party',
    )
    .argument('<party>', 'biller:<id> or channel:<id>', partyNamed)
    .argument('<from>', 'for example 2026-07-14', businessDate)
    .argument('<to>', 'for example 2026-07-31', businessDate)
    .option('--json', JSON_HELP)
    .action(
      async (
        party: ReturnType<typeof partyNamed>,
        from: string,
        to: string,
        { json }: { json?: boolean },
      ) => {
        const { all, known } = await withSettlement(({ database }) =>
          database.snapshot(async (statements) => ({
            all: await statementsOfParty(statements, party, { from, to }),
            known: await partiesOf(statements, party.kind),
          })),
        );
        if (!known.includes(party.id) && all.every(isBlank)) {
          const there = known.length > 0 ? `there are: ${known.join(', ')}` : 'there are none yet';
          refuse(`there is no ${party.kind} ${party.id}; ${there}`, json);
          return;
        }
        const isWell = all.every(({ unexplained }) => unexplained === 0n);
        if (json) printJson({ ok: isWell, statements: all });
        else {
          for (const one of all) printStatement(one);
          if (all.every(({ entries }) => entries.length === 0))
            console.log(`${party.kind} ${party.id} has no lines from ${from} to ${to}`);
        }
        process.exitCode = isWell ? 0 : 1;
      },
    );
}

function isBlank({ opening, entries, ledger }: PartyStatement): boolean {
  return opening === 0n && entries.length === 0 && ledger === 0n;
}

function printStatement(one: PartyStatement): void {
  console.log(`${one.accountId}, ${one.from} to ${one.to}`);
  printTable(
    ['', 'count', 'amount'],
    [
      ['opening', '', formatRupiah(one.opening)],
      ...one.entries.map(({ kind, count, amount }) => [kind, String(count), formatRupiah(amount)]),
      ['closing', '', formatRupiah(one.closing)],
      ['ledger', '', formatRupiah(one.ledger)],
      ...(one.unexplained === 0n ? [] : [['unexplained', '', formatRupiah(one.unexplained)]]),
    ],
  );
  if (one.due.length > 0)
    printTable(
      ['settled', 'source', 'due', 'to be paid'],
      one.due.map(({ source, businessDate: day, dueDate, pay }) => [
        day,
        source,
        dueDate ?? '',
        formatRupiah(pay),
      ]),
    );
}

function addFundsCommand(program: Command): void {
  program
    .command('funds')
    .description(
      'what our money at the bank is made of at the end of a day; exit 1 where something is unexplained',
    )
    .argument('<date>', 'for example 2026-07-14', businessDate)
    .option('--propose', 'sign it as maker')
    .option('--approve', 'sign it as checker, another person; needs --version')
    .option('--version <version>', 'the version of the proposal that "simpul funds" printed')
    .option('--as <user>', 'who signs, an e-mail address')
    .option('--json', JSON_HELP)
    .action(async (date: string, options: FundsOptions) => {
      const { propose, approve, version, as = '', json } = options;
      if (approve && version === undefined)
        throw new SettingError(
          `--approve needs --version, the version that "simpul funds ${date}" prints: you sign what you were shown`,
        );
      const { position, signed, proposed, refusal } = await withSettlement(async ({ database, clock }) => {
        const order = { businessDate: date, by: as, at: clock.now() };
        const done = propose
          ? await proposeFunds(database, order)
          : approve
            ? await approveFunds(database, { ...order, version: version ?? '' })
            : undefined;
        return {
          position: await database.snapshot((statements) => fundsOn(statements, date)),
          signed: await signedFunds(database, date),
          proposed: await proposedFunds(database, date),
          refusal: done?.ok === false ? done.error : undefined,
        };
      });
      const isWell = position.remainder === 0n && refusal === undefined;
      const by = signed && {
        maker: signed.maker,
        checker: signed.checker,
        signedAt: signed.signedAt,
        isAsSigned: isAsSigned(position, signed),
      };
      if (json)
        printJson({
          ok: isWell,
          position,
          signed: by ?? null,
          proposed: proposed ?? null,
          ...(refusal && { reason: fundsInWords(refusal).en }),
        });
      else {
        printFunds(position, by);
        if (proposed) console.log(`proposed by ${proposed.maker}, version ${proposed.version}`);
      }
      if (!json && refusal) console.error(`simpul: ${fundsInWords(refusal).en}`);
      process.exitCode = isWell ? 0 : 1;
    });
}

interface FundsOptions {
  propose?: boolean;
  approve?: boolean;
  version?: string;
  as?: string;
  json?: boolean;
}

function printFunds(
  position: FundsPosition,
  signed: { maker: string; checker: string; isAsSigned: boolean } | undefined,
): void {
  const { deposits, commissions, clearing, payables, suspense, ownFunds, owedToUs, inTransit } = position;
  printTable(
    ['position of funds', 'amount'],
    [
      ...position.bank.map(({ account, number, closing }) => [
        `bank ${account}, statement ${number}`,
        formatRupiah(closing),
      ]),
      ['deposits of channels', formatRupiah(deposits)],
      ['commissions not yet settled', formatRupiah(commissions)],
      ['paid and not settled (clearing)', formatRupiah(clearing)],
      ['settled and not paid out (payable)', formatRupiah(payables)],
      ['suspense', formatRupiah(suspense)],
      ['own funds', formatRupiah(ownFunds)],
      ['owed to us, and paid in advance', formatRupiah(owedToUs)],
      ['in transit', formatRupiah(inTransit)],
      ['remainder', formatRupiah(position.remainder)],
    ],
  );
  if (position.bank.length === 0) console.log('no bank statement has been taken up to that day');
  console.log(signed ? `signed by ${signed.maker} and ${signed.checker}` : 'not signed');
  if (signed && !signed.isAsSigned)
    console.log('the books of that day have taken up more since it was signed; the signed figures are kept');
}

function partyNamed(text: string): { kind: 'biller' | 'channel'; id: string } {
  const match = /^(biller|channel):([a-zA-Z0-9_-]{1,40})$/.exec(text);
  const [, kind, id] = match ?? [];
  if ((kind !== 'biller' && kind !== 'channel') || id === undefined)
    throw new InvalidArgumentError('It must be biller:<id> or channel:<id>.');
  return { kind, id };
}
