import { createHmac, hash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT } from '../scripts/lib/home.mjs';
import { h2hChannels } from '../scripts/lib/run-file.mjs';
import { makeBed } from './lib/bed.mjs';
import { median, rounded, rssMb } from './lib/figures.mjs';
import { CHANNEL, startSwitch } from './lib/payments-bed.mjs';

const BILLERS = 500;
const PRODUCTS = 5_000;
const CHANNELS = 100;
const PRICE_GROUPS = 50;
const LOOKUPS = 200_000;
const CHANGES = 3;
const START_MAX_MS = 10_000;
const VISIBLE_MAX_MS = 5_000;

/**
 * A catalog of 500 billers, 5,000 products and 100 channels: how long a switch takes to start with it, what a payment
 * pays for looking into it, and how soon two switches see a change; beside the demo's catalog in the same run.
 * @param {{ signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ signal, log }) {
  const bed = await makeBed({ log, signal });
  const config = mkdtempSync(path.join(tmpdir(), 'simpul-bench-config-'));
  try {
    cpSync(path.join(CHECKOUT, 'config'), config, { recursive: true });
    const url = bed.environment['DATABASE_URL'] ?? '';
    const around = { ...bed, environment: { ...bed.environment, SIMPUL_BENCH_CONFIG: config } };
    const few = await timed(() => startSwitch(around, 'batch', url));
    const fewRssMb = rssMb(few.value.pid);
    await few.value.stop();
    const fewLookupNs = await lookupNs(bed, [[CHANNEL, 'pln-prepaid']]);
    log(`the demo's catalog: start ${rounded(few.ms, 0)} ms, lookup ${fewLookupNs} ns, ${fewRssMb} MB`);

    await fill(bed, config);
    const one = await timed(() => startSwitch(around, 'batch', url));
    const other = await timed(() => startSwitch(around, 'batch', url));
    const switches = [one.value, other.value];
    const manyRssMb = rssMb(one.value.pid);
    const asked = Array.from({ length: 1_000 }, (_, nth) => [
      `bench-${(nth % CHANNELS) + 1}`,
      `bench-${((nth * 7) % PRODUCTS) + 1}`,
    ]);
    const manyLookupNs = await lookupNs(bed, asked);
    const startMs = Math.max(one.ms, other.ms);
    log(`the large one: start ${rounded(startMs, 0)} ms, lookup ${manyLookupNs} ns, ${manyRssMb} MB`);

    const visibleMs = [];
    for (let change = 1; change <= CHANGES; change += 1) {
      const name = `Token PLN ${change}`;
      const at = performance.now();
      await bed.admin.query("UPDATE product SET name = ? WHERE product_id = 'pln-prepaid'", [name]);
      await Promise.all(switches.map(({ port }) => untilNamed(bed, port, name)));
      visibleMs.push(performance.now() - at);
      log(`change ${change} is seen by both after ${rounded(visibleMs.at(-1) ?? 0, 0)} ms`);
    }
    for (const { stop } of switches) await stop();
    const slowest = Math.max(...visibleMs);
    return {
      billers: BILLERS,
      products: PRODUCTS,
      channels: CHANNELS,
      startMs: rounded(startMs, 0),
      demoStartMs: rounded(few.ms, 0),
      lookupNs: manyLookupNs,
      demoLookupNs: fewLookupNs,
      rssMb: manyRssMb,
      demoRssMb: fewRssMb,
      visibleMs: rounded(slowest, 0),
      visibleMedianMs: rounded(median(visibleMs), 0),
      reached: { start: startMs <= START_MAX_MS, visible: slowest <= VISIBLE_MAX_MS },
      valid: true,
    };
  } finally {
    rmSync(config, { recursive: true, force: true });
    await bed.stop();
  }
}

/** @template T @param {() => Promise<T>} work */
async function timed(work) {
  const at = performance.now();
  const value = await work();
  return { value, ms: performance.now() - at };
}

/**
 * What a payment asks of the catalog, from memory: the product as sold, its routes, and whether anything is stopped.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {string[][]} asked channel and product
 */
