import { setTimeout as sleep } from 'node:timers/promises';
import { fail, refusal, rupiah, ZERO } from '#lib/kernel';
import { aSwitch, ROUTING, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';
import type { PaymentOutcome } from './biller.contract';
import { listContradictions } from './contradictions';

const TOKEN = { productId: 'pln-prepaid', customerNumber: '14270010000', amount: rupiah(50_000n) };

let world: SwitchWorld;
let count = 0;

async function aWorld(...options: Parameters<typeof aSwitch>): Promise<SwitchWorld> {
  const made = await aSwitch(...options);
  made.routes.add('pln-prepaid', { billerId: 'story', source: 'STORY01' });
  return made;
}

async function anOffer(ask = {}) {
  const answer = await world.inquire({ ...TOKEN, ...ask });
  if (answer.kind !== 'offer') throw new Error(JSON.stringify(answer));
  return { inquiryId: answer.inquiry.inquiryId, total: answer.inquiry.offer.total };
}

async function payToken() {
  const answer = await world.pay({ reference: `T-${(count += 1)}`, ...(await anOffer()) });
  if (answer.kind !== 'payment') throw new Error(JSON.stringify(answer));
  return answer.payment;
}

function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}

interface LegRow {
  leg_no: number;
  biller_id: string;
  state: string;
  route_id: string;
  leg_reference: string;
  decision: unknown;
}

function legsOf(paymentId: string): Promise<LegRow[]> {
  return world.store.database.rows<LegRow>(
    'SELECT leg_no, biller_id, state, route_id, leg_reference, decision FROM payment_leg WHERE payment_id = ? ORDER BY leg_no',
    [paymentId],
  );
}

