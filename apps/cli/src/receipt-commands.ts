import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { Catalog } from '#lib/catalog';
import { isPaymentId, normalizePaymentId } from '#lib/kernel';
import { clockFromEnvironment, Database, SecretBox, setting, SettingError } from '#lib/platform';
import {
  LANGUAGES,
  readSample,
  RECEIPT_FORMATS,
  Receipts,
  renderSample,
  type Language,
  type ReceiptFormat,
} from '#lib/receipts';
import { ReceiptFlow, selectPayment } from '#lib/switching';
import { begunByHand } from './by-hand';
import { CONFIG, ROOT } from './places';

const SAMPLES = join(ROOT, 'fixtures', 'receipts');

interface ReceiptOptions {
  format: ReceiptFormat;
  language: Language;
  out?: string;
}

/** `simpul receipt <paymentId>` and `simpul receipt preview <name>`. */
export function addReceiptCommands(program: Command): void {
  const receipt = program
    .command('receipt')
    .description('the receipt of a payment that is paid; each after the first is a copy and says so')
    .argument('<paymentId>', 'as it is printed or typed, with or without dashes')
    .addOption(
      new Option('--format <format>', 'what it is wanted as').choices(RECEIPT_FORMATS).default('text48'),
    )
    .addOption(new Option('--language <language>').choices(LANGUAGES).default('id'))
    .option('--out <file>', 'where to write it; needed for a PDF')
    .action(async (typed: string, options: ReceiptOptions) => {
      if (options.format === 'pdf' && options.out === undefined)
        throw new SettingError('a PDF needs a file to go to: --out <file>');
      await handOut(normalizePaymentId(typed), options);
    });
  receipt
    .command('preview')
    .description('try a definition of config/receipts with its sample payment')
    .argument('<name>', 'a file of config/receipts without its ending, for example water')
    .option('--write', 'make what comes out the golden samples of the definition')
    .action(async (name: string, { write }: { write?: boolean }) => preview(name, write ?? false));
}

async function handOut(paymentId: string, { format, language, out }: ReceiptOptions): Promise<void> {
  const url = setting('DATABASE_URL', 'the payment database');
  const box = new SecretBox(setting('SIMPUL_DATA_KEY', 'the key under which partner secrets are sealed'));
  const receipts = Receipts.read(join(CONFIG, 'receipts'));
  const database = new Database(url, { connectionsMax: 1 });
  try {
    const payment = isPaymentId(paymentId)
      ? await selectPayment(database, 'p.payment_id = ?', [paymentId])
      : undefined;
    if (!payment) return refuse(`there is no payment ${paymentId}`);
    const catalog = await Catalog.open(url, box, () => undefined);
    try {
      const flow = new ReceiptFlow(clockFromEnvironment(), catalog, receipts, database);
      const askedBy = `operator:${userInfo()
        .username.replace(/[^\x21-\x7e]/g, '?')
        .slice(0, 60)}`;
      const object = { kind: 'receipt', id: paymentId };
      await begunByHand(database, 'receipt asked for', object, { paymentId, after: { format, language } });
      const handedOut = await flow.handOut(payment, { format, language, askedBy });
      if (!handedOut.ok) return refuse(`there is no receipt: ${handedOut.error.detail}`);
      const { body, copyNo, isReissued } = handedOut.value;
      if (out === undefined) process.stdout.write(body);
      else {
        writeFileSync(out, body);
        const which = copyNo === 0 ? 'the first receipt' : `copy ${copyNo}`;
        const anew = isReissued ? ', as its biller has given it anew' : '';
        console.log(`${out}: ${which} of ${paymentId}${anew}`);
      }
    } finally {
      await catalog.close();
    }
  } finally {
    await database.close();
  }
}

function refuse(why: string): void {
  console.error(`simpul: ${why}`);
  process.exitCode = 1;
}

async function preview(name: string, isWritten: boolean): Promise<void> {
  const receipts = Receipts.read(join(CONFIG, 'receipts'));
  const definition = receipts.definition(name);
  if (!definition)
    throw new SettingError(
      `there is no receipt "${name}"; config/receipts has: ${receipts.names().join(', ')}`,
    );
  const folder = join(SAMPLES, name);
  const sample = join(folder, 'payment.yaml');
  if (!existsSync(sample))
    throw new SettingError(
      `there is no ${sample}; write a payment to try it with, as docs/receipts.md shows`,
    );
  const files = await renderSample(definition, readSample(sample));
  if (isWritten) mkdirSync(folder, { recursive: true });
  for (const [file, body] of files) {
    if (isWritten) writeFileSync(join(folder, file), body);
    const shown = file.endsWith('.pdf') ? `${body.length} bytes\n` : body.toString();
    console.log(`== ${file}\n${shown}`);
  }
}
