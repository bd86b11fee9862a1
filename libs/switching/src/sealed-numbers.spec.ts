import { randomBytes } from 'node:crypto';
import type { Product } from '#lib/catalog';
import { rupiah } from '#lib/kernel';
import { SecretBox } from '#lib/platform';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { Billers, type BillerInquiry } from './biller.contract';
import { forgetSealedNumbers } from './sealed-numbers.tidy';
import { maskedNumber, NumberOpeningBillers, SealedNumbers } from './sealed-numbers';

const CARD = '5426401234567890';
const numbers = new SealedNumbers(new SecretBox(randomBytes(32).toString('base64')));

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch({ numbers });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => world.close());

/** From now on `pln-prepaid` is sold to numbers of cards. */
function sellingToCards(rules: Partial<Product>): void {
  const sold = world.catalog.soldProduct('ppob-nusantara', 'pln-prepaid');
  if (!sold) throw new Error('pln-prepaid is not sold');
  const cards = { isNumberMasked: true, customerNumberPattern: '^[0-9]{16}$' };
  const product = Object.assign({}, sold.product, cards, rules);
  jest.spyOn(world.catalog, 'soldProduct').mockReturnValue({ ...sold, product });
}

test.each([
  [CARD, '542640******7890'],
  ['0812345678', '******5678'],
  ['123', '123'],
])('%s is written down as %s', (number, masked) => {
  expect(maskedNumber(number)).toBe(masked);
});

const FOR_A_CARD = { productId: 'pln-prepaid', customerNumber: CARD, amount: rupiah(20_000n) };

test('a card’s number goes to the biller, and stands nowhere in the books', async () => {
  sellingToCards({ receiptLines: ['{customerNumber}'] });
  const asking = jest.spyOn(world.biller, 'inquire');
  const paying = jest.spyOn(world.biller, 'pay');
  const paid = await world.payOne(FOR_A_CARD);
  expect(paid).toMatchObject({ state: 'PAID', customerNumber: '542640******7890' });
  expect(asking).toHaveBeenCalledWith(expect.objectContaining({ customerNumber: CARD }), expect.anything());
  const leg = paying.mock.calls[0]?.[0];
  expect(leg && numbers.opened(leg.customerNumber)).toBe(CARD);
  for (const table of ['inquiry', 'payment', 'payment_leg', 'payment_event', 'payment_evidence', 'journal']) {
    const rows = await world.store.database.rows<object>(`SELECT * FROM ${table}`);
    expect(JSON.stringify(rows)).not.toContain(CARD);
  }
});

/** Of which offers and payments the books still have the sealed number. */
async function sealedIn(table: 'inquiry' | 'payment'): Promise<string[]> {
  const rows = await world.store.database.rows<{ inquiry_id: string; offer: unknown }>(
    `SELECT inquiry_id, offer FROM ${table}`,
  );
  const sealed = rows.filter(({ offer }) => JSON.stringify(offer).includes('sealed:'));
  return sealed.map(({ inquiry_id }) => inquiry_id).sort();
}

