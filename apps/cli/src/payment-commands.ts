import type { Command } from 'commander';
import { formatRupiah, wibText } from '#lib/kernel';
import { clockFromEnvironment, Database, setting } from '#lib/platform';
import { listOpenPayments, type OpenPayment } from '#lib/switching';
import { JSON_HELP, printJson } from './output';
import { printTable } from './table';

const PAGE_ROWS = 1_000;

/** `simpul payments open`. @returns `simpul payments`, for what else there is to list. */
export function addPaymentCommands(program: Command): Command {
  const payments = program.command('payments').description('look at payments');
  payments
    .command('open')
    .description('every payment that has no end yet: why, how long, who takes the next step and when')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const open = await openPayments();
      if (json) printJson({ ok: true, count: open.length, payments: open.map(presented) });
      else print(open);
    });
  return payments;
}

async function openPayments(): Promise<OpenPayment[]> {
  const database = new Database(setting('DATABASE_URL', 'the payment database'), { connectionsMax: 1 });
  const now = clockFromEnvironment().now();
  try {
    const open: OpenPayment[] = [];
    for (;;) {
      const afterPaymentId = open.at(-1)?.paymentId ?? '';
      const page = await listOpenPayments(database, { now, afterPaymentId, rowsMax: PAGE_ROWS });
      open.push(...page);
      if (page.length < PAGE_ROWS) return open;
    }
  } finally {
    await database.close();
  }
}

function presented(payment: OpenPayment) {
  return { ...payment, charge: payment.charge.toString() };
}

function print(open: readonly OpenPayment[]): void {
  printTable(
    ['payment', 'state', 'age', 'channel', 'biller', 'held', 'asked', 'owner', 'next step', 'at', 'reason'],
    open.map((one) => [
      one.paymentId,
      one.state,
      ageOf(one.ageSeconds),
      one.channelId,
      one.billerId,
      formatRupiah(one.charge),
      String(one.adviceCount),
      one.owner,
      one.nextStep,
      one.nextStepAt ? wibText(one.nextStepAt) : '',
      one.reason,
    ]),
  );
  console.log(open.length === 0 ? 'no payment is open' : `${open.length} open`);
}

/** For example `2 h 5 min`. */
function ageOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
