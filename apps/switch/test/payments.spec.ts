import {
  customer,
  expectProblem,
  H2hClient,
  PRODUCTS,
  type Answer,
  type PaymentBody,
} from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let warung: H2hClient;

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  warung = new H2hClient(() => app.url, 'warung-kecil');
});
afterAll(() => world.close());

interface Balance {
  posted: string;
  held: string;
  limit: string;
  available: string;
}
const balance = async () => (await client.get<Balance>('/v1/balance')).body;
const free = ({ posted, held }: Balance) => (BigInt(posted) - BigInt(held)).toString();
const paymentCount = async () => {
  const [row] = await world.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment');
  return row?.n;
};
/** Products whose biller has an inquiry, and the endings that are decided at once. */
const cases = (ending: string) => PRODUCTS.map((product) => [product, ending] as const);

test.each([...cases('0000'), ...cases('0003'), ...cases('3050')])(
  '%s, ending %s, is paid here and there',
  async (product, ending) => {
    const number = customer(product, ending);
    const offer = await client.offer(product, number);
    const before = await balance();
    const { status, body } = await client.pay(offer, 'PAID-'.concat(number));
    expect(body).toEqual({
      status: 'PAID',
      paymentId: expect.stringMatching(/^T[0-9A-Z]{11}$/),
      reference: `PAID-${number}`,
      code: 'APPROVED',
      final: true,
      total: offer.total,
      amount: offer.amount,
      adminFee: offer.adminFee,
      commission: offer.commission,
      charge: offer.charge,
      receipt: { lines: expect.any(Array), fields: expect.any(Object) },
      billerReference: expect.any(String),
      legReference: expect.any(String),
      balanceAfter: (BigInt(free(before)) - BigInt(offer.charge)).toString(),
      businessDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(status).toBe(200);
    const biller = product === 'pdam-tirta-jaya' ? 'tirta-jaya' : 'pln';
    const { legReference } = body;
    const row = { biller, legReference, customerNumber: number, amount: offer.amount, kind: 'paid' };
    expect(await world.truthOf(number)).toMatchObject([row]);
    const after = await balance();
    expect(after.held).toBe(before.held);
    expect(free(after)).toBe(body.balanceAfter);
  },
);

test.each([
  ...PRODUCTS.map((product) => [product, '1037', 'DECLINED_BY_BILLER'] as const),
  ...PRODUCTS.map((product) => [product, '1072', 'BILL_CHANGED'] as const),
])('%s, ending %s, is declined and costs nothing', async (product, ending, code) => {
  const number = customer(product, ending);
  const before = await balance();
  const answer = await client.payFor(product, number);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    status: 'DECLINED',
    code,
    final: true,
    receipt: null,
    billerReference: null,
  });
  expect(await world.truthOf(number)).toEqual([]);
  expect(await balance()).toEqual(before);
  expect(answer.body.balanceAfter).toBe(free(before));
});

test('the customer of a token gets its 20 digits, on the receipt and for machines', async () => {
  const { body } = await client.payFor('pln-prepaid', customer('pln-prepaid'));
  const token = body.receipt?.fields['token'] ?? '';
  expect(token).toMatch(/^\d{20}$/);
  expect(body.receipt?.lines).toContain(`STROOM/TOKEN : ${token.match(/.{4}/g)?.join(' ')}`);
});

test('a receipt names what is still unpaid, and only then', async () => {
  const number = customer('pln-postpaid', '0003');
  const some = await client.pay(await client.offer('pln-postpaid', number, { billCount: 2 }));
  expect(some.body.receipt?.lines.at(-1)).toBe('Masih ada tunggakan 1 lembar.');
  const all = await client.payFor('pln-postpaid', number);
  expect(all.body.receipt?.lines.join('\n')).not.toContain('tunggakan');
});

test('a capped product is paid in parts, the oldest first', async () => {
  const number = customer('pln-postpaid', '0012');
  const offer = await client.offer('pln-postpaid', number);
  const { body } = await client.pay(offer);
  expect(body).toMatchObject({ status: 'PAID', amount: offer.amount });
  expect(body.receipt?.fields).toMatchObject({ billCount: '4', remaining: '8' });
  expect(await world.truthOf(number)).toMatchObject([{ amount: offer.amount }]);
});

