import { createHash } from 'node:crypto';
import { ok, rupiah } from '#lib/kernel';
import type { Product } from '#lib/catalog';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { DirectPaymentFlow } from './direct-payment.flow';

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => world.close());

/** From now on `pln-prepaid` is a product of these rules. */
function selling(rules: Partial<Product>): void {
  const sold = world.catalog.soldProduct('ppob-nusantara', 'pln-prepaid');
  if (!sold) throw new Error('pln-prepaid is not sold');
  const product = Object.assign({}, sold.product, { requiredReceiptFields: [] }, rules);
  jest.spyOn(world.catalog, 'soldProduct').mockReturnValue({ ...sold, product });
}

const CREDIT: Partial<Product> = {
  hasInquiry: false,
  customerNumberPattern: '^08[0-9]{8,11}$',
  numberRules: { strip: ' -', rewrite: [{ pattern: '^62(8[0-9]+)$', to: '0$1' }] },
  operator: 'telkomsel',
};

function payUnasked(reference: string, total?: bigint) {
  const flow = new DirectPaymentFlow(
    world.clock,
    world.catalog,
    world.payments,
    world.inquiryFlow,
    world.paymentFlow,
  );
  return flow.pay({
    channelId: 'ppob-nusantara',
    reference,
    productId: 'pln-prepaid',
    customerNumber: '62 812-0000-0000',
    amount: rupiah(20_000n),
    ...(total === undefined ? {} : { total: rupiah(total) }),
    contentHash: createHash('sha256').update(reference).digest(),
    answerWithinMs: 14_000,
  });
}

test('a product without inquiry is paid in one call, its biller asked nothing before', async () => {
  selling(CREDIT);
  const asking = jest.spyOn(world.biller, 'inquire');
  const paid = await payUnasked('U-1', 22_500n);
  expect(paid).toMatchObject({
    kind: 'payment',
    payment: { state: 'PAID', customerNumber: '081200000000', offer: { amount: 20_000n, total: 22_500n } },
  });
  expect(asking).not.toHaveBeenCalled();
  expect(world.biller.truth.at(-1)).toMatchObject({ amount: '20000' });
});

test('the same order again is its first payment, and another total than the price list’s forms nothing', async () => {
  selling(CREDIT);
  const first = await payUnasked('U-2');
  const again = await payUnasked('U-2');
  if (first.kind !== 'payment' || again.kind !== 'payment') throw new Error('not paid');
  expect(again).toMatchObject({ isRepeat: true, payment: { paymentId: first.payment.paymentId } });
  expect(await payUnasked('U-3', 20_000n)).toMatchObject({
    kind: 'refused',
    refusal: { code: 'AMOUNT_MISMATCH', field: 'total' },
  });
  expect(await world.payments.findByReference('ppob-nusantara', 'U-3')).toBeUndefined();
});

test('an inquiry for it makes an offer, unasked, with a hint whose number it is', async () => {
  selling(CREDIT);
  jest.spyOn(world.catalog, 'operatorHint').mockReturnValue('indosat');
  const asked = await world.inquire({
    productId: 'pln-prepaid',
    customerNumber: '081500000000',
    amount: rupiah(50_000n),
  });
  // Another operator's prefix is no reason to refuse: numbers move between networks.
  expect(asked).toMatchObject({
    kind: 'offer',
    inquiry: {
      offer: { customerName: '', amount: 50_000n, remaining: null, details: { operator: 'indosat' } },
    },
  });
});

test('what an inquiry was asked with reaches the biller again with the payment', async () => {
  const label = { id: 'x', en: 'x' };
  selling({
    amountType: 'CLOSED',
    fields: [
      { name: 'months', in: 'months', required: true, pattern: '^[1-9]$', label },
      { name: 'year', in: 'year', required: true, pattern: '^20[0-9]{2}$', label },
      { name: 'identityNumber', in: 'extra', required: true, pattern: '^[0-9]{4}$', label },
    ],
  });
  const paying = jest.spyOn(world.biller, 'pay');
  const inputs = { months: 3, year: 2026, extra: { identityNumber: '3201' } };
  await world.payOne({ productId: 'pln-prepaid', customerNumber: '14270010000', ...inputs });
  expect(paying.mock.calls[0]?.[0]).toMatchObject({
    ...inputs,
    echo: { months: '3', year: '2026', 'extra.identityNumber': '3201' },
  });
});

test('what may be chosen is what the bill allows, and the offer is for the maximum unless another is asked', async () => {
  selling({ amountType: 'MIN_MAX' });
  const bill = await world.biller.inquire();
  const payable = { minimum: rupiah(100_000n), maximum: rupiah(150_000n) };
  jest.spyOn(world.biller, 'inquire').mockResolvedValue(ok({ ...bill.value, payable }));
  const ask = { productId: 'pln-prepaid', customerNumber: '14270010000' };
  expect(await world.inquire(ask)).toMatchObject({
    kind: 'offer',
    inquiry: { offer: { amount: 150_000n, payable } },
  });
  expect(await world.inquire({ ...ask, amount: rupiah(99_999n) })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'AMOUNT_MISMATCH', field: 'amount' },
  });
  const paid = await world.payOne({ ...ask, amount: rupiah(100_000n) });
  expect(paid).toMatchObject({ state: 'PAID', offer: { amount: 100_000n, payable } });
});

test('the books are sound', async () => {
  await expect(world.expectSound()).resolves.toBeUndefined();
});
