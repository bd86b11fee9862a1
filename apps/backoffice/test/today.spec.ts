import { aBackoffice, type BackofficeWorld } from '../../../test/support/backoffice';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';

let world: SwitchWorld;
let desk: BackofficeWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  desk = await aBackoffice(world.store, world.dataKey);
});
afterEach(() => desk.close());

test('an open payment is counted with its age and what it puts at risk; deposits are as the ledger has them', async () => {
  await world.payOne();
  world.biller.behaviour = 'pays and loses the answer';
  const { offer } = await world.payOne();
  const operations = desk.browser();
  const person = await desk.people.add('ops@simpul.test', { roles: ['operations', 'finance_maker'] });
  const { clock } = desk.people.tools;
  clock.advance(world.clock.now().getTime() + 120_000 - clock.now().getTime());
  await operations.signIn(person);
  const today = (await operations.get('today')).body;
  expect(today.payments).toMatchObject({
    count: 1,
    isMore: false,
    valueAtRisk: String(offer.charge),
    forPeople: [],
  });
  expect(today.payments.oldestSeconds).toBeGreaterThanOrEqual(120);
  expect(today.payments.ages.map(({ count }: { count: number }) => count)).toEqual([0, 1, 0, 0]);
  const balance = await world.balance();
  expect(today.deposits.find((one: { channelId: string }) => one.channelId === 'ppob-nusantara')).toEqual({
    channelId: 'ppob-nusantara',
    posted: String(balance.posted),
    held: String(offer.charge),
    limit: '0',
    available: String(balance.available),
  });
  expect(today.operations.routesInAll).toBeGreaterThan(10);
  expect([today.breaks, today.approvals, today.payouts]).toEqual([
    { count: 0, amount: '0', overdue: 0 },
    { count: 0 },
    [],
  ]);
});

test('each sees the parts that their role opens; a partner only its own deposit', async () => {
  const service = await desk.signedIn('service@simpul.test', 'customer_service');
  expect((await service.get('today')).body).toMatchObject({
    payments: null,
    deposits: null,
    operations: null,
    reconciliation: null,
    payouts: null,
  });

  const browser = desk.browser();
  const person = await desk.people.add('pemilik@warung.test', {
    roles: ['partner'],
    channelId: 'warung-kecil',
  });
  desk.people.tools.clock.advance(30_000);
  await browser.signIn(person);
  const { body } = await browser.get('today');
  expect(body.deposits.map(({ channelId }: { channelId: string }) => channelId)).toEqual(['warung-kecil']);
  for (const part of ['payments', 'operations', 'reconciliation', 'breaks', 'approvals', 'payouts'])
    expect([part, body[part]]).toEqual([part, null]);
});
