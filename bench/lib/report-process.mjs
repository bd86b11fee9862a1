import { createRequire } from 'node:module';
import path from 'node:path';
import pino from 'pino';
import { CHECKOUT } from '../../scripts/lib/home.mjs';

const load = createRequire(path.join(CHECKOUT, 'dist/apps/cli/src/main.js'));

/** Makes one report as the command does, and tells how long it took and how large this process ever was. */
process.once('message', (/** @type {{ form: string, date: string }} */ order) => void makeAndTell(order));

/** @param {{ form: string, date: string }} order */
async function makeAndTell({ form, date }) {
  const { Database } = load('#lib/platform');
  const { makeExport, newExportId, orderOf } = load('#lib/reports');
  const database = new Database(process.env['DATABASE_URL'], { connectionsMax: 2 });
  const begun = performance.now();
  const rows = form === 'none' ? await readOnly(database, date) : await make();
  process.send?.({
    rows,
    seconds: Math.round(performance.now() - begun) / 1_000,
    rssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  });
  await database.close();
  process.disconnect();

  async function make() {
    const now = new Date();
    const order = orderOf({ report: 'journal', date, form, by: 'bench' });
    if (!order.ok) throw new Error(order.error);
    const tools = {
      database,
      home: process.env['SIMPUL_HOME'],
      now,
      logger: pino({ level: 'silent' }),
      expectedFiles: [],
    };
    return (await makeExport(tools, order.value, newExportId(now))).rows;
  }
}

/**
 * @param {{ snapshot: (read: (statements: { stream: (sql: string, values: string[]) => AsyncIterable<unknown> }) => Promise<number>) => Promise<number> }} database
 * @param {string} date
 */
function readOnly(database, date) {
  return database.snapshot(async (statements) => {
    let rows = 0;
    const all = statements.stream(
      'SELECT j.*, t.line_no, t.account_id, t.amount FROM journal j JOIN posting t USING (subject_id, kind) WHERE j.business_date = ?',
      [date],
    );
    for await (const row of all) rows += row ? 1 : 0;
    return rows;
  });
}
