import { setTimeout as sleep } from 'node:timers/promises';
import { fail, refusal } from '#lib/kernel';
import { ROUTING } from '../../../test/support/routes-in-hand';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { aSwitchWithTwoRoutes, codeOf, offerOfToken, payTokenAt } from '../../../test/support/two-routes';
import type { PaymentOutcome } from './biller.contract';
import { listContradictions } from './contradictions';

let world: SwitchWorld;
const anOffer = (ask = {}) => offerOfToken(world, ask);
const payToken = () => payTokenAt(world);

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
    world = await aSwitchWithTwoRoutes();
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
      expect(capture?.account_id).toBe('biller:story:clearing');
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

    let undone = 0;
    async function firstLeg() {
      const offer = await anOffer({
        productId: 'pdam-tirta-jaya',
        customerNumber: '0870110000',
        amount: undefined,
      });
      const reference = `UNDO-${(undone += 1)}`;
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
    world = await aSwitch({ routingLimits: { failover: { ...ROUTING.failover, legsMax: 3 } } });
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
