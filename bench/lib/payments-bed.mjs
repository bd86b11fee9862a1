import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { CHECKOUT } from '../../scripts/lib/home.mjs';
import { nodeOptions } from '../../scripts/lib/node-options.mjs';
import { freePorts } from '../../scripts/lib/ports.mjs';
import { h2hChannels } from '../../scripts/lib/run-file.mjs';
import { runLoad, startProgram } from './bed.mjs';
import { cpuMs, median, quantile, rounded, rssMb } from './figures.mjs';
import { askInquiry } from './partner.mjs';

/** What all benches of the whole HTTP path share: one deposit, copied offers, switches of their own, the books after. */

export const CHANNEL = 'ppob-nusantara';
export const IN_FLIGHT_MAX = 256;
/** Ends in 3002: the simulated biller pays after 20 ms. */
export const CUSTOMER = '14270013002';

/**
 * Asks once for a bill, then copies that offer: the payments are what is measured.
 * @param {import('./bed.mjs').Bed} bed
 * @param {number} [count] how many there will be, of each channel
 * @param {readonly string[]} [channelIds] who will pay; the first one's are taken unless said otherwise
 */
export async function prepareOffers(bed, count = 600_000, channelIds = [CHANNEL]) {
  const { inquiryId, total } = await askInquiry(bed.run, CHANNEL, CUSTOMER);
  /** @type {Map<string, number>} */
  const next = new Map();
  for (const [nth, channelId] of channelIds.entries()) {
    await bed.admin.query(
      `INSERT INTO inquiry (inquiry_id, channel_id, channel_reference, product_id, customer_number, amount, offer,
         created_at, valid_until)
       SELECT CONCAT('inq_b', ?, s.seq), ?, channel_reference, product_id, customer_number,
         amount, offer, created_at, created_at + INTERVAL 1 DAY FROM inquiry, seq_1_to_${count} s WHERE inquiry_id = ?`,
      [letterOf(nth), channelId, inquiryId],
    );
    next.set(channelId, 0);
    await coverPayments(bed, channelId);
  }
  return {
    /** @param {number} wanted @param {string} [channelId] @returns {[string, string][]} */
    take(wanted, channelId = channelIds[0] ?? CHANNEL) {
      const taken = next.get(channelId) ?? 0;
      next.set(channelId, taken + wanted);
      if (taken + wanted > count) throw new Error(`more than ${count} payments; measure fewer seconds`);
      const letter = letterOf(channelIds.indexOf(channelId));
      return Array.from(
        { length: wanted },
        (_, at) => /** @type {[string, string]} */ ([`inq_b${letter}${taken + at + 1}`, total]),
      );
    },
  };
}

/** @param {number} nth tells the offers of one channel from those of another */
function letterOf(nth) {
  return String.fromCharCode('a'.charCodeAt(0) + nth);
}

/**
 * A deposit that no bench uses up.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} channelId
 */
async function coverPayments(bed, channelId) {
  const { topUpDeposit, SingleWriter } = await import('#lib/ledger');
  const { Database } = await import('#lib/platform');
  const database = new Database(bed.environment['DATABASE_URL'] ?? '');
  await topUpDeposit(new SingleWriter(database), {
    topUpId: `bench ${channelId}`,
    channelId,
    amount: 1_000_000_000_000n,
    businessDate: new Date().toISOString().slice(0, 10),
    at: new Date(),
  });
  await database.close();
}

/**
 * The configuration with a door at which nobody is ever late: a writer that takes its time is slowed in nothing.
 * @param {import('./bed.mjs').Bed} bed
 * @returns {string} its folder
 */
function patientConfig(bed) {
  const folder = path.join(bed.home.folder, 'patient-config');
  cpSync(path.join(CHECKOUT, 'config'), folder, { recursive: true });
  const file = path.join(folder, 'limits.yaml');
  const limits = readFileSync(file, 'utf8');
  const patient = limits.replace(/crowdAfterMs: \d+/, 'crowdAfterMs: 3600000');
  if (patient === limits) throw new Error('config/limits.yaml names no crowdAfterMs');
  writeFileSync(file, patient);
  return folder;
}

