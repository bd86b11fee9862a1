import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';
import { Inquiries } from './inquiries';
import { SqlInquiryStore } from './inquiry.store';

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterEach(() => world.expectSound());
afterAll(() => world.close());
beforeEach(() => {
  world.biller.behaviour = 'approves';
  world.biller.isAdviceSilent = false;
  world.biller.gate = Promise.resolve();
});

async function anOffer(ask = {}) {
  const answer = await world.inquire(ask);
  if (answer.kind !== 'offer') throw new Error(JSON.stringify(answer));
  return { inquiryId: answer.inquiry.inquiryId, total: answer.inquiry.offer.total };
}

function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}

test('a paid bill is captured: the deposit loses total less commission, and nothing stays held', async () => {
  const before = await world.balance();
  const payment = await world.payOne();
  const after = await world.balance();
  expect(payment).toMatchObject({ state: 'PAID', code: 'APPROVED' });
  // Three bills of 50,000, admin 2,500 each, of which 1,300 are the channel's.
  expect(before.posted - after.posted).toBe(150_000n + 3n * 2_500n - 3n * 1_300n);
  expect(after.held).toBe(0n);
  expect(payment.balanceAfter).toBe(after.posted);
  expect(payment.receipt?.lines.join('\n')).toContain('Rp 157.500');
});

test('a channel whose commission is settled later is charged the whole total', async () => {
  const before = await world.balance('warung-kecil');
  await world.payOne({ channelId: 'warung-kecil' });
  expect(before.posted - (await world.balance('warung-kecil')).posted).toBe(157_500n);
});

test('a declined payment gives the whole hold back', async () => {
  world.biller.behaviour = 'declines';
  const before = await world.balance();
  const payment = await world.payOne();
  expect(payment).toMatchObject({ state: 'DECLINED', code: 'DECLINED_BY_BILLER', receipt: null });
  expect(await world.balance()).toEqual(before);
});

test('a biller that was never reached declines the payment and gives the hold back', async () => {
  world.biller.behaviour = 'is not reached';
  const before = await world.balance();
  expect(await world.payOne()).toMatchObject({ state: 'DECLINED', code: 'BILLER_UNAVAILABLE' });
  expect(await world.balance()).toEqual(before);
});

test.each([
  ['pays and loses the answer'],
  ['loses the request'],
  ['approves another amount'],
  ['breaks'],
] as const)('when the biller %s the payment is in progress and the deposit held', async (behaviour) => {
  world.biller.behaviour = behaviour;
  const before = await world.balance();
  const payment = await world.payOne();
  expect(payment).toMatchObject({ state: 'SUSPECT', code: 'IN_PROGRESS' });
  const after = await world.balance();
  expect(after.held - before.held).toBe(payment.offer.charge);
  expect(after.posted).toBe(before.posted);
});

test('a token purchase approved without its token is not yet believed', async () => {
  world.biller.behaviour = 'approves without a token';
  const ask = { productId: 'pln-prepaid', customerNumber: '14270010000', amount: 50_000n as never };
  expect(await world.payOne(ask)).toMatchObject({ state: 'SUSPECT' });
});

test('the same reference and content again gives the same answer and pays once', async () => {
  const offer = await anOffer();
  const first = await world.pay({ reference: 'SAME-1', ...offer });
  const paidSoFar = world.biller.received.length;
  const again = await world.pay({ reference: 'SAME-1', ...offer });
  expect(again).toEqual({ ...first, isRepeat: true });
  expect(world.biller.received.length).toBe(paidSoFar);
});

test('a payment from before, with its answer in its own row, is answered as it was', async () => {
  const offer = await anOffer();
  const order = { ...offer, reference: 'FROM-BEFORE' };
  const first = await world.pay(order);
  if (first.kind !== 'payment') throw new Error(codeOf(first));
  const { paymentId } = first.payment;
  await world.store.admin.run(
    'UPDATE payment p JOIN payment_event e ON e.payment_id = p.payment_id AND e.event_no = p.last_event_no ' +
      'SET p.code = e.code, p.receipt = e.receipt, p.balance_after = e.balance_after WHERE p.payment_id = ?',
    [paymentId],
  );
  await world.store.admin.run(
    'UPDATE payment_event SET code = NULL, receipt = NULL, balance_after = NULL WHERE payment_id = ?',
    [paymentId],
  );
  expect(await world.pay(order)).toEqual({ ...first, isRepeat: true });
});

test('the same reference with other content is refused and changes nothing', async () => {
  const offer = await anOffer();
  await world.pay({ reference: 'SAME-2', ...offer });
  const other = await anOffer();
  const answer = await world.pay({ reference: 'SAME-2', ...other });
  expect(codeOf(answer)).toBe('REFERENCE_REUSED');
  expect(codeOf(await world.pay({ reference: 'THIRD', ...other }))).toBe('APPROVED');
});