describe('a product with two routes', () => {
  beforeAll(async () => {
    world = await aWorld();
  });
  beforeEach(() => {
    for (const biller of [world.biller, world.spare]) {
      biller.behaviour = 'approves';
      biller.isAdviceSilent = false;
    }
    world.routes.draw = 0.999;
  });
  afterEach(() => world.expectSound());
  afterAll(() => world.close());

  test('goes by the route of the least priority, and says why', async () => {
    const payment = await payToken();
    expect(payment).toMatchObject({ state: 'PAID', billerId: 'pln', leg: { routeId: 'pln/prepaid' } });
    const [row] = await world.store.database.rows<{ route: string }>(
      'SELECT route FROM inquiry WHERE inquiry_id = ?',
      [payment.inquiryId],
    );
    const asked = typeof row?.route === 'string' ? (JSON.parse(row.route) as unknown) : row?.route;
    expect(asked).toMatchObject({
      routeId: 'pln/prepaid',
      decision: { why: 'the best route', candidates: [{ verdict: 'chosen' }, { verdict: 'fit' }] },
    });
  });

  test.each(['is not reached', 'is closed'] as const)(
    'a first leg that %s is followed by one at the other biller, under a reference of its own',
    async (behaviour) => {
      world.biller.behaviour = behaviour;
      const before = await world.balance();
      const payment = await payToken();
      expect(payment).toMatchObject({ state: 'PAID', billerId: 'story', leg: { legNo: 2 } });
      expect(payment.leg.reference).not.toBe(payment.paymentId);
      expect(before.posted - (await world.balance()).posted).toBe(payment.offer.charge);
      expect(await legsOf(payment.paymentId)).toMatchObject([
        { leg_no: 1, biller_id: 'pln', state: 'DECLINED' },
        { leg_no: 2, biller_id: 'story', state: 'PAID', leg_reference: payment.leg.reference },
      ]);
      const [capture] = await world.store.database.rows<{ account_id: string }>(
        "SELECT account_id FROM posting WHERE subject_id = ? AND kind = 'capture' AND account_id LIKE 'biller:%'",
        [payment.paymentId],
      );
      expect(capture?.account_id).toBe('biller:story:payable');
    },
  );

  test.each(['pays and loses the answer', 'loses the request', 'approves another amount', 'breaks'] as const)(
    'a first leg of which nobody knows how it ended is never followed by another: the biller %s',
    async (behaviour) => {
      world.biller.behaviour = behaviour;
      const sent = world.spare.received.length;
      expect(await payToken()).toMatchObject({ state: 'SUSPECT', billerId: 'pln', leg: { legNo: 1 } });
      expect(world.spare.received.length).toBe(sent);
    },
  );

  test('a refusal that speaks of the bill is final, whatever other routes there are', async () => {
    world.biller.behaviour = 'declines';
    expect(await payToken()).toMatchObject({ state: 'DECLINED', leg: { legNo: 1 } });
  });

  test('a second leg that is lost stays open at its biller, and its advice finds it paid', async () => {
    world.biller.behaviour = 'is not reached';
    world.spare.behaviour = 'pays and loses the answer';
    const payment = await payToken();
    expect(payment).toMatchObject({ state: 'SUSPECT', billerId: 'story' });
    await world.pass(10);
    expect(await world.payments.findById('ppob-nusantara', payment.paymentId)).toMatchObject({
      state: 'PAID',
      billerId: 'story',
    });
  });

  /** The next biller calls every bill paid until it is restored. */
  const nextCallsItPaid = () =>
    jest
      .spyOn(world.spare, 'inquire')
      .mockImplementation(async () => fail(refusal('BILL_ALREADY_PAID', '')) as never);

  test.each([
    ['is told as paid once its own biller says so', 'PAID'],
    ['stays refused where its own biller says so again', 'DECLINED'],
  ] as const)('a refused leg whose bill the next biller calls paid is in doubt: it %s', async (_, end) => {
    const offer = await anOffer();
    const reference = `DOUBT-${end}`;
    const sent = world.spare.received.length;
    const inquire = nextCallsItPaid();
    const pay = world.biller.pay.bind(world.biller);
    const refuses = jest.spyOn(world.biller, 'pay').mockImplementation(async (leg) => {
      if (end === 'PAID') await pay(leg);
      return { kind: 'declined', code: 'BILLER_UNAVAILABLE', evidence: {} };
    });
    world.biller.adviceSays = end === 'DECLINED' ? 'declined' : undefined;
    expect(await world.pay({ reference, ...offer })).toMatchObject({
      payment: { state: 'SUSPECT', billerId: 'pln', leg: { legNo: 1 } },
    });
    inquire.mockRestore();
    refuses.mockRestore();
    await world.pass(10);
    world.biller.adviceSays = undefined;
    const payment = await world.payments.findByReference('ppob-nusantara', reference);
    expect(payment).toMatchObject({ state: end, leg: { legNo: 1 } });
    expect(world.spare.received.length).toBe(sent);
  });

  test('a leg that never left is not in doubt, whatever the next biller says of the bill', async () => {
    const offer = await anOffer();
    world.biller.behaviour = 'is not reached';
    const inquire = nextCallsItPaid();
    expect(codeOf(await world.pay({ reference: 'NEVER-LEFT', ...offer }))).toBe('BILLER_UNAVAILABLE');
    inquire.mockRestore();
  });

  describe('that a channel orders to be reversed', () => {
    let isSent: Promise<void>;
    let answer: () => void;
    beforeEach(() => {
      world.routes.add('pdam-tirta-jaya', { billerId: 'story', source: 'STORY01' });
      world.water.behaviour = 'is closed';
      let sent: () => void;
      isSent = new Promise((resolve) => (sent = resolve));
      world.water.gate = new Promise((resolve) => (answer = resolve));
      const pay = world.water.pay.bind(world.water);
      jest.spyOn(world.water, 'pay').mockImplementation((leg) => {
        sent();
        return pay(leg);
      });
    });
    afterEach(() => {
      jest.restoreAllMocks();
      world.water.behaviour = 'approves';
      world.water.gate = Promise.resolve();
      world.routes.ofProduct.delete('pdam-tirta-jaya');
    });

    async function firstLeg() {
      const offer = await anOffer({
        productId: 'pdam-tirta-jaya',
        customerNumber: '0870110000',
        amount: undefined,
      });
      const reference = `UNDO-${(count += 1)}`;
      const paid = world.pay({ reference, ...offer });
      await isSent;
      const open = await world.payments.findByReference('ppob-nusantara', reference);
      if (open?.state !== 'SENT') throw new Error(`no payment on its way: ${open?.state}`);
      return { paid, open };
    }

    test('just after its second leg was formed, is undone where it was paid', async () => {
      const { paid, open } = await firstLeg();
      const find = world.payments.findById.bind(world.payments);
      let isSecondPaid: () => void;
      const secondPaid = new Promise<void>((resolve) => (isSecondPaid = resolve));
      let toAnswerSecond: () => void;
      world.spare.gate = new Promise((resolve) => (toAnswerSecond = resolve));
      const pay = world.spare.pay.bind(world.spare);
      jest.spyOn(world.spare, 'pay').mockImplementation((leg) => {
        isSecondPaid();
        return pay(leg);
      });
      // It is looked at while the first leg is on its way, and ordered when the second is.
      jest.spyOn(world.payments, 'findById').mockImplementationOnce(async (...which) => {
        const looked = await find(...which);
        answer();
        await secondPaid;
        return looked;
      });
      await world.reverse({ paymentId: open.paymentId });
      toAnswerSecond!();
      world.spare.gate = Promise.resolve();
      await paid;
      await world.pass(20);
      expect(world.water.reversalsReceived).toEqual([]);
      expect(await find('ppob-nusantara', open.paymentId)).toMatchObject({
        state: 'REVERSED',
        billerId: 'story',
        leg: { legNo: 2 },
      });
    });
  });

  const ALREADY_PAID: PaymentOutcome = { kind: 'declined', code: 'BILL_ALREADY_PAID', evidence: {} };

  describe('whose second biller says to the payment that the bill is paid', () => {
    afterEach(() => jest.restoreAllMocks());

    const contradictionsOf = async ({ paymentId }: { paymentId: string }) =>
      (await listContradictions(world.store.database, 100)).filter((row) => row.paymentId === paymentId);

    test('is declined, and listed for people: the first biller may have paid what it refused', async () => {
      world.biller.behaviour = 'is closed';
      jest.spyOn(world.spare, 'pay').mockResolvedValueOnce(ALREADY_PAID);
      const before = await world.balance();
      const payment = await payToken();
      expect(payment).toMatchObject({ state: 'DECLINED', code: 'BILL_ALREADY_PAID', leg: { legNo: 2 } });
      expect(await world.balance()).toEqual(before);
      expect(await contradictionsOf(payment)).toMatchObject([
        {
          contradiction: 'bill already paid, but an earlier leg was refused',
          said: 'declined',
          stateThen: 'SENT',
          detail: { code: 'BILL_ALREADY_PAID', refused: 'leg 1 by pln/prepaid' },
        },
      ]);
    });

    test('is listed too where only advice hears it', async () => {
      world.biller.behaviour = 'is closed';
      world.spare.behaviour = 'loses the request';
      const payment = await payToken();
      expect(payment).toMatchObject({ state: 'SUSPECT', leg: { legNo: 2 } });
      jest.spyOn(world.spare, 'advise').mockResolvedValueOnce(ALREADY_PAID);
      await world.pass(10);
      expect(await world.payments.findById('ppob-nusantara', payment.paymentId)).toMatchObject({
        state: 'DECLINED',
      });
      expect(await contradictionsOf(payment)).toMatchObject([
        { stateThen: 'SUSPECT', detail: { refused: 'leg 1 by pln/prepaid' } },
      ]);
    });

    test('is paid by somebody else where its first leg never left, and not listed', async () => {
      world.biller.behaviour = 'is not reached';
      jest.spyOn(world.spare, 'pay').mockResolvedValueOnce(ALREADY_PAID);
      const payment = await payToken();
      expect(payment).toMatchObject({ code: 'BILL_ALREADY_PAID', leg: { legNo: 2 } });
      expect(await contradictionsOf(payment)).toEqual([]);
    });
  });

  test('no third leg follows where two is the bound', async () => {
    world.biller.behaviour = 'is not reached';
    world.spare.behaviour = 'is not reached';
    expect(await payToken()).toMatchObject({
      state: 'DECLINED',
      code: 'BILLER_UNAVAILABLE',
      leg: { legNo: 2 },
    });
  });

  test('a payment that is taken back while its first leg is under way goes nowhere else', async () => {
    const { water, spare } = world;
    world.routes.add('pdam-tirta-jaya', { billerId: 'story', source: 'STORY01' });
    let open = (): void => undefined;
    water.gate = new Promise((resolve) => (open = resolve));
    water.behaviour = 'is not reached';
    const [askedOf, sentTo] = [water.received.length, spare.received.length];
    const paying = world.payWater();
    while (water.received.length === askedOf) await sleep(2);
    await world.reverse({ paymentId: water.received.at(-1)! });
    open();
    expect(await paying).toMatchObject({ state: 'DECLINED', leg: { legNo: 1 } });
    expect(spare.received.length).toBe(sentTo);
    await world.pass(6);
    expect(water.reversalsReceived).toEqual([]);
    world.routes.ofProduct.delete('pdam-tirta-jaya');
    water.behaviour = 'approves';
  });

  test('another biller that offers something else is not tried', async () => {
    const inquire = jest.spyOn(world.spare, 'inquire').mockImplementation(async () => {
      const bill = await world.biller.inquire();
      return bill.ok ? { ok: true, value: { ...bill.value, customerName: 'BUDI' } } : bill;
    });
    world.biller.behaviour = 'is not reached';
    expect(await payToken()).toMatchObject({ state: 'DECLINED', leg: { legNo: 1 } });
    inquire.mockRestore();
  });

  test('a share of the requests tries the other route', async () => {
    const [own, other] = world.routes.ofProduct.get('pln-prepaid')!;
    world.routes.ofProduct.set('pln-prepaid', [own!, { ...other!, share: 100 }]);
    world.routes.draw = 0.099;
    expect(await payToken()).toMatchObject({ state: 'PAID', billerId: 'story', leg: { legNo: 1 } });
    world.routes.draw = 0.1;
    expect(await payToken()).toMatchObject({ state: 'PAID', billerId: 'pln' });
  });

  test('an offer is paid where it was made, also when another route is better by then', async () => {
    const offer = await anOffer();
    const [own, other] = world.routes.ofProduct.get('pln-prepaid')!;
    world.routes.ofProduct.set('pln-prepaid', [{ ...own!, priority: 9 }, other!]);
    const answer = await world.pay({ reference: 'OWN', ...offer });
    expect(answer).toMatchObject({ payment: { billerId: 'pln', state: 'PAID' } });
    expect(await payToken()).toMatchObject({ billerId: 'story' });
    world.routes.ofProduct.set('pln-prepaid', [own!, other!]);
  });

  test('an offer whose route is switched off is refused, and forms nothing', async () => {
    const offer = await anOffer();
    const [own, other] = world.routes.ofProduct.get('pln-prepaid')!;
    world.routes.ofProduct.set('pln-prepaid', [{ ...own!, isActive: false }, other!]);
    expect(codeOf(await world.pay({ reference: 'OFF', ...offer }))).toBe('BILLER_UNAVAILABLE');
    expect(await world.payments.findByReference('ppob-nusantara', 'OFF')).toBeUndefined();
    world.routes.ofProduct.set('pln-prepaid', [own!, other!]);
    expect(codeOf(await world.pay({ reference: 'OFF', ...offer }))).toBe('APPROVED');
  });

  test('a success of a leg that was given up is a contradiction for people, and moves nothing', async () => {
    world.biller.behaviour = 'is not reached';
    const offer = await anOffer();
    const answer = await world.pay({ reference: 'GIVEN-UP', ...offer });
    if (answer.kind !== 'payment') throw new Error(codeOf(answer));
    const { payment } = answer;
    const first = { ...payment, state: 'SENT' as const, billerId: 'pln', lastEventNo: 1 };
    await world.payments.record(
      { ...first, leg: { ...payment.leg, legNo: 1, reference: payment.paymentId } },
      'biller approved',
      { kind: 'approved', billerReference: 'X', amount: payment.offer.amount, receipt: {}, evidence: {} },
      world.clock.now(),
    );
    const [found] = await world.store.database.rows<{ contradiction: string }>(
      'SELECT contradiction FROM payment_evidence WHERE payment_id = ?',
      [payment.paymentId],
    );
    expect(found?.contradiction).toBe('leg 1 approved after it was given up');
  });
});