/**
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} writer
 * @param {string} databaseUrl
 */
export async function startSwitch(bed, writer, databaseUrl) {
  const { switches, iso8583 } = await freePorts(1);
  const port = switches[0] ?? 0;
  const isoPort = iso8583[0] ?? 0;
  const started = await startProgram('switch-process.mjs', {
    env: {
      ...bed.environment,
      DATABASE_URL: databaseUrl,
      HTTP_PORT: String(port),
      ISO8583_PORT: String(isoPort),
      WRITER: writer,
      ...(writer === 'batch' ? {} : { SIMPUL_BENCH_CONFIG: patientConfig(bed) }),
    },
    logFile: path.join(bed.home.logs, `bench-${writer}.log`),
    execArgv: [
      ...nodeOptions('switch'),
      ...(process.env['SIMPUL_CPU_PROFILE'] && writer === 'batch'
        ? ['--cpu-prof', `--cpu-prof-dir=${process.env['SIMPUL_CPU_PROFILE']}`]
        : []),
    ],
  });
  return { port, isoPort, pid: started.child.pid ?? 0, stop: () => started.stop() };
}

/** @param {import('./bed.mjs').Bed} bed @param {number} port @param {string} [channelId] */
export function orderFor(bed, port, channelId = CHANNEL) {
  const secret = h2hChannels(bed.run).find(({ id }) => id === channelId)?.secret;
  return { host: '127.0.0.1', port, channelId, secret, inFlightMax: IN_FLIGHT_MAX };
}

/** @param {import('./bed.mjs').Bed} bed @param {number} delayMs */
export function proxyTo(bed, delayMs) {
  const target = new URL(bed.environment['DATABASE_URL'] ?? '').port;
  return startProgram('../../scripts/lib/tcp-proxy.mjs', {
    env: { TARGET_PORT: target, DELAY_MS: String(delayMs) },
    logFile: path.join(bed.home.logs, 'bench-proxy.log'),
  });
}

