import { join } from 'node:path';
import type { Command } from 'commander';
import { formatRupiah, wibText } from '#lib/kernel';
import { setting } from '#lib/platform';
import {
  listPayoutFiles,
  makePayoutFile,
  readPayoutFileContract,
  writePayoutFileAgain,
  type LeftOut,
  type PayoutFile,
  type SettlementTools,
} from '#lib/settlement';
import { payoutInWords } from '#lib/proposals';
import { asksMaker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse } from './output';
import { CONFIG } from './places';
import { withSettlement } from './settlement-tools';
import { printTable } from './table';

/** `simpul payout file`, `payout files`: approved payouts for the bank, in one file. */
export function addPayoutFileCommands(payout: Command): void {
  asksMaker(
    payout
      .command('file')
      .description(
        'hand all approved payouts that may leave to the bank in one file; they are sent from then on',
      )
      .option('--again <name>', 'write a file that was made before once more, with the same content'),
  ).action(async ({ as: by, again, json }: Maker & { again?: string }) => {
    if (again === undefined) await make(by, json);
    else await writeAgain(again, json);
  });
  payout
    .command('files')
    .description('the files that were made for the bank, the latest first')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const files = await withSettlement(({ database }) => listPayoutFiles(database));
      if (json) printJson({ ok: true, files });
      else if (files.length === 0) console.log('no files');
      else
        printTable(
          ['name', 'payouts', 'amount', 'made', 'by'],
          files.map(({ name, payouts, amount, madeAt, madeBy }) => [
            name,
            String(payouts),
            formatRupiah(amount),
            wibText(madeAt),
            madeBy,
          ]),
        );
    });
}

async function make(by: string, json: boolean | undefined): Promise<void> {
  const { file, path, leftOut } = await withSettlement((tools) =>
    makePayoutFile(fileTools(tools), { by, at: tools.clock.now() }),
  );
  const left = leftOut.map(({ reference, why }) => ({ reference, why: inWords(why) }));
  if (json) printJson({ ok: true, file: file ?? null, path: path ?? null, leftOut: left });
  else {
    console.log(file && path ? said(file, path) : 'no approved payout may leave now; no file was made');
    for (const { reference, why } of left) console.log(`${reference} is left out: ${why}`);
  }
}

async function writeAgain(name: string, json: boolean | undefined): Promise<void> {
  const done = await withSettlement((tools) => writePayoutFileAgain(fileTools(tools), name));
  if (done.ok) {
    const { file, path } = done.value;
    if (json) printJson({ ok: true, file, path });
    else console.log(said(file, path));
    return;
  }
  const why = {
    unknown: 'no such file was made; see simpul payout files',
    differs: 'by config/payout-file.yaml of today it would be another file; it is written only as it was',
  };
  refuse(why[done.error.kind], json);
}

function fileTools(tools: SettlementTools) {
  return {
    ...tools,
    contract: readPayoutFileContract(join(CONFIG, 'payout-file.yaml')),
    home: setting('SIMPUL_HOME', 'the folder of the installation, for the files of payouts'),
  };
}

function said({ payouts, amount, sha256 }: PayoutFile, path: string): string {
  return `${path}  ${payouts} payouts, ${formatRupiah(amount)}  ${sha256}`;
}

function inWords(why: LeftOut['why']): string {
  return why.kind === 'no account'
    ? `config/payout-file.yaml does not say where ${why.party} is paid`
    : payoutInWords(why).en;
}
