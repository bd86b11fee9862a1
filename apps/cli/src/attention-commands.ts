import type { Command } from 'commander';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment } from '#lib/platform';
import { listContradictions, listOpenReversals } from '#lib/switching';
import { withDatabase } from './database';
import { JSON_HELP, printJson } from './output';

/** A list for people is read from the top; who needs more looks at the tables. */
const ROWS_MAX = 1_000;

/** `simpul payments contradictions` and `simpul payments reversals`: what people must look at. */
export function addAttentionCommands(payments: Command): void {
  payments
    .command('contradictions')
    .description('what billers said that cannot be squared with how a payment stands, the newest first')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const rows = await withDatabase((database) => listContradictions(database, ROWS_MAX));
      if (json) printJson({ ok: true, contradictions: rows });
      else
        print(
          rows.map(({ at, paymentId, billerId, state, contradiction, owner, nextStep }) => [
            `${wibText(at)} ${paymentId} ${billerId} ${state}: ${contradiction}`,
            `${owner}: ${nextStep}`,
          ]),
          'no contradictions',
        );
    });

  payments
    .command('reversals')
    .description('reversals that their biller has not acknowledged, the oldest first')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const now = clockFromEnvironment().now();
      const rows = await withDatabase((database) => listOpenReversals(database, now, ROWS_MAX));
      if (json) printJson({ ok: true, reversals: rows });
      else
        print(
          rows.map(({ paymentId, billerId, reversal, tries, ageSeconds, nextTryAt, owner, nextStep }) => [
            `${paymentId} ${billerId} ${reversal}, ${tries} tries, ${ageSeconds} s old, next ${nextTryAt ? wibText(nextTryAt) : '-'}`,
            `${owner}: ${nextStep}`,
          ]),
          'no open reversals',
        );
    });
}

function print(rows: readonly (readonly string[])[], none: string): void {
  if (rows.length === 0) console.log(none);
  for (const [head = '', ...rest] of rows) {
    console.log(head);
    for (const line of rest) console.log(`  ${line}`);
  }
}
