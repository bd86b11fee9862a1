import { setTimeout as sleep } from 'node:timers/promises';
import { ZERO } from '#lib/kernel';
import { ROUTING } from '../../../test/support/routes-in-hand';
import type { SwitchWorld } from '../../../test/support/switch-world';
import { aSwitchWithTwoRoutes, codeOf, offerOfToken, payTokenAt } from '../../../test/support/two-routes';

let world: SwitchWorld;
const anOffer = () => offerOfToken(world);

describe('a route that fails', () => {
  beforeAll(async () => {
    world = await aSwitchWithTwoRoutes({
      routingLimits: {
        health: { ...ROUTING.health, failuresMin: 3 },
      },
    });
  });
  beforeEach(() => {
    world.biller.behaviour = 'approves';
    world.biller.isAdviceSilent = false;
    world.biller.adviceSays = undefined;
  });
  afterEach(() => world.expectSound());
  afterAll(() => world.close());

  test('is cut off: new payments are refused and form nothing, advice goes on, and other routes sell', async () => {
    const offers = [];
    for (let n = 0; n < 5; n += 1) offers.push(await anOffer());
    // Inquiries were answered, so half of the calls have to fail.
    world.clock.advance(31_000);
    world.biller.behaviour = 'loses the request';
    world.biller.isAdviceSilent = true;
    for (const [n, offer] of offers.slice(0, 3).entries())
      expect(codeOf(await world.pay({ reference: `CUT-${n}`, ...offer }))).toBe('IN_PROGRESS');
    const sent = world.biller.received.length;
    expect(codeOf(await world.pay({ reference: 'CUT-3', ...offers[3]! }))).toBe('BILLER_UNAVAILABLE');
    expect(world.biller.received.length).toBe(sent);
    expect(await world.payments.findByReference('ppob-nusantara', 'CUT-3')).toBeUndefined();
    expect(await payTokenAt(world)).toMatchObject({ state: 'PAID', billerId: 'story' });
    const advised = world.biller.advised;
    await world.pass(6);
    expect(world.biller.advised).toBeGreaterThan(advised);
  });

  test('comes back by an advice that is answered, and by no payment', async () => {
    const sent = world.biller.received.length;
    world.clock.advance(60_000);
    world.biller.isAdviceSilent = false;
    // The inquiry tries the route too; the offer of before is refused meanwhile.
    const offer = await anOffer();
    await sleep(10);
    expect(world.biller.received.length).toBe(sent);
    expect(codeOf(await world.pay({ reference: 'BACK', ...offer }))).toBe('APPROVED');
    await world.pass(60);
  });
});

describe('a biller that does not answer', () => {
  let open: () => void;
  beforeAll(async () => {
    world = await aSwitchWithTwoRoutes({
      routingLimits: {
        bulkhead: { atOnceMax: 4, queueMax: 1, queueWithinMs: 1_500 },
      },
    });
  });
  afterAll(() => world.close());

  test('holds its own places and no more: others wait a moment, or are refused with nothing formed', async () => {
    const offers = [];
    for (let n = 0; n < 7; n += 1) offers.push(await anOffer());
    world.biller.gate = new Promise((resolve) => (open = resolve));
    const sent = world.biller.received.length;
    const held = offers.slice(0, 4).map((offer, n) => world.pay({ reference: `HELD-${n}`, ...offer }));
    while (world.biller.received.length < sent + 4) await sleep(2);
    const queued = world.pay({ reference: 'QUEUED', ...offers[4]! });
    await sleep(1);
    const refused = await world.pay({ reference: 'REFUSED', ...offers[5]! });
    expect(codeOf(refused)).toBe('BILLER_UNAVAILABLE');
    expect(codeOf(await queued)).toBe('BILLER_UNAVAILABLE');
    expect(await world.payments.findByReference('ppob-nusantara', 'QUEUED')).toBeUndefined();
    expect(await world.payWater()).toMatchObject({ state: 'PAID' });

    const next = world.pay({ reference: 'NEXT', ...offers[6]! });
    open();
    expect((await Promise.all(held)).map(codeOf)).toEqual(Array.from({ length: 4 }, () => 'APPROVED'));
    expect(codeOf(await next)).toBe('APPROVED');
    expect(await world.balance()).toMatchObject({ held: ZERO });
    await world.expectSound();
  });
});

describe('a biller that stops answering while others wait for a place', () => {
  let open: () => void;
  beforeAll(async () => {
    world = await aSwitchWithTwoRoutes({
      routingLimits: {
        health: { ...ROUTING.health, failuresMin: 3 },
        bulkhead: { atOnceMax: 4, queueMax: 4, queueWithinMs: 10_000 },
      },
    });
  });
  afterAll(() => world.close());

  test('who waited is refused with nothing formed once the route is cut off', async () => {
    const offers = [];
    for (let n = 0; n < 8; n += 1) offers.push(await anOffer());
    // Inquiries were answered, so half of the calls have to fail.
    world.clock.advance(31_000);
    world.biller.behaviour = 'loses the request';
    world.biller.gate = new Promise((resolve) => (open = resolve));
    const sent = world.biller.received.length;
    const payments = offers.map((offer, n) => world.pay({ reference: `WAIT-${n}`, ...offer }));
    while (world.biller.received.length < sent + 4) await sleep(2);
    open();
    const codes = (await Promise.all(payments)).map(codeOf);

    expect(codes.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'IN_PROGRESS'));
    expect(codes.slice(6)).toEqual(['BILLER_UNAVAILABLE', 'BILLER_UNAVAILABLE']);
    expect(await world.payments.findByReference('ppob-nusantara', 'WAIT-7')).toBeUndefined();
    const formed = codes.filter((code) => code === 'IN_PROGRESS').length;
    expect(world.biller.received.length).toBe(sent + formed);
    await world.expectSound();
  });
});
