import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { describeRefusal } from '#lib/audit';
import { formatRupiah, type Rupiah, wibText } from '#lib/kernel';
import {
  invoiceMonth,
  proposePphSlip,
  readTaxRules,
  taxInvoices,
  type InvoiceRefusal,
} from '#lib/settlement';
import { slipInWords } from '#lib/proposals';
import { begunByHand } from './by-hand';
import { asksMaker, proposedAs, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';
import { businessDate, rupiahAboveZero } from './typed';

/** `simpul tax` and `simpul pph-slip`: PPN and PPh on our fee. */
export function addTaxCommands(program: Command): void {
  addInvoiceCommand(program);
  addSlipCommand(program);
}

function addInvoiceCommand(program: Command): void {
  program
    .command('tax')
    .description(
      'the invoices of our fee of a month with PPN and PPh, and their corrections; --book books what is not booked yet',
    )
    .argument('<month>', 'for example 2026-07', month)
    .option('--book', 'once the month is over: book what is settled in it and not invoiced yet')
    .option('--json', JSON_HELP)
    .action(async (of: string, { book, json }: { book?: boolean; json?: boolean }) => {
      const rules = readTaxRules(join(CONFIG, 'tax.yaml'));
      const { invoices, reason } = await withSettlement(async ({ database, writer, clock }) => {
        if (book) await begunByHand(database, 'invoiced', { kind: 'tax_month', id: of });
        const done = book ? await invoiceMonth({ database, writer, rules }, of, clock.now()) : undefined;
        return {
          invoices: await taxInvoices(database, of),
          reason: done?.ok === false ? `not booked: ${inWords(done.error)}` : undefined,
        };
      });
      if (json) printJson({ ok: reason === undefined, invoices, ...(reason && { reason }) });
      else {
        printTable(
          ['channel', 'document', 'fee', 'without PPN', 'PPN', 'PPh', 'cash'],
          invoices.map((one) => [
            one.channelId,
            one.subjectId,
            ...[one.fee, one.feeWithoutPpn, one.ppn, one.pph, one.cash].map(formatRupiah),
          ]),
        );
        if (invoices.length === 0) console.log(`no invoices of ${of}`);
        if (reason) console.error(`simpul: ${reason}`);
      }
      process.exitCode = reason === undefined ? 0 : 1;
    });
}

function inWords(refusal: InvoiceRefusal): string {
  switch (refusal.kind) {
    case 'no rule':
      return `config/tax.yaml has no rule on ${refusal.date}`;
    case 'month open':
      return `the month is not over before ${wibText(refusal.until)}; invoice it then`;
    case 'subject used':
      return `another journal stands under ${refusal.subjectId}; see simpul trace ${refusal.subjectId}`;
    case 'overloaded':
      return 'too many wait to be written; try again';
  }
}

interface SlipOptions extends Maker {
  channel: string;
  amount: Rupiah;
  date: string;
  reason: string;
}

function addSlipCommand(program: Command): void {
  asksMaker(
    program
      .command('pph-slip')
      .description(
        'propose to book the PPh that a channel has withheld, by its slip (bukti potong): once another person agreed, it owes us that much less',
      )
      .argument('<number>', 'the number of the slip', slipNumber)
      .requiredOption('--channel <id>', 'who has withheld it')
      .requiredOption('--amount <rupiah>', 'what is withheld, for example 800000', rupiahAboveZero)
      .requiredOption('--date <date>', 'of the slip, for example 2026-08-10', businessDate)
      .option('--reason <text>', 'where the slip lies', 'by its slip'),
  ).action(async (slip: string, { as, channel, amount, date, reason, json }: SlipOptions) => {
    const done = await withSettlement(({ database, clock }) =>
      proposePphSlip(database, {
        slip,
        channelId: channel,
        amount,
        businessDate: date,
        by: as,
        reason,
        at: clock.now(),
      }),
    );
    if (done.ok) return say(proposedAs(done.value), { slip, ...done.value }, json);
    const { error } = done;
    refuse(error.kind === 'proposal' ? describeRefusal(error.refusal) : slipInWords(error).en, json, {
      slip,
    });
  });
}

function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text))
    throw new InvalidArgumentError('It must be a month such as 2026-07.');
  return text;
}

function slipNumber(text: string): string {
  if (!/^[A-Za-z0-9./-]{1,36}$/.test(text))
    throw new InvalidArgumentError('It must be up to 36 letters, digits, dots, dashes and slashes.');
  return text;
}
