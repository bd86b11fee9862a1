import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BANKS } from '../lib/secrets.mjs';
import { openLine } from './iso8583-bank.mjs';
import { openBank } from './snap-bank.mjs';

const CHANNEL = 'simpul-story';
const LINE_BANK = 'bank-cerita';
const SIMPUL = fileURLToPath(new URL('../simpul.mjs', import.meta.url));
/** A switch answers within 15 s. */
const CALL_TIMEOUT_MS = 20_000;

/**
 * @typedef {Record<string, any>} Json what came over a wire; each reader checks the members it reads
 * @typedef {Awaited<ReturnType<typeof openWorld>>} World
 */

/**
 * The doors an outsider has: the partner's API, a bank's, the biller's record, and eyes on the tables and the drop.
 * @param {string} home
 * @param {(line: string) => void} log
 */
export async function openWorld(home, log) {
  const run = readJson(home, 'run.json');
  const environment = readJson(home, 'env.json');
  const secret = environment.CHANNEL_SIMPUL_STORY_SECRET;
  if (!secret) throw new Error('env.json has no CHANNEL_SIMPUL_STORY_SECRET; start again with demo data');
  const offsetMs = clockOffsetMs(environment.SIMPUL_CLOCK_OFFSET ?? '');
  // What the billers did before this story is none of its business, and may be a long list.
  const since = (await ask('GET', run.simulator.http, '/truth')).length;
  const mysql = await import('mysql2/promise');
  const database = await mysql.createConnection({
    uri: run.database.url,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });

  /** @param {string} method @param {string} target @param {Json} [content] */
  const call = async (method, target, content) => {
    const body = content === undefined ? '' : JSON.stringify(content);
    const timestamp = new Date(Date.now() + offsetMs).toISOString();
    const digest = createHash('sha256').update(body).digest('hex');
    const signature = createHmac('sha256', secret)
      .update([method, target, timestamp, digest].join('\n'))
      .digest('base64');
    const response = await fetch(run.switch.http + target, {
      method,
      ...(body && { body }),
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        'X-Channel-Id': CHANNEL,
        'X-Timestamp': timestamp,
        'X-Signature': signature,
      },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    /** @type {Json} */
    const answer = await response.json();
    return { status: response.status, body: answer, replayed: response.headers.get('Idempotent-Replayed') };
  };

  return {
    log,
    call,
    /** The door of a bank that speaks SNAP. */
    bank: openBank(run, offsetMs),
    /** A line of a bank that speaks ISO 8583; close it. */
    line: () => openLine({ ...run.switch.iso8583, institution: BANKS[LINE_BANK].institutionCode, offsetMs }),
    /** What the biller recorded since the story began. @returns {Promise<Json[]>} */
    truth: async () => /** @type {Json[]} */ (await ask('GET', run.simulator.http, `/truth?since=${since}`)),
    /** Has the biller write its settlement file. @param {string} source @param {string} date */
    settle: (source, date) => ask('POST', run.simulator.http, `/settlement/${source}/${date}`),
    /** @param {string} text @param {unknown[]} values @returns {Promise<Json[]>} */
    sql: async (text, values) => {
      const [rows] = await database.query(text, values);
      return /** @type {Json[]} */ (rows);
    },
    /** @param {string} file below the drop's folder */
    download: (file) => downloadOver(run.simulator.sftp, file),
    /** @param {string[]} args */
    simpul: (args) => runSimpul(args, { ...process.env, ...environment, SIMPUL_HOME: home }),
    close: () => database.end(),
  };
}

/**
 * Asks the simulator, which needs no signature.
 * @param {'GET' | 'POST'} method
 * @param {string} base
 * @param {string} target
 * @returns {Promise<Json>}
 */
async function ask(method, base, target) {
  const response = await fetch(base + target, { method, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  if (!response.ok)
    throw new Error(`the simulator answers ${response.status} to ${target}: ${await response.text()}`);
  return /** @type {Promise<Json>} */ (response.json());
}

/**
 * By how much the installation's clock is moved; a request with another time of day would be refused.
 * @param {string} text such as `+3d` or `-1d12h`, or nothing
 */
function clockOffsetMs(text) {
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g))
    total += Number(count) * unitMs[/** @type {keyof typeof unitMs} */ (unit)];
  return text.startsWith('-') ? -total : total;
}

/** @param {string} home @param {string} name @returns {Json} */
function readJson(home, name) {
  return JSON.parse(readFileSync(path.join(home, name), 'utf8'));
}

/**
 * Fetches a file as a partner would, and only from the server whose key we know.
 * @param {Json} sftp
 * @param {string} file
 * @returns {Promise<Buffer>}
 */
async function downloadOver(sftp, file) {
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client();
  await client.connect({
    host: sftp.host,
    port: sftp.port,
    username: sftp.user,
    privateKey: readFileSync(sftp.privateKeyFile),
    hostVerifier: (/** @type {Buffer} */ key) =>
      `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}` === sftp.hostKeySha256,
  });
  try {
    return /** @type {Buffer} */ (await client.get(path.posix.join(sftp.settlementDir, file)));
  } finally {
    await client.end();
  }
}

/**
 * Runs the operator's command line; stdout is one JSON object and nothing else.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Json>}
 */
async function runSimpul(args, environment) {
  const child = spawn(process.execPath, [SIMPUL, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => (out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (err += chunk));
  const exitCode = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(
      `simpul ${args.join(' ')} ended with ${exitCode} and printed no JSON: ${(err || out).trim().slice(-500)}`,
    );
  }
}
