#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { CannotRun, explain } from '../scripts/lib/cannot-run.mjs';
import { stopSignal } from '../scripts/lib/signals.mjs';
import { setup } from '../scripts/setup.mjs';

/** Each with how long it measures unless told otherwise. */
const BENCHES = {
  payments: 8,
  'hot-account': 8,
  idle: 10,
  overload: 600,
  soak: 600,
  iso8583: 8,
  'snap-verify': 8,
  'noisy-neighbour': 15,
  catalog: 8,
  report: 8,
  sftp: 8,
  recon: 1,
};

const HELP = `npm run bench -- <name> [options]

Measures one thing on an installation made for it, each figure beside its own limit from the same run.
The last line is one JSON object; "valid" says whether the run's own gates held (books balanced, every payment
final). Exit code 0: measured, target reached or not; 1: the run is void; 2: could not run.

  payments       the whole HTTP path, one deposit, a biller that takes 20 ms
  hot-account    the commit pipeline alone: one deposit against 1,000

  idle           one client, 200/s and 1,000/s: what a payment costs besides the biller
  overload       half as much again as the switch can bear: refused early, formed nothing
  soak           a steady load for long: memory and connections stay flat
  snap-verify    the check of one SNAP signature against its bare hash and HMAC
  iso8583        packing and unpacking of a 0200 on one core, beside a public package

  noisy-neighbour
                 one biller dead at 200/s: what a healthy one's payments notice of it
  sftp           a settlement file of 100 MB into the archive, beside OpenSSH's own client
  catalog        500 billers, 5,000 products, 100 channels: start, lookup, how soon a change is seen
  recon          one source's day: a file over SFTP against as many payments, planted faults, to a closed run

  report         a CSV of 1,000,000 rows and a workbook of 200,000: time and memory

  --seconds n    how long each measured part takes (default 8; idle 10, noisy-neighbour 15, overload and soak 600)
  --db-rtt-ms n  payments: put the database so many milliseconds away
  --channel c    payments: snap or iso8583, by turns with the H2H API
  --rows n       recon: rows of each side (default 1000000)
  --with-payments
                 recon: with 1,000 payments a second beside it
  --help         this text`;

const signal = stopSignal();
process.exit(await main().catch((error) => explain(error)));

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      'db-rtt-ms': { type: 'string', default: '0' },
      channel: { type: 'string', default: 'h2h' },
      rows: { type: 'string', default: '1000000' },
      'with-payments': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  if (values.help || name === '') {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const usual = Object.entries(BENCHES).find(([known]) => known === name)?.[1];
  if (usual === undefined)
    throw new CannotRun(`There is no bench "${name}"; known: ${Object.keys(BENCHES).join(', ')}.`);
  const seconds = wholeNumber('--seconds', values.seconds ?? String(usual), 1);
  if (!['h2h', 'snap', 'iso8583'].includes(values.channel))
    throw new CannotRun(`--channel is "${values.channel}", and must be h2h, snap or iso8583.`);
  const dbRttMs = wholeNumber('--db-rtt-ms', values['db-rtt-ms'], 0);
  await setup({ signal });
  const { measure } = await import(`./${name}.mjs`);
  const result = await measure({
    seconds,
    dbRttMs,
    channel: values.channel,
    rows: wholeNumber('--rows', values.rows, 1_000),
    withPayments: values['with-payments'],
    signal,
    log: (/** @type {string} */ line) => console.log(line),
  });
  console.log(JSON.stringify({ bench: name, ...result }));
  return result.valid ? 0 : 1;
}

/**
 * @param {string} option
 * @param {string} text
 * @param {number} least
 */
function wholeNumber(option, text, least) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new CannotRun(`${option} is "${text}"; give a whole number from ${least}.`);
  return number;
}