test('of 64 equal requests at one moment one pays and all the others see it', async () => {
  const offer = await anOffer();
  const paidSoFar = world.biller.received.length;
  const answers = await Promise.all(
    Array.from({ length: 64 }, () => world.pay({ reference: 'RUSH', ...offer })),
  );
  expect(world.biller.received.length).toBe(paidSoFar + 1);
  const ids = answers.map((answer) =>
    answer.kind === 'payment' ? answer.payment.paymentId : codeOf(answer),
  );
  expect(new Set(ids).size).toBe(1);
  expect(answers.filter((answer) => answer.kind === 'payment' && !answer.isRepeat)).toHaveLength(1);
});

test('a repeat that looked before the first was formed is told of it, not of a used inquiry', async () => {
  const offer = await anOffer();
  const look = jest.spyOn(Inquiries.prototype, 'payable');
  const first = await world.pay({ reference: 'TWIN', ...offer });
  look.mockImplementationOnce(() => look.mock.results[0]?.value as ReturnType<Inquiries['payable']>);
  const again = await world.pay({ reference: 'TWIN', ...offer });
  look.mockRestore();
  expect(again).toEqual({ ...first, isRepeat: true });
});

test('an offer still at hand here, and paid through another switch, is refused as used', async () => {
  const offer = await anOffer();
  const look = jest.spyOn(Inquiries.prototype, 'payable');
  const first = await world.pay({ reference: 'THERE', ...offer });
  expect(codeOf(first)).toBe('APPROVED');
  look.mockImplementationOnce(() => look.mock.results[0]?.value as ReturnType<Inquiries['payable']>);
  const second = await world.pay({ reference: 'HERE', ...offer });
  look.mockRestore();
  expect(codeOf(second)).toBe('INQUIRY_USED');
});

test('an offer that its door has read is held to the same rules', async () => {
  const [mine, other] = [await anOffer(), await anOffer()];
  const offer = await new SqlInquiryStore(world.store.database).find('ppob-nusantara', mine.inquiryId);
  expect(offer).toBeDefined();
  const codes = [];
  for (const order of [
    { ...mine, channelId: 'warung-kecil' },
    other,
    { ...mine, total: mine.total + 1n },
    { ...mine, reference: 'READ' },
    { ...mine, reference: 'READ' },
    // As somebody read it who looked before it was paid.
    { ...mine, reference: 'READ BEFORE' },
  ])
    codes.push(codeOf(await world.pay({ ...order, offer })));
  expect(codes).toEqual([
    'INQUIRY_UNKNOWN',
    'INQUIRY_UNKNOWN',
    'AMOUNT_MISMATCH',
    'APPROVED',
    'APPROVED',
    'INQUIRY_USED',
  ]);
});

test.each(['é', 'inq_1 ', "' OR 1=1 --", '__proto__'])('the inquiry "%s" is unknown', async (inquiryId) => {
  const answer = await world.pay({ reference: 'STRANGE', inquiryId, total: 1n });
  expect(codeOf(answer)).toBe('INQUIRY_UNKNOWN');
});

test('of many payments at one moment on one inquiry one is formed', async () => {
  const offer = await anOffer();
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, n) => world.pay({ reference: `USE-${n}`, ...offer })),
  );
  expect(answers.map(codeOf).sort()).toEqual([
    'APPROVED',
    ...Array.from({ length: 15 }, () => 'INQUIRY_USED'),
  ]);
});

test('concurrent payments near the limit never take more than the deposit has', async () => {
  const offers = [];
  for (let n = 0; n < 12; n += 1) offers.push(await anOffer({ channelId: 'warung-kecil' }));
  const { available } = await world.balance('warung-kecil');
  const answers = await Promise.all(
    offers.map((offer, n) => world.pay({ reference: `DRAIN-${n}`, ...offer, channelId: 'warung-kecil' })),
  );
  const codes = answers.map(codeOf);
  const covered = Number(available / 157_500n);
  expect(codes.filter((code) => code === 'APPROVED')).toHaveLength(covered);
  expect(codes.filter((code) => code === 'DEPOSIT_INSUFFICIENT')).toHaveLength(12 - covered);

  // The deposit is empty now; a reference that was paid before still gets its stored answer.
  const paid = codes.indexOf('APPROVED');
  const again = await world.pay({ reference: `DRAIN-${paid}`, ...offers[paid]!, channelId: 'warung-kecil' });
  expect(again).toEqual({ ...answers[paid], isRepeat: true });
});