describe('a product with three routes', () => {
  beforeAll(async () => {
    world = await aSwitch(undefined, 100, { failover: { ...ROUTING.failover, legsMax: 3 } });
    world.routes.add(
      'pln-prepaid',
      { billerId: 'story', source: 'STORY01' },
      { billerId: 'tirta-jaya', source: 'TJ01' },
    );
  });
  afterAll(() => world.close());

  test('whose third biller calls the bill paid is in doubt about the refused leg, not about the one that never left', async () => {
    world.biller.behaviour = 'is closed';
    world.spare.behaviour = 'is not reached';
    jest
      .spyOn(world.water, 'inquire')
      .mockImplementation(async () => fail(refusal('BILL_ALREADY_PAID', '')) as never);
    expect(await payToken()).toMatchObject({ state: 'DECLINED', billerId: 'story', leg: { legNo: 2 } });
    expect(await listContradictions(world.store.database, 100)).toMatchObject([
      { said: 'not sent', detail: { refused: 'leg 1 by pln/prepaid' } },
    ]);
    await world.expectSound();
  });
});

describe('a route that fails', () => {
  beforeAll(async () => {
    world = await aWorld(undefined, 100, {
      health: { ...ROUTING.health, failuresMin: 3 },
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
    expect(await payToken()).toMatchObject({ state: 'PAID', billerId: 'story' });
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
    world = await aWorld(undefined, 100, {
      bulkhead: { atOnceMax: 4, queueMax: 1, queueWithinMs: 50 },
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
    world = await aWorld(undefined, 100, {
      health: { ...ROUTING.health, failuresMin: 3 },
      bulkhead: { atOnceMax: 4, queueMax: 4, queueWithinMs: 10_000 },
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
