import { rupiah } from '#lib/kernel';
import { normalNumber, type Product, type SoldProduct } from '#lib/catalog';
import { aFixedCatalog } from '../../../test/simulation/catalog';
import { chosenLines } from './chosen-lines';
import { offerFromJson, offerToJson, priceOffer } from './offer';
import { objectionTo } from './product-rules';
import type { InquiryRequest } from './requests';

const catalog = aFixedCatalog();
const [sold] = catalog.soldProducts('rich');

function selling(rules: Partial<Product>): SoldProduct {
  if (!sold) throw new Error('nothing is sold');
  return { ...sold, product: Object.assign({}, sold.product, rules) };
}

const asking = (members: Partial<InquiryRequest>): InquiryRequest => ({
  channelId: 'rich',
  reference: 'I-1',
  productId: 'water-bill',
  customerNumber: '531100000000',
  amount: undefined,
  billCount: undefined,
  months: undefined,
  year: undefined,
  extra: undefined,
  answerWithinMs: 1_000,
  ...members,
});

const label = { id: 'Bulan', en: 'months' };
const MONTHS = { name: 'months', in: 'months', required: true, pattern: '^([1-9]|1[0-2])$', label } as const;
const IDENTITY = {
  name: 'identityNumber',
  in: 'extra',
  required: true,
  pattern: '^\\d{16}$',
  label: { id: 'NIK', en: 'identity number' },
} as const;
const OPEN = { amountType: 'OPEN', amountMin: rupiah(10_000n), amountMax: rupiah(50_000n) } as const;

test.each<[string, Partial<Product>, Partial<InquiryRequest>, string, string, RegExp]>([
  ['months left out', { fields: [MONTHS] }, {}, 'REQUEST_MALFORMED', 'months', /needs it: months/],
  ['13 months', { fields: [MONTHS] }, { months: 13 }, 'REQUEST_MALFORMED', 'months', /of the form/],
  ['a year nobody asked for', {}, { year: 2026 }, 'REQUEST_MALFORMED', 'year', /leave it out/],
  [
    'a further input that is missing',
    { fields: [IDENTITY] },
    { extra: {} },
    'REQUEST_MALFORMED',
    'extra.identityNumber',
    /identity number/,
  ],
  [
    'one that is unknown',
    {},
    { extra: { tip: '1' } },
    'REQUEST_MALFORMED',
    'extra.tip',
    /takes no extra.tip/,
  ],
  ['no amount where it is open', OPEN, {}, 'REQUEST_MALFORMED', 'amount', /chose/],
  ['too little', OPEN, { amount: rupiah(9_999n) }, 'AMOUNT_MISMATCH', 'amount', /at least 10000/],
  ['too much', OPEN, { amount: rupiah(50_001n) }, 'AMOUNT_MISMATCH', 'amount', /at most 50000/],
  [
    'some of the bills of all',
    { paysAll: true },
    { billCount: 1 },
    'REQUEST_MALFORMED',
    'billCount',
    /at once/,
  ],
  ['a wrong number', {}, { customerNumber: '1' }, 'CUSTOMER_NUMBER_INVALID', 'customerNumber', /example/],
])('%s is refused, with the field and the remedy', (_, rules, members, code, field, detail) => {
  const objection = objectionTo(asking(members), selling(rules));
  expect(objection).toMatchObject({ code, field, detail: expect.stringMatching(detail) });
});

test('what a product asks for is taken', () => {
  const product = selling({ fields: [MONTHS, IDENTITY] });
  expect(
    objectionTo(asking({ months: 12, extra: { identityNumber: '3201010101010001' } }), product),
  ).toBeUndefined();
  expect(objectionTo(asking({ amount: rupiah(50_000n) }), selling(OPEN))).toBeUndefined();
});

test('one customer has one number, however it is typed', () => {
  const numberRules = {
    strip: ' -.',
    rewrite: [
      { pattern: '^\\d{2}(\\d{11})$', to: '88888$1' },
      { pattern: '^(\\d{11})$', to: '88888$1' },
    ],
  };
  for (const typed of ['0001234567890', '01234567890', '8888801234567890', '88888 0123-4567.890'])
    expect(normalNumber({ numberRules }, typed)).toBe('8888801234567890');
  expect(normalNumber({ numberRules: null }, '12 3')).toBe('12 3');
});

