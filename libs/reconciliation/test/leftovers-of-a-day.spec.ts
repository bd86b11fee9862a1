import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFormats } from '#lib/files';
import { eachTestHasAWorld, lpb01, ROOT, type Leg, type World } from './world';

const DAY = '2026-07-14';
let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});

/** Works a source by its format with something of it said otherwise. */
async function changeFormat(source: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(ROOT, 'config', 'formats', `${source}.yaml`), 'utf8');
  expect(text).toContain(from);
  const folder = join(world.home, 'formats');
  await mkdir(folder);
  await writeFile(join(folder, `${source}.yaml`), text.replace(from, to));
  world.tools.formats = readFormats(folder);
}

test('a format may propose a line without our reference for the one sale of its amount and minute', async () => {
  const leg: Leg = {
    ref: '2607140000000001',
    amount: 70_000,
    state: 'S',
    at: `${DAY} 09:58:00`,
    businessDate: DAY,
  };
  await world.addLegs([leg]);
  await changeFormat('lpb01', 'carry_days: 2', 'carry_days: 2, propose_within_min: 5');
  await world.put('LPB01_20260714_001.txt', lpb01(DAY, '001', [{ ref: '2607149999999999', amount: 70_000 }]));

  const { breaks, remainder } = await world.close('LPB01', DAY);

  expect(breaks).toMatchObject([
    { kind: 'proposed', sub: 'amount_time', ourAmount: '70000', theirAmount: '70000' },
  ]);
  expect(remainder).toBe('0');
});

/** Sales of which each says the same customer, terminal and sub-agent. */
async function addSalesOf(legs: Leg[]): Promise<void> {
  await world.addLegs(legs);
  await world.db.admin.run(
    `INSERT INTO payment (payment_id, channel_id, channel_reference, request_hash, inquiry_id, product_id, biller_id,
       customer_number, state, code, amount, admin_fee, total, commission, biller_fee, charge, offer, balance_after,
       business_date, last_event_no, created_at, updated_at)
     SELECT payment_id, 'toko-jaya', payment_id, REPEAT('0', 32), payment_id, 'product', biller_id, '5311', state,
       'APPROVED', amount, 2500, amount + 2500, 0, 500, amount + 2500, ?, 0, source_business_date, 1, sent_at, sent_at
     FROM payment_leg`,
    [
      JSON.stringify({
        outlet: { terminal: { id: '5311', name: 'Toko', city: 'Bogor' }, subAgentId: '5311' },
      }),
    ],
  );
}

test.each([
  ['customer', '5311'],
  ['terminal', '5311'],
  ['sub_agent', '5311'],
  ['batch', DAY.replaceAll('-', '')],
])('a line that states one total for a %s matches all its sales', async (groupIs, group) => {
  const legs = [10_000, 25_000].map((amount, nth): Leg => ({
    ref: `260714000000000${nth}`,
    amount,
    state: 'S',
    at: `${DAY} 09:00:00`,
    source: 'SMS01',
    businessDate: DAY,
  }));
  await addSalesOf(legs);
  const detail = 'our_ref, their_ref, customer_no, amount, status] }';
  await changeFormat('sms01', detail, detail.replace('customer_no', 'group_key'));
  const folder = join(world.home, 'formats');
  const format = await readFile(join(folder, 'sms01.yaml'), 'utf8');
  await writeFile(
    join(folder, 'sms01.yaml'),
    format.replace('carry_days: 2', `carry_days: 2, group_is: ${groupIs}`),
  );
  world.tools.formats = readFormats(folder);
  const file = `paid_at,our_ref,their_ref,customer,amount,status\n14-07-2026 10:00:00,,T1,${group},"35,000.00",00\n`;
  const name = 'SMS01_20260714_001.csv';
  await world.put(name, file);
  await world.put(`${name}.sha256`, `${createHash('sha256').update(file).digest('hex')}  ${name}\n`);

  const { breaks, remainder, counts } = await world.close('SMS01', DAY);

  // The ledger of these sales is empty.
  expect(breaks.filter(({ kind }) => kind !== 'clearing')).toEqual([]);
  expect(counts).toMatchObject({ matched: 2 });
  expect(remainder).toBe('0');
});
