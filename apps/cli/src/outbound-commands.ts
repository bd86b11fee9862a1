import { join } from 'node:path';
import type { Command } from 'commander';
import { clockFromEnvironment, SettingError } from '#lib/platform';
import {
  listOutboundFiles,
  readOutboundContracts,
  sendAgain,
  type OutboundFile,
  type SendAgainRefusal,
} from '#lib/reconciliation';
import { withCheckedDatabase } from './database';
import { asksMaker, type Maker } from './four-eyes';
import { JSON_HELP, printJson, refuse, say } from './output';
import { CONFIG } from './places';
import { printTable } from './table';
import { businessDate } from './typed';

const SHOWN = 100;

/** `simpul outbound`: the files that we send to channels and billers. */
export function addOutboundCommands(program: Command): void {
  const outbound = program.command('outbound').description('files that we send to channels and billers');
  outbound
    .command('contracts')
    .description(
      'what is agreed: whose payments, when, under which name; exit 2 when a contract cannot be kept',
    )
    .option('--json', JSON_HELP)
    .action(({ json }: { json?: boolean }) => {
      const contracts = readOutboundContracts(join(CONFIG, 'outbound')).map((one) => ({
        contract: one.contract,
        about: 'channel' in one.about ? `channel ${one.about.channel}` : `source ${one.about.source}`,
        send: one.send.after === 'run' ? 'after each run' : `at ${one.send.at} on the day after`,
        example: one.fileName('2026-07-14', 1),
        pgp: one.pgp !== undefined,
        acknowledgement: one.acknowledgement?.ending ?? null,
        settings: one.settings,
      }));
      if (json) printJson({ ok: true, contracts });
      else
        printTable(
          ['contract', 'about', 'sent', 'for example', 'pgp', 'acknowledged by', 'settings'],
          contracts.map((one) => [
            one.contract,
            one.about,
            one.send,
            one.example,
            one.pgp ? 'yes' : 'no',
            one.acknowledgement ?? 'nobody',
            one.settings,
          ]),
        );
    });
  outbound
    .command('list')
    .description('the files of the last days: how far each has come; exit 1 when one needs somebody')
    .option('--json', JSON_HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const files = await listed();
      const trouble = files.filter(needsSomebody);
      if (json) printJson({ ok: trouble.length === 0, files });
      else print(files);
      process.exitCode = trouble.length === 0 ? 0 : 1;
    });
  addSendAgainCommand(outbound);
}

interface SendAgainOptions extends Maker {
  reason: string;
}

function addSendAgainCommand(outbound: Command): void {
  asksMaker(
    outbound
      .command('send-again')
      .description(
        'have a day’s file made and sent once more: a file of the next sequence, which replaces the last',
      )
      .argument('<contract>', 'for example bank-nusa-day; see simpul outbound contracts')
      .argument('<date>', 'for example 2026-07-14', businessDate)
      .requiredOption('--reason <text>', 'why, for example what the receiver says'),
  ).action(async (contract: string, date: string, { as: by, reason, json }: SendAgainOptions) => {
    const known = readOutboundContracts(join(CONFIG, 'outbound')).map((one) => one.contract);
    if (!known.includes(contract))
      throw new SettingError(`there is no contract ${contract}; known: ${known.join(', ')}`);
    const at = clockFromEnvironment().now();
    const planned = await withCheckedDatabase((database) =>
      sendAgain(database, { contract, businessDate: date, by, reason, at }),
    );
    const about = { contract, businessDate: date };
    if (!planned.ok) return refuse(inWords(planned.error), json, about);
    say(
      `${contract} ${date}: file ${planned.value.seq} takes the place of ${planned.value.replaces}; the worker sends it`,
      planned.value,
      json,
    );
  });
}

function inWords(refusal: SendAgainRefusal): string {
  return refusal.kind === 'never sent'
    ? 'no file of this day was sent; see simpul outbound list'
    : `file ${refusal.seq} is on its way; wait until it is sent`;
}

async function listed(): Promise<OutboundFile[]> {
  return withCheckedDatabase((database) => listOutboundFiles(database, SHOWN));
}

function needsSomebody({ state, overdueAt, failures }: OutboundFile): boolean {
  return state === 'rejected' || (state === 'sent' && overdueAt !== null) || failures >= 3;
}

function print(files: readonly OutboundFile[]): void {
  printTable(
    ['contract', 'date', 'seq', 'replaces', 'state', 'rows', 'file', 'said'],
    files.map((one) => [
      one.contract,
      one.businessDate,
      String(one.seq),
      one.replaces === null ? '' : String(one.replaces),
      needsSomebody(one) ? `${one.state} !` : one.state,
      one.rows === null ? '' : String(one.rows),
      one.fileName ?? '',
      one.overdueAt !== null && one.state === 'sent' ? 'not acknowledged in time' : (one.said ?? ''),
    ]),
  );
  if (files.length === 0) console.log('no file was sent yet');
}