test('a sealed number is taken away once its offer has expired, or its payment can be neither advised nor reversed', async () => {
  const limits = { lookAgainAfterMinutes: 60, rowsAtOnceMax: 2 };
  const forget = async () => {
    while (await forgetSealedNumbers(world.store.database, world.catalog, world.clock.now(), limits));
  };
  sellingToCards({ receiptLines: ['{customerNumber}'] });
  const paid = await world.payOne(FOR_A_CARD);
  world.biller.behaviour = 'pays and loses the answer';
  const lost = await world.payOne(FOR_A_CARD);
  world.biller.behaviour = 'approves';
  const unpaid = await world.inquire(FOR_A_CARD);
  if (unpaid.kind !== 'offer') throw new Error('no offer');
  const { inquiryId } = unpaid.inquiry;
  const all = [paid.inquiryId, lost.inquiryId, inquiryId];

  await forget();
  expect(await sealedIn('inquiry')).toEqual(expect.arrayContaining(all));

  const expiresInMs = unpaid.inquiry.validUntil.getTime() - world.clock.now().getTime();
  world.clock.advance(expiresInMs + 3_600_000);
  await forget();
  expect(await sealedIn('inquiry')).toEqual([lost.inquiryId]);
  expect(await sealedIn('payment')).toEqual([lost.inquiryId]);

  await world.advice.adviseDue();
  const found = await world.payments.findById(lost.channelId, lost.paymentId);
  expect(found).toMatchObject({ state: 'PAID', customerNumber: '542640******7890' });
  world.clock.advance(3_600_000);
  await forget();
  expect([await sealedIn('inquiry'), await sealedIn('payment')]).toEqual([[], []]);
  expect(await world.store.database.rows('SELECT * FROM sealed_number')).toEqual([]);
  const again = await world.payments.findById(lost.channelId, lost.paymentId);
  expect(again?.offer).toEqual({ ...found?.offer, sealedNumber: undefined });
  await world.expectSound();
});

test('a card is paid again and again, and another one that looks the same in the books is another customer', async () => {
  sellingToCards({ oneBillAtATime: true });
  const card = { productId: 'pln-prepaid', customerNumber: '5426409999997890', amount: rupiah(20_000n) };
  for (let month = 0; month < 3; month += 1) expect((await world.payOne(card)).state).toBe('PAID');

  const offer = await world.inquire(card);
  if (offer.kind !== 'offer') throw new Error('no offer');
  expect((await world.payOne({ ...card, customerNumber: CARD })).state).toBe('PAID');
  const { inquiryId, offer: priced } = offer.inquiry;
  expect(await world.pay({ inquiryId, total: priced.total })).toMatchObject({ payment: { state: 'PAID' } });

  const stale = await world.inquire(card);
  await world.payOne(card);
  if (stale.kind !== 'offer') throw new Error('no offer');
  expect(
    await world.pay({ inquiryId: stale.inquiry.inquiryId, total: stale.inquiry.offer.total }),
  ).toMatchObject({ refusal: { code: 'BILL_ALREADY_PAID' } });
});

test('another biller is asked about the card itself before it is paid in place of the first', async () => {
  sellingToCards({});
  world.routes.add('pln-prepaid', { billerId: 'story', source: 'STORY01' });
  const asking = jest.spyOn(world.spare, 'inquire');
  world.biller.behaviour = 'is not reached';
  const paid = await world.payOne({
    productId: 'pln-prepaid',
    customerNumber: CARD,
    amount: rupiah(20_000n),
  });
  expect(paid).toMatchObject({ state: 'PAID', billerId: 'story' });
  const [question] = asking.mock.lastCall as unknown as [BillerInquiry];
  expect(numbers.opened(question.customerNumber)).toBe(CARD);
  world.routes.ofProduct.delete('pln-prepaid');
  world.biller.behaviour = 'approves';
});

test('only the call to the biller opens it', async () => {
  class OneBiller extends Billers {
    override connector() {
      return world.biller;
    }
  }
  const advising = jest.spyOn(world.biller, 'advise');
  const asking: jest.SpyInstance<unknown, unknown[]> = jest.spyOn(world.biller, 'inquire');
  const opening = new NumberOpeningBillers(new OneBiller(), numbers).connector('pln');
  const leg = { customerNumber: numbers.hide(CARD).sealed } as Parameters<typeof opening.advise>[0];
  await opening.advise(leg, new Date());
  expect(advising.mock.lastCall?.[0]).toMatchObject({ customerNumber: CARD });
  await opening.inquire({ ...leg, trace: 'T' }, new Date());
  expect(asking.mock.lastCall?.[0]).toMatchObject({ customerNumber: CARD });
  expect(opening.patience).toBe(world.biller.patience);
});
