import { businessDateOf, JAKARTA_MIDNIGHT, rupiah } from '#lib/kernel';
import { SingleWriter, topUpDeposit } from '#lib/ledger';
import { H2hClient, type Answer } from '../../../test/support/h2h-client';
import { anOwnConfig } from '../../../test/support/own-config';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { channelSecret } from '../../../test/support/seed';

/** A crowd before the door of a switch to which every wait is a long one: whoever waits is late. */

const MEMBER = 'warung-kecil';
const CALLS = 60;
const ROUNDS_MAX = 10;

const config = anOwnConfig();
let world: Installation;
let app: RunningApp;

beforeAll(async () => {
  config.change('limits.yaml', /takenInPerTurn: \d+/, 'takenInPerTurn: 1');
  config.change('limits.yaml', /busyFrom: \d+/, 'busyFrom: 1');
  config.change('limits.yaml', /crowdAfterMs: \d+/, 'crowdAfterMs: 1');
  config.change('limits.yaml', /lateAfterMs: \d+/, 'lateAfterMs: 1');
  config.change('channels/text-pin.yaml', /open: false/, 'open: true');
  world = await anInstallation();
  await world.store.admin.run(
    "UPDATE channel SET protocol = 'text', profile = 'text-pin', allowed_ips = '[\"127.0.0.1\"]' WHERE channel_id = ?",
    [MEMBER],
  );
  // Enough for all that it may buy until somebody is late.
  const topUp = { topUpId: 'CROWD-1', channelId: MEMBER, amount: rupiah(100_000_000n) };
  const at = new Date();
  const businessDate = businessDateOf(at, JAKARTA_MIDNIGHT);
  const funded = await topUpDeposit(new SingleWriter(world.store.database), { ...topUp, businessDate, at });
  if (funded.kind !== 'committed') throw new Error(funded.kind);
  app = await world.startSwitch(undefined, { SIMPUL_CONFIG: config.folder });
});
afterAll(() => world.close());

/** Sends many calls at one moment, and again others, until somebody was late: how fast they arrive is not ours to say. */
async function crowd<T>(
  call: (nth: number) => Promise<T>,
  isBusy: (answer: T) => boolean,
): Promise<{ late: number[]; others: Map<number, T>; answers: Map<number, T> }> {
  const answers = new Map<number, T>();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const nths = Array.from({ length: CALLS }, (_, nth) => round * CALLS + nth);
    await Promise.all(nths.map(async (nth) => answers.set(nth, await call(nth))));
    const late = [...answers.keys()].filter((nth) => isBusy(answers.get(nth) as T));
    const others = new Map([...answers].filter(([nth]) => !late.includes(nth)));
    if (late.length > 0) return { late, others, answers };
  }
  throw new Error('nobody was ever late');
}

const dest = (nth: number) => `1427${String(nth).padStart(3, '0')}0000`;

async function formed(channelId: string): Promise<string[]> {
  const rows = await world.store.admin.rows<{ reference: string }>(
    'SELECT CAST(channel_reference AS CHAR) AS reference FROM payment WHERE channel_id = ? ORDER BY 1',
    [channelId],
  );
  return rows.map(({ reference }) => reference);
}

test('who is late at the text door hears "try again", and nothing was formed nor is later', async () => {
  const buy = async (nth: number) => {
    const query = `memberID=${MEMBER}&pin=${channelSecret(MEMBER)}&product=PLN20&dest=${dest(nth)}&refID=T-${nth}`;
    return (await fetch(`${app.url}/trx?${query}`)).text();
  };
  const { late, others } = await crowd(buy, (line) => line.includes(' COBA LAGI.'));
  expect([...others.values()].filter((line) => !line.includes(' SUKSES.'))).toEqual([]);
  expect(await formed(MEMBER)).toEqual([...others.keys()].map((nth) => `T-${nth}`).toSorted());

  expect(await buy(late[0] ?? -1)).toContain(' SUKSES.');
  await expectSound(world);
});

test('who is late at the H2H API is answered 503, formed false, and may repeat it', async () => {
  const client = new H2hClient(() => app.url);
  const offers: Answer<{ inquiryId: string; total: string }>[] = [];
  for (let nth = 0; nth < CALLS * ROUNDS_MAX; nth += 1)
    offers.push(
      await client.call('POST', '/v1/inquiries', {
        reference: `I-${nth}`,
        product: 'pln-prepaid',
        customerNumber: dest(nth),
        amount: '20000',
      }),
    );
  const pay = (nth: number) =>
    client.call<{ formed: boolean; code: string }>('POST', '/v1/payments', {
      reference: `P-${nth}`,
      inquiryId: offers[nth]?.body.inquiryId,
      total: offers[nth]?.body.total,
    });
  const { late, others, answers } = await crowd(pay, ({ status }) => status === 503);
  for (const nth of late) expect(answers.get(nth)?.body).toMatchObject({ code: 'NOT_NOW', formed: false });
  expect([...others.values()].map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  expect(await formed('ppob-nusantara')).toEqual([...others.keys()].map((nth) => `P-${nth}`).toSorted());

  expect(await pay(late[0] ?? -1)).toMatchObject({ status: 200, body: { code: 'APPROVED' } });
  await expectSound(world);
});