describe('refused before anything is formed', () => {
  /** Sends a payment that must be refused, and proves that it left nothing: its reference is still free. */
  async function expectRefused(body: Record<string, unknown>, status: number, code: string, field?: string) {
    const reference = client.reference();
    const before = [await paymentCount(), await balance()];
    expectProblem(await client.call('POST', '/v1/payments', { reference, ...body }), status, code, field);
    expect([await paymentCount(), await balance()]).toEqual(before);
    const offer = await client.offer('pln-postpaid', customer('pln-postpaid'));
    expect((await client.pay(offer, reference)).body.status).toBe('PAID');
  }

  test('a product that needs an inquiry, without one', async () => {
    const direct = { product: 'pln-prepaid', customerNumber: '14270010000', amount: '20000' };
    await expectRefused(direct, 422, 'INQUIRY_REQUIRED', 'inquiryId');
    await expectRefused({ ...direct, product: 'gas' }, 422, 'PRODUCT_UNKNOWN', 'product');
  });

  test.each(['inq_0', 'nothing of ours', 'é', "inq_' OR '1'='1", 'inq_\u0000'])(
    'the inquiry "%s", which nobody made',
    async (inquiryId) => {
      await expectRefused({ inquiryId, total: '1000' }, 422, 'INQUIRY_UNKNOWN', 'inquiryId');
    },
  );

  test("another channel's inquiry", async () => {
    const { inquiryId, total } = await warung.offer('pln-postpaid', customer('pln-postpaid'));
    await expectRefused({ inquiryId, total }, 422, 'INQUIRY_UNKNOWN', 'inquiryId');
    await expectRefused({ inquiryId: `${inquiryId} `, total }, 422, 'INQUIRY_UNKNOWN', 'inquiryId');
  });

  test.each(['0000', '1037'])('an inquiry that a payment with ending %s has used', async (ending) => {
    const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid', ending));
    await client.pay({ inquiryId, total });
    await expectRefused({ inquiryId, total }, 422, 'INQUIRY_USED', 'inquiryId');
  });

  test('an offer that has expired; before that it is paid', async () => {
    const early = await client.offer('pln-postpaid', customer('pln-postpaid', '1071'));
    expect((await client.pay(early)).body.status).toBe('PAID');
    const late = await client.offer('pln-postpaid', customer('pln-postpaid', '1071'));
    const leftMs = new Date(late.validUntil).getTime() - Date.now();
    await new Promise((resolve) => setTimeout(resolve, leftMs + 50));
    await expectRefused(
      { inquiryId: late.inquiryId, total: late.total },
      422,
      'INQUIRY_EXPIRED',
      'inquiryId',
    );
  });

  test.each<[string, (total: bigint) => bigint]>([
    ['one rupiah more', (total) => total + 1n],
    ['one rupiah less', (total) => total - 1n],
    ['twice as much', (total) => total * 2n],
    ['nothing', () => 0n],
    ['the amount without our fee', (total) => total - 2_500n],
    ['more than the ledger holds', () => 999_999_999_999_999n],
  ])('another total: %s', async (_, other) => {
    const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid'));
    await expectRefused(
      { inquiryId, total: other(BigInt(total)).toString() },
      422,
      'AMOUNT_MISMATCH',
      'total',
    );
  });

  test.each<[string, (total: string) => unknown]>([
    ['decimals', (total) => `${total}.00`],
    ['a comma', (total) => `${total},00`],
    ['thousands', (total) => `${total.slice(0, -3)}.${total.slice(-3)}`],
    ['an exponent', (total) => `${total}e0`],
    ['a plus', (total) => `+${total}`],
    ['a minus', (total) => `-${total}`],
    ['a leading zero', (total) => `0${total}`],
    ['a space before', (total) => ` ${total}`],
    ['a line end', (total) => `${total}\n`],
    ['hexadecimal', (total) => `0x${BigInt(total).toString(16)}`],
    ['a currency', (total) => `Rp${total}`],
    ['digits of another script', () => '١٢٣'],
    ['too many digits', (total) => total.padEnd(16, '0')],
    ['no digit', () => ''],
    ['a number', Number],
    ['null', () => null],
    ['a list', (total) => [total]],
    ['true', () => true],
  ])('a total written with %s', async (_, written) => {
    const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid'));
    await expectRefused({ inquiryId, total: written(total) }, 400, 'REQUEST_MALFORMED', 'total');
  });

  test('an unknown member', async () => {
    const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid'));
    await expectRefused({ inquiryId, total, amount: total }, 400, 'REQUEST_MALFORMED', 'amount');
  });
});

test('a bill is paid once, whichever channel asks; a new inquiry may pay what it shows', async () => {
  const number = customer('pln-postpaid', '3100');
  const offers = await Promise.all([
    client.offer('pln-postpaid', number),
    warung.offer('pln-postpaid', number),
  ]);
  const answers = await Promise.all([client.pay(offers[0]), warung.pay(offers[1])]);
  const [paid, refused] = answers.toSorted((a, b) => a.status - b.status) as [
    Answer<PaymentBody>,
    (typeof answers)[number],
  ];
  expect(paid.body.status).toBe('PAID');
  expectProblem(refused, 422, 'BILL_IN_PAYMENT');
  // The offer still stands, and shows what is no longer owed.
  const late = refused === answers[0] ? client.pay(offers[0]) : warung.pay(offers[1]);
  expectProblem(await late, 422, 'BILL_ALREADY_PAID');
  expect(await world.truthOf(number)).toHaveLength(1);
  expect((await client.payFor('pln-postpaid', number)).body.status).toBe('PAID');
});

test('tokens for one meter may be bought at the same time', async () => {
  const number = customer('pln-prepaid', '3050');
  const answers = await Promise.all([
    client.payFor('pln-prepaid', number),
    warung.payFor('pln-prepaid', number),
  ]);
  expect(answers.map(({ body }) => body.status)).toEqual(['PAID', 'PAID']);
});

test('a product that may not be reversed stays paid', async () => {
  const { body } = await client.payFor('pln-postpaid', customer('pln-postpaid'));
  const target = `/v1/payments/${body.paymentId}/reversal`;
  expectProblem(
    await client.call('POST', target, { reference: 'REV-1' }),
    400,
    'REQUEST_MALFORMED',
    'reason',
  );
  const asked = await client.call('POST', target, { reference: 'REV-1', reason: 'wrong customer' });
  expectProblem(asked, 422, 'REVERSAL_NOT_ALLOWED');
  expect((await client.payment(body.paymentId)).body.status).toBe('PAID');
});

test('the books are sound', () => expectSound(world));