const bill = (amounts: readonly bigint[], payable?: { minimum: bigint; maximum: bigint }) => ({
  customerName: 'SITI RAHMA',
  lines: amounts.map((amount, at) => ({
    period: `20260${at + 1}`,
    amount: rupiah(amount),
    penalty: rupiah(1_000n),
    details: { no: String(at) },
  })),
  outstanding: 6,
  details: {},
  echo: {},
  validSeconds: undefined,
  ...(payable ? { payable: { minimum: rupiah(payable.minimum), maximum: rupiah(payable.maximum) } } : {}),
});
const choosing = { billCount: undefined, billsMax: null, amount: undefined, month: '202607' };

test.each([
  [{}, {}, 5],
  [{}, { billCount: 2 }, 2],
  [{ billsMax: 4 }, {}, 4],
  [{ billsMax: 4 }, { billsMax: 3 }, 3],
  [{ billsMax: 2 }, { billsMax: 3, billCount: 4 }, 2],
])('of a product with %j, asked with %j, the %s oldest bills are taken', (rules, choice, count) => {
  const { product } = selling(rules);
  const chosen = chosenLines(bill([1n, 2n, 3n, 4n, 5n]), product, { ...choosing, ...choice });
  expect(chosen).toMatchObject({ ok: true, value: { remaining: 6 - count, payable: undefined } });
  expect(chosen.ok && chosen.value.lines.map(({ period }) => period)).toEqual(
    ['202601', '202602', '202603', '202604', '202605'].slice(0, count),
  );
});

const MIN_MAX = { amountType: 'MIN_MAX' } as const;

test.each([
  ['nothing', undefined, 500_000n],
  ['an amount between', rupiah(120_000n), 120_000n],
  ['the minimum', rupiah(100_000n), 100_000n],
])('an instalment within bounds, asked with %s', (_, amount, expected) => {
  const instalment = bill([499_000n], { minimum: 100_000n, maximum: 500_000n });
  const chosen = chosenLines(instalment, selling(MIN_MAX).product, { ...choosing, amount });
  expect(chosen).toEqual({
    ok: true,
    value: {
      lines: [{ period: '202601', amount: expected, penalty: 0n, details: { no: '0' } }],
      remaining: null,
      payable: { minimum: 100_000n, maximum: 500_000n },
    },
  });
});

test('an amount outside what the bill allows is refused; a bill without bounds is paid in whole', () => {
  const { product } = selling(MIN_MAX);
  const asked = { ...choosing, amount: rupiah(99_999n) };
  const bounded = bill([499_000n], { minimum: 100_000n, maximum: 500_000n });
  expect(chosenLines(bounded, product, asked)).toMatchObject({
    ok: false,
    error: { code: 'AMOUNT_MISMATCH', field: 'amount', detail: 'must be at least 100000' },
  });
  expect(chosenLines(bill([99_000n]), product, choosing)).toMatchObject({
    ok: true,
    value: { lines: [{ amount: 100_000n }], payable: { minimum: 100_000n, maximum: 100_000n } },
  });
});

test('an offer is read back as it was written, and one of an older release too', () => {
  const minMax = selling(MIN_MAX);
  const instalment = bill([499_000n], { minimum: 100_000n, maximum: 500_000n });
  const chosen = chosenLines(instalment, minMax.product, choosing);
  if (!chosen.ok) throw new Error(chosen.error.detail);
  const inputs = { months: 3, year: 2026, extra: { identityNumber: '1' } };
  const offer = priceOffer(instalment, chosen.value, minMax, 'immediate', { inputs, outlet: undefined });
  expect(offerFromJson(JSON.parse(offerToJson(offer)))).toEqual(offer);
  const { payable: _, inputs: __, ...older } = offer;
  expect(offerFromJson(JSON.parse(offerToJson(older)))).toEqual(older);
});