test.each([
  [
    'AMOUNT_MISMATCH',
    (offer: { inquiryId: string; total: bigint }) => ({ ...offer, total: offer.total + 1n }),
  ],
  [
    'INQUIRY_UNKNOWN',
    (offer: { inquiryId: string; total: bigint }) => ({ ...offer, inquiryId: 'inq_nobody' }),
  ],
  [
    'INQUIRY_UNKNOWN',
    (offer: { inquiryId: string; total: bigint }) => ({ ...offer, channelId: 'warung-kecil' }),
  ],
])('%s forms nothing and leaves the reference free', async (code, change) => {
  const offer = await anOffer();
  const before = await world.balance();
  expect(codeOf(await world.pay({ reference: `FREE-${offer.inquiryId.slice(-20)}`, ...change(offer) }))).toBe(
    code,
  );
  expect(await world.balance()).toEqual(before);
  expect(codeOf(await world.pay({ reference: `FREE-${offer.inquiryId.slice(-20)}`, ...offer }))).toBe(
    'APPROVED',
  );
});

test('an offer is payable up to its last millisecond and not after it', async () => {
  const [early, late] = [await anOffer(), await anOffer()];
  world.clock.advance(900_000);
  expect(codeOf(await world.pay(early))).toBe('APPROVED');
  world.clock.advance(1);
  expect(codeOf(await world.pay(late))).toBe('INQUIRY_EXPIRED');
  // A quarter of an hour has passed: whatever the tests above left unknown is asked about now.
  await world.advice.adviseDue();
});

test('the same bill is in payment only once, whichever channel asks', async () => {
  let open = (): void => undefined;
  world.biller.gate = new Promise((resolve) => {
    open = resolve;
  });
  await world.topUp('warung-kecil', 1_000_000n);
  const bill = { customerNumber: '531199999999' };
  const [one, two] = [await anOffer(bill), await anOffer({ ...bill, channelId: 'warung-kecil' })];
  const sentSoFar = world.biller.received.length;
  const first = world.pay(one);
  while (world.biller.received.length === sentSoFar) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = await world.balance('warung-kecil');
  const order = { ...two, channelId: 'warung-kecil' };
  expect(codeOf(await world.pay(order))).toBe('BILL_IN_PAYMENT');
  expect(await world.balance('warung-kecil')).toEqual(before);
  open();
  expect(codeOf(await first)).toBe('APPROVED');
});

test('an offer that was made before the bill was paid pays it no second time; a new one does', async () => {
  await world.topUp('warung-kecil', 1_000_000n);
  const bill = { customerNumber: '531199999988' };
  const [one, two] = [await anOffer(bill), await anOffer({ ...bill, channelId: 'warung-kecil' })];
  expect(codeOf(await world.pay(one))).toBe('APPROVED');
  const sentSoFar = world.biller.received.length;
  const before = await world.balance('warung-kecil');
  const late = { ...two, channelId: 'warung-kecil' };
  expect(codeOf(await world.pay(late))).toBe('BILL_ALREADY_PAID');
  expect([world.biller.received.length, await world.balance('warung-kecil')]).toEqual([sentSoFar, before]);

  const next = await anOffer({ ...bill, channelId: 'warung-kecil' });
  expect(codeOf(await world.pay({ ...next, channelId: 'warung-kecil' }))).toBe('APPROVED');
  // And the month after that: the bill goes from payment to payment.
  const later = await anOffer(bill);
  expect(codeOf(await world.pay(later))).toBe('APPROVED');
});

test('an offer ends with every other payment of its bill, declined ones too, and however many came between', async () => {
  const bill = { customerNumber: '531199999977' };
  const [first, second] = [await anOffer(bill), await anOffer(bill)];
  expect(codeOf(await world.pay(first))).toBe('APPROVED');
  const third = await anOffer(bill);
  world.biller.behaviour = 'declines';
  expect(codeOf(await world.pay(third))).toBe('DECLINED_BY_BILLER');
  world.biller.behaviour = 'approves';
  const sentSoFar = world.biller.received.length;
  expect(codeOf(await world.pay(second))).toBe('BILL_CHANGED');
  expect(world.biller.received.length).toBe(sentSoFar);
  expect(codeOf(await world.pay(await anOffer(bill)))).toBe('APPROVED');
});

test('payments that are asked for together are told apart by channel and reference', async () => {
  const ours = await world.payOne();
  const others = await world.payOne({ channelId: 'warung-kecil' });
  const asked = [
    ['warung-kecil', others.channelReference],
    ['ppob-nusantara', 'NEVER-USED'],
    ['ppob-nusantara', ours.channelReference],
    ['ppob-nusantara', ours.channelReference.toLowerCase()],
    ['warung-kecil', ours.channelReference],
    ['ppob-nusantara', ours.channelReference],
  ] as const;
  const found = await Promise.all(
    asked.map(([channelId, reference]) => world.payments.findByReference(channelId, reference)),
  );
  const expected = [others, undefined, ours, undefined, undefined, ours];
  expect(found.map((one) => one?.paymentId)).toEqual(expected.map((one) => one?.paymentId));
});