/** @param {string} url @param {unknown} port */
export function throughProxy(url, port) {
  if (typeof port !== 'number') return url;
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/**
 * Commits of one row, without anything of ours around them.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} url
 */
export async function openRawCommits(bed, url) {
  await bed.admin.query('CREATE TABLE bench_commit (id INT PRIMARY KEY, n INT NOT NULL)');
  await bed.admin.query('INSERT INTO bench_commit VALUES (1, 0)');
  const connection = await createConnection(url);
  return {
    /** @returns {Promise<number>} how long it took, in milliseconds */
    async commit() {
      const at = performance.now();
      await connection.query('UPDATE bench_commit SET n = n + 1');
      return performance.now() - at;
    },
    close: () => connection.end(),
  };
}

/**
 * One-row commits at a payment's own pace, so that caches are as cold as a payment finds them.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} url
 */
export async function rawCommitMs(bed, url) {
  const raw = await openRawCommits(bed, url);
  const took = [];
  for (let nth = 0; nth < 150; nth += 1) {
    took.push(await raw.commit());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await raw.close();
  return median(took);
}

/**
 * Every payment final, nothing held, and the invariants of ledger and payments.
 * @param {import('./bed.mjs').Bed} bed
 */
export async function booksHold(bed) {
  const { checkLedgerInvariants } = await import('#lib/ledger');
  const { checkPaymentInvariants } = await import('#lib/switching');
  const { Database } = await import('#lib/platform');
  const database = new Database(bed.environment['DATABASE_URL'] ?? '');
  try {
    const [open] = await database.rows(
      "SELECT COUNT(*) AS n FROM payment WHERE state NOT IN ('PAID', 'DECLINED')",
    );
    const verdicts = [
      ...(await checkLedgerInvariants(database)),
      ...(await checkPaymentInvariants(database, undefined, new Date())),
    ];
    const broken = verdicts
      .filter(({ ok }) => !ok)
      .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
    const isFinal = Number(open?.n) === 0;
    const why = broken.length === 0 && isFinal ? 'ok' : [`${open?.n} not final`, ...broken].join('; ');
    return { ok: why === 'ok', why };
  } finally {
    await database.close();
  }
}

/**
 * @param {{ bed: import('./bed.mjs').Bed, writer: string, databaseUrl: string, seconds: number,
 *   offers: { take: (count: number) => [string, string][] }, log: (line: string) => void }} what
 */
export async function closedLoop({ bed, writer, databaseUrl, seconds, offers, log }) {
  const { port, stop, pid } = await startSwitch(bed, writer, databaseUrl);
  try {
    const order = orderFor(bed, port);
    await runLoad({ ...order, prefix: `w${port}`, perSecond: 0, seconds: 3, offers: offers.take(21_000) });
    const pids = { switch: pid, database: bed.pidOf('database'), biller: bed.pidOf('simulator') };
    const before = Object.entries(pids).map(([, one]) => cpuMs(one));
    const load = await runLoad({
      ...order,
      prefix: `c${port}`,
      perSecond: 0,
      seconds,
      offers: offers.take(seconds * 6_500),
    });
    const used = [
      ...Object.entries(pids).map(([name, one], at) => [name, cpuMs(one) - (before[at] ?? 0)]),
      ['load', load.cpuMs],
    ];
    const perSecond = load.done / (load.elapsedMs / 1_000);
    log(
      `${writer.padEnd(9)} closed loop ${rounded(perSecond, 0)}/s, p99 ${rounded(quantile(load.latenciesMs, 0.99))} ms ${JSON.stringify(load.statuses)}`,
    );
    return {
      perSecond,
      cpuPerPaymentMs: Object.fromEntries(
        used.map(([name, ms]) => [name, rounded(Number(ms) / load.done, 3)]),
      ),
      rssMb: rssMb(pid),
    };
  } finally {
    await stop();
  }
}

/**
 * The biller without the switch: the same signed payment by the same connector, under a reference of the bench.
 * @param {import('./bed.mjs').Bed} bed
 */
export async function openBiller(bed) {
  const { BillerRegistry } = await import('#lib/billers');
  const { SystemClock } = await import('#lib/kernel');
  Object.assign(process.env, bed.environment);
  const registry = BillerRegistry.load(path.join(CHECKOUT, 'config', 'billers'), new SystemClock());
  const connector = registry.connector('pln');
  const [rows] = await bed.admin.query('SELECT offer FROM inquiry LIMIT 1');
  const { fromJson } = await import('#lib/platform');
  const offer = /** @type {any} */ (fromJson(/** @type {any} */ (rows)[0].offer));
  return {
    /** @param {string} reference @returns {Promise<number>} how long the biller took, in milliseconds */
    async pay(reference) {
      const now = new Date();
      const leg = {
        reference,
        product: 'prepaid',
        customerNumber: CUSTOMER,
        amount: BigInt(offer.amount),
        billCount: 0,
        echo: offer.echo,
        settlementDate: now.toISOString().slice(0, 10),
        sentAt: now,
      };
      const at = performance.now();
      const said = await connector.pay(/** @type {any} */ (leg), new Date(now.getTime() + 10_000));
      if (said.kind !== 'approved') throw new Error(`the biller said ${JSON.stringify(said)}`);
      return performance.now() - at;
    },
    close: () => registry.close(),
  };
}

/** Payments of the bench's channel in the books. @param {import('./bed.mjs').Bed} bed */
export async function paymentsFormed(bed) {
  const [rows] = await bed.admin.query('SELECT COUNT(*) AS n FROM payment WHERE channel_id = ?', [CHANNEL]);
  return Number(/** @type {any} */ (rows)[0].n);
}
