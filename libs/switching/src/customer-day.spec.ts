import type { PaymentLimit } from '#lib/catalog';
import { rupiah } from '#lib/kernel';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';

let world: SwitchWorld;
afterEach(() => jest.restoreAllMocks());
eachTestHasASwitch((fresh) => {
  world = fresh;
  world.biller.behaviour = 'approves';
});

/** From now on tokens are sold with these limits of a customer's day. */
function limited(limit: Partial<PaymentLimit>): void {
  jest.restoreAllMocks();
  const known = world.catalog.soldProduct.bind(world.catalog);
  jest.spyOn(world.catalog, 'soldProduct').mockImplementation((channelId, productId, at) => {
    const sold = known(channelId, productId, at);
    const none = { productId, channelId: '*', amountMin: null, amountMax: null, validUntil: null };
    const days = { dayPaymentsMax: null, dayAmountMax: null, validFrom: new Date(0) };
    return sold && { ...sold, limit: { ...none, ...days, ...limit } };
  });
}

/** Buys a token under a reference, by an inquiry of its own. */
async function buy(
  reference: string,
  ask: { customerNumber?: string; amount?: bigint; channelId?: string } = {},
) {
  const { customerNumber = '14270010000', amount = 20_000n, channelId = 'ppob-nusantara' } = ask;
  const asked = await world.inquire({
    productId: 'pln-prepaid',
    customerNumber,
    amount: rupiah(amount),
    channelId,
  });
  if (asked.kind !== 'offer') throw new Error(JSON.stringify(asked));
  const { inquiryId, offer } = asked.inquiry;
  return world.pay({ reference, inquiryId, total: offer.total, channelId });
}

function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}

const REACHED = 'DAY_LIMIT_REACHED';

test('so many payments a day are taken of a customer; the next forms nothing, is told until when, and is taken the day after', async () => {
  limited({ dayPaymentsMax: 2 });
  expect([codeOf(await buy('A')), codeOf(await buy('B'))]).toEqual(['APPROVED', 'APPROVED']);
  const before = await world.balance();
  const refused = await buy('C');
  expect(refused).toMatchObject({
    kind: 'refused',
    refusal: {
      code: REACHED,
      detail: expect.stringMatching(
        /at most 2 payments of one customer a day; the day ends at 2026-07-15T00:00:00.*\+07:00/,
      ) as string,
    },
  });
  expect(await world.balance()).toEqual(before);
  expect(await world.payments.findByReference('ppob-nusantara', 'C')).toBeUndefined();
  expect(codeOf(await buy('D', { customerNumber: '14270020000' }))).toBe('APPROVED');
  // 12:00 in Jakarta when the world begins; the very last millisecond still belongs to the day.
  world.clock.advance(12 * 3_600_000 + 1);
  expect(codeOf(await buy('C'))).toBe('APPROVED');
});

test('so many rupiah a day are taken of a customer, to the last one', async () => {
  limited({ dayAmountMax: rupiah(90_000n) });
  expect(codeOf(await buy('A', { amount: 50_000n }))).toBe('APPROVED');
  expect(codeOf(await buy('B', { amount: 50_000n }))).toBe(REACHED);
  expect(codeOf(await buy('C', { amount: 20_000n }))).toBe('APPROVED');
  expect(codeOf(await buy('D', { amount: 20_000n }))).toBe('APPROVED');
  expect(codeOf(await buy('E', { amount: 20_000n }))).toBe(REACHED);
});

test('what was declined counts no more; what is in progress does', async () => {
  limited({ dayPaymentsMax: 1 });
  world.biller.behaviour = 'declines';
  for (const reference of ['A', 'B', 'C']) expect(codeOf(await buy(reference))).toBe('DECLINED_BY_BILLER');
  world.biller.behaviour = 'loses the request';
  expect(codeOf(await buy('D'))).toBe('IN_PROGRESS');
  expect(codeOf(await buy('E'))).toBe(REACHED);
});

test('a limit of all channels counts all of them, a channel’s own its own', async () => {
  limited({ dayPaymentsMax: 1 });
  expect(codeOf(await buy('A'))).toBe('APPROVED');
  expect(codeOf(await buy('B', { channelId: 'warung-kecil' }))).toBe(REACHED);
  limited({ dayPaymentsMax: 1, channelId: 'warung-kecil' });
  expect(codeOf(await buy('B', { channelId: 'warung-kecil' }))).toBe('APPROVED');
  expect(codeOf(await buy('C', { channelId: 'warung-kecil' }))).toBe(REACHED);
});

test('of many payments for one customer at one moment so many are formed as the limit says', async () => {
  limited({ dayPaymentsMax: 5, dayAmountMax: rupiah(80_000n) });
  for (let round = 0; round < 3; round += 1) {
    const customerNumber = `1427003000${round}`;
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) => buy(`RUSH-${round}-${n}`, { customerNumber })),
    );
    expect(answers.map(codeOf).sort()).toEqual([...Array(4).fill('APPROVED'), ...Array(12).fill(REACHED)]);
  }
});

test('a repeat is answered with its payment, also where the limit is reached', async () => {
  limited({ dayPaymentsMax: 1 });
  const asked = await world.inquire({
    productId: 'pln-prepaid',
    customerNumber: '14270010000',
    amount: rupiah(20_000n),
  });
  if (asked.kind !== 'offer') throw new Error('no offer');
  const order = { reference: 'SAME', inquiryId: asked.inquiry.inquiryId, total: asked.inquiry.offer.total };
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.pay(order)));
  expect(answers.map(({ kind }) => kind)).toEqual(Array(8).fill('payment'));
  expect(world.biller.received).toHaveLength(1);
});

test('a product without such a limit writes and reads nothing of it', async () => {
  const reading = jest.spyOn(world.payments, 'findDayUse');
  expect(codeOf(await buy('A'))).toBe('APPROVED');
  expect(reading).not.toHaveBeenCalled();
  expect(await world.store.database.rows('SELECT * FROM customer_day')).toEqual([]);
});
