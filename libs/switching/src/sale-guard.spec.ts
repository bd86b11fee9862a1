import { rupiah } from '#lib/kernel';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';

const MINUTE = 60_000;
const TOKEN = { productId: 'pln-prepaid', amount: rupiah(20_000n) };

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
  world.biller.behaviour = 'approves';
});

/** Orders a token for a customer under a reference, each time by a new inquiry. */
async function buy(
  reference: string,
  ask: { customerNumber?: string; amount?: bigint; channelId?: string } = {},
  duplicateGuardMs: number | undefined = MINUTE,
): Promise<Answer> {
  const { customerNumber = '14270010000', amount = 20_000n, channelId } = ask;
  const question = { ...TOKEN, customerNumber, amount: rupiah(amount), ...(channelId ? { channelId } : {}) };
  const answer = await world.inquire(question);
  if (answer.kind !== 'offer') throw new Error(JSON.stringify(answer));
  const { inquiryId, offer } = answer.inquiry;
  return world.pay({
    reference,
    inquiryId,
    total: offer.total,
    ...(channelId ? { channelId } : {}),
    ...(duplicateGuardMs === undefined ? {} : { duplicateGuardMs }),
  });
}

function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}

test('the same sale under another reference is refused, forms nothing, and may be made after the agreed time', async () => {
  expect(codeOf(await buy('A'))).toBe('APPROVED');
  const before = await world.balance();
  expect(codeOf(await buy('B'))).toBe('DUPLICATE_SUSPECTED');
  expect(await world.balance()).toEqual(before);
  expect(await world.payments.findByReference('ppob-nusantara', 'B')).toBeUndefined();
  world.clock.advance(MINUTE);
  expect(codeOf(await buy('B'))).toBe('APPROVED');
  expect(codeOf(await buy('C'))).toBe('DUPLICATE_SUSPECTED');
});

test('another customer, amount or channel is another sale, and who has agreed on no guard has none', async () => {
  expect(codeOf(await buy('A'))).toBe('APPROVED');
  expect(codeOf(await buy('B', { customerNumber: '14270020000' }))).toBe('APPROVED');
  expect(codeOf(await buy('C', { amount: 50_000n }))).toBe('APPROVED');
  expect(codeOf(await buy('D', { channelId: 'warung-kecil' }))).toBe('APPROVED');
  const answer = await world.payOne({ ...TOKEN, customerNumber: '14270010000' });
  expect(answer.code).toBe('APPROVED');
});

test('what was not sold, or was undone, stands in nobody’s way; what is in progress does', async () => {
  world.biller.behaviour = 'declines';
  expect(codeOf(await buy('A'))).toBe('DECLINED_BY_BILLER');
  world.biller.behaviour = 'loses the request';
  expect(codeOf(await buy('B'))).toBe('IN_PROGRESS');
  expect(codeOf(await buy('C'))).toBe('DUPLICATE_SUSPECTED');
});

test('of many equal sales at one moment one is formed, each under its own reference', async () => {
  for (let round = 0; round < 3; round += 1) {
    const customerNumber = `1427003000${round}`;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => buy(`RUSH-${round}-${n}`, { customerNumber })),
    );
    expect(answers.map(codeOf).sort()).toEqual(['APPROVED', ...Array(11).fill('DUPLICATE_SUSPECTED')]);
    world.clock.advance(MINUTE);
    const again = await Promise.all(
      Array.from({ length: 12 }, (_, n) => buy(`AGAIN-${round}-${n}`, { customerNumber })),
    );
    expect(again.map(codeOf).sort()).toEqual(['APPROVED', ...Array(11).fill('DUPLICATE_SUSPECTED')]);
  }
});

test('a repeat of the same reference is answered with its payment, not as a second sale', async () => {
  const answer = await world.inquire({ ...TOKEN, customerNumber: '14270010000' });
  if (answer.kind !== 'offer') throw new Error('no offer');
  const { inquiryId, offer } = answer.inquiry;
  const order = { reference: 'SAME', inquiryId, total: offer.total, duplicateGuardMs: MINUTE };
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.pay(order)));
  expect(answers.map(({ kind }) => kind)).toEqual(Array(8).fill('payment'));
  expect(codeOf(await world.pay(order))).toBe('APPROVED');
  expect(world.biller.received).toHaveLength(1);
});
