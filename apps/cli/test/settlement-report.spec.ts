import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { makeExport, newExportId, orderOf } from '#lib/reports';
import { settleDay } from '#lib/settlement';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';

const DAY = '2026-07-14';
const home = mkdtempSync(join(tmpdir(), 'simpul-settlement-report-'));
let world: SettlementWorld;

beforeAll(async () => {
  world = await aSettlementWorld();
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000B2', amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 2, amount: 350_000n });
  await settleDay(world.tools, 'LPB01', DAY);
});
afterAll(async () => {
  await world.store.drop();
  rmSync(home, { recursive: true });
});

test('the total of payments counts each payment once, and not in every line that shares it', async () => {
  const order = orderOf({
    report: 'settlement',
    date: DAY,
    form: 'csv',
    language: 'en',
    by: 'siti@simpul.example',
    isBare: true,
  });
  if (!order.ok) throw new Error(order.error);
  const now = world.clock.now();
  const tools = {
    database: world.store.database,
    home,
    now,
    logger: pino({ level: 'silent' }),
    expectedFiles: [],
  };
  const made = await makeExport(tools, order.value, newExportId(now));
  const [first] = made.exported;

  expect(made.rows).toBeGreaterThan(2);
  expect(made.sums).toMatchObject({ settled_payments: 2n, amount: 0n });
  expect(made.sums).not.toHaveProperty('payments');
  expect(readFileSync(join(home, first?.path ?? ''), 'utf8')).toContain('Payments settled');
});