async function lookupNs(bed, asked) {
  const { Catalog } = await import('#lib/catalog');
  const { SecretBox } = await import('#lib/platform');
  const box = new SecretBox(bed.environment['SIMPUL_DATA_KEY'] ?? '');
  const catalog = await Catalog.open(bed.environment['DATABASE_URL'] ?? '', box, () => undefined);
  const now = new Date();
  const ask = () => {
    for (let nth = 0; nth < LOOKUPS; nth += 1) {
      const [channelId = '', productId = ''] = asked[nth % asked.length] ?? [];
      const sold = catalog.soldProduct(channelId, productId, now);
      if (!sold || catalog.routes(productId, now).length === 0)
        throw new Error(`${channelId} does not sell ${productId}`);
      catalog.stopFor(channelId, sold.product.billerId);
    }
  };
  ask();
  const at = performance.now();
  ask();
  const ns = ((performance.now() - at) * 1e6) / LOOKUPS;
  await catalog.close();
  return rounded(ns, 0);
}

/**
 * Writes the large catalog: each product of a biller of its own tenth, priced by group, sold by every channel.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {string} config
 */
async function fill({ admin }, config) {
  const pln = readFileSync(path.join(config, 'billers', 'pln.yaml'), 'utf8');
  for (let nth = 1; nth <= BILLERS; nth += 1)
    writeFileSync(
      path.join(config, 'billers', `bench-${nth}.yaml`),
      pln.replace(/^biller: pln$/m, `biller: bench-${nth}`),
    );
  await admin.query(
    `INSERT INTO biller (biller_id, name) SELECT CONCAT('bench-', seq), CONCAT('Biller ', seq) FROM seq_1_to_${BILLERS}`,
  );
  await copyRows(admin, 'product', "product_id = 'pln-prepaid'", PRODUCTS, {
    product_id: "CONCAT('bench-', s.seq)",
    biller_id: `CONCAT('bench-', 1 + s.seq MOD ${BILLERS})`,
    price_group: `CONCAT('bench-group-', s.seq MOD ${PRICE_GROUPS})`,
  });
  await copyRows(admin, 'route', "product_id = 'pln-prepaid' AND priority = 1", PRODUCTS, {
    product_id: "CONCAT('bench-', s.seq)",
    route_id: `CONCAT('bench-', 1 + s.seq MOD ${BILLERS}, '/prepaid')`,
    biller_id: `CONCAT('bench-', 1 + s.seq MOD ${BILLERS})`,
  });
  await copyRows(admin, 'channel', `channel_id = '${CHANNEL}'`, CHANNELS, {
    channel_id: "CONCAT('bench-', s.seq)",
    // A sealed secret opens only where it was sealed.
    secret: 'NULL',
    second_secret: 'NULL',
  });
  await admin.query(
    `INSERT INTO price (channel_id, product_id, admin_fee, biller_fee, commission)
     SELECT CONCAT('bench-', c.seq), CONCAT('bench-group-', g.seq - 1), 2500, 700, 1300
       FROM seq_1_to_${CHANNELS} c, seq_1_to_${PRICE_GROUPS} g`,
  );
}

/**
 * Copies one row so many times, with other values in some columns.
 * @param {import('mysql2/promise').Connection} admin
 * @param {string} table
 * @param {string} where
 * @param {number} count
 * @param {Record<string, string>} replaced
 */
async function copyRows(admin, table, where, count, replaced) {
  const [columns] = await admin.query(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  );
  const names = /** @type {{ name: string }[]} */ (columns).map(({ name }) => name);
  const values = names.map((name) => replaced[name] ?? `original.${name}`);
  await admin.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${table} original, seq_1_to_${count} s WHERE ${where}`,
  );
}

/**
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {number} port
 * @param {string} name
 */
async function untilNamed(bed, port, name) {
  const secret = h2hChannels(bed.run).find(({ id }) => id === CHANNEL)?.secret ?? '';
  for (;;) {
    const timestamp = new Date().toISOString();
    const text = ['GET', '/v1/products', timestamp, hash('sha256', '', 'hex')].join('\n');
    const answer = await fetch(`http://127.0.0.1:${port}/v1/products`, {
      headers: {
        'X-Channel-Id': CHANNEL,
        'X-Timestamp': timestamp,
        'X-Signature': createHmac('sha256', secret).update(text).digest('base64'),
      },
    });
    if ((await answer.text()).includes(name)) return;
    await sleep(20);
  }
}
