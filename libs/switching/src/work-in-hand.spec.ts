import { setTimeout as sleep } from 'node:timers/promises';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';
import { WorkInHand } from './work-in-hand';

const IN_HAND_MAX = 2;

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch({ inHandMax: IN_HAND_MAX });
});
afterEach(() => world.expectSound());
afterAll(() => world.close());

async function anOffer() {
  const answer = await world.inquire();
  if (answer.kind !== 'offer') throw new Error(JSON.stringify(answer));
  return { inquiryId: answer.inquiry.inquiryId, total: answer.inquiry.offer.total };
}

function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}

/** Something that everybody waits for. */
function aGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

test('payments that wait for their biller are not in hand: many more than the bound are taken', async () => {
  const gate = aGate();
  world.biller.gate = gate.opened;
  const before = world.biller.received.length;
  const answers: Promise<Answer>[] = [];
  for (let nth = 1; nth <= 4 * IN_HAND_MAX; nth += 1) {
    answers.push(world.pay(await anOffer()));
    await until(() => world.biller.received.length === before + nth);
  }
  gate.open();
  expect((await Promise.all(answers)).map(codeOf)).toEqual(answers.map(() => 'APPROVED'));
});

test('beyond the bound a payment is refused at once, forms nothing, and its reference stays free', async () => {
  const offers = await Promise.all([anOffer(), anOffer(), anOffer()]);
  const gate = aGate();
  const commit = world.writer.commit.bind(world.writer);
  const slow = jest.spyOn(world.writer, 'commit').mockImplementation(async (unit) => {
    await gate.opened;
    return commit(unit);
  });
  const [refused, ...inHand] = offers;
  const answers = inHand.map((offer) => world.pay(offer));
  await until(() => slow.mock.calls.length === IN_HAND_MAX);
  const held = await world.balance();

  expect(codeOf(await world.pay({ reference: 'ONE-MORE', ...refused }))).toBe('NOT_NOW');
  expect(await world.payments.findByReference('ppob-nusantara', 'ONE-MORE')).toBeUndefined();
  expect(await world.balance()).toEqual(held);

  slow.mockRestore();
  gate.open();
  expect((await Promise.all(answers)).map(codeOf)).toEqual(['APPROVED', 'APPROVED']);
  expect(codeOf(await world.pay({ reference: 'ONE-MORE', ...refused }))).toBe('APPROVED');
});

test('beyond the bound a repeat still finds its payment: nobody is told that nothing was formed', async () => {
  const first = { reference: 'FORMED-BEFORE', ...(await anOffer()) };
  expect(codeOf(await world.pay(first))).toBe('APPROVED');
  const offers = await Promise.all([anOffer(), anOffer()]);
  const gate = aGate();
  const commit = world.writer.commit.bind(world.writer);
  const slow = jest.spyOn(world.writer, 'commit').mockImplementation(async (unit) => {
    await gate.opened;
    return commit(unit);
  });
  const answers = offers.map((offer) => world.pay(offer));
  await until(() => slow.mock.calls.length === IN_HAND_MAX);

  expect(await world.pay(first)).toMatchObject({
    kind: 'payment',
    isRepeat: true,
    payment: { state: 'PAID' },
  });

  slow.mockRestore();
  gate.open();
  await Promise.all(answers);
});

test('a payment that waited too long at its door forms nothing, and its repeat still finds what was formed', async () => {
  const offer = await anOffer();
  const late = { reference: 'LATE', ...offer, isLate: true };
  expect(codeOf(await world.pay(late))).toBe('NOT_NOW');
  expect(await world.payments.findByReference('ppob-nusantara', 'LATE')).toBeUndefined();
  expect(codeOf(await world.pay({ reference: 'LATE', ...offer }))).toBe('APPROVED');
  expect(await world.pay(late)).toMatchObject({ kind: 'payment', isRepeat: true });
});

/** Work of a channel that goes on until the gate opens. */
function fill(hand: WorkInHand, channelId: string, count: number, opened: Promise<void>): void {
  for (let nth = 0; nth < count; nth += 1) void hand.on(channelId, () => opened);
}

test('a channel that fills all hands alone leaves the others their share', async () => {
  const hand = new WorkInHand(12);
  const flood = aGate();
  fill(hand, 'flood', 12, flood.opened);
  expect(hand.roomFor('flood')).toBe('full');
  for (let own = 0; own < 4; own += 1) {
    expect(hand.roomFor('quiet')).toBe('room');
    fill(hand, 'quiet', 1, flood.opened);
  }
  expect(hand.roomFor('quiet')).toBe('share used up');
  expect(hand.roomFor('flood')).toBe('share used up');
  expect(hand.roomFor('third')).toBe('room');
  flood.open();
  await sleep(0);
  expect(['flood', 'quiet', 'third'].map((one) => hand.roomFor(one))).toEqual(['room', 'room', 'room']);
});

test('so many are enough to do long before they are too many, until one of them has ended', async () => {
  const hand = new WorkInHand(4, 2);
  const gate = aGate();
  const first = hand.on('a', () => gate.opened);
  expect(hand.isBusy).toBe(false);
  const second = hand.on('b', async () => undefined);
  expect([hand.isBusy, hand.roomFor('c')]).toEqual([true, 'room']);
  await second;
  expect(hand.isBusy).toBe(false);
  gate.open();
  await first;
});
