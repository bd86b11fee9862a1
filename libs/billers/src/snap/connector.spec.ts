import { generateKeyPairSync } from 'node:crypto';
import { SystemClock } from '#lib/kernel';
import { readCase } from '../contract/fixtures';
import { snapDriver } from '../contract/http/snap-driver';
import { http, rawBiller, type Reaction, type WireRequest } from '../contract/http/raw-biller';
import { LONG_MS } from '../contract/told';
import { readSpec } from '../read-spec';
import { SnapBillerConnector } from './connector';
import { SnapBillerSpec } from './spec';
import { accountNumbering } from './virtual-account';

const SPEC = readSpec('config/billers/kampus-nusa.yaml') as SnapBillerSpec;
const PAID = readCase('fixtures/billers/kampus-nusa', 'payment-approved', snapDriver(SPEC).fixtures);
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const APPROVAL = (PAID.answer as { body: object }).body;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function opened(react: (request: WireRequest, nth: number) => string, spec = SPEC) {
  const calls: WireRequest[] = [];
  let tokens = 0;
  const reaction: Reaction = (socket, request) => {
    if (request.path.endsWith('/access-token/b2b')) {
      tokens += 1;
      socket.write(http({ responseCode: '2007300', accessToken: `token-${tokens}`, expiresIn: '900' }));
    } else {
      calls.push(request);
      socket.write(react(request, calls.length));
    }
  };
  const biller = await rawBiller(reaction);
  process.env[spec.url] = biller.url;
  process.env[spec.secret] = 'a secret';
  process.env[spec.clientKey] = 'simpul-client';
  process.env[spec.privateKey] = privateKey;
  const connector = new SnapBillerConnector(spec, new SystemClock());
  cleanups.push(biller.close, () => connector.close());
  return { connector, calls };
}

const pay = (connector: SnapBillerConnector) => connector.pay(PAID.leg, new Date(Date.now() + LONG_MS));
const refusing = (responseCode: string) =>
  http({ responseCode, responseMessage: 'no' }, { status: Number(responseCode.slice(0, 3)) });
const idOf = ({ headers }: WireRequest) => headers['x-external-id'];

test('a token that is not taken any more is fetched anew, and the payment goes by the same name', async () => {
  const { connector, calls } = await opened((_, nth) => (nth === 1 ? refusing('4012501') : http(APPROVAL)));
  expect((await pay(connector)).kind).toBe('approved');
  expect(calls.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
  expect(new Set(calls.map(idOf)).size).toBe(1);
});

test('one payment has one X-EXTERNAL-ID, unless its biller is to see another for each call', async () => {
  const { connector, calls } = await opened(() => http(APPROVAL));
  for (let turn = 0; turn < 2; turn += 1) await pay(connector);
  expect(new Set(calls.map(idOf)).size).toBe(1);

  const spec = { ...SPEC, externalId: { length: 20, payment: 'fresh' as const } };
  const other = await opened(() => http(APPROVAL), spec);
  for (let turn = 0; turn < 2; turn += 1) await pay(other.connector);
  expect(new Set(other.calls.map(idOf)).size).toBe(2);
  for (const call of other.calls) expect(idOf(call)).toMatch(/^\d{20}$/);
});

test.each(['4012500', '4012501', '4092500', '4292500', '5002501', '5042500', '4042518', '4032520'])(
  'the code %s decides nothing',
  async (code) => {
    const { connector } = await opened(() => refusing(code));
    expect((await pay(connector)).kind).toBe('unknown');
  },
);

test('an account is numbered by the rule of its file', () => {
  const number = (rule: Partial<SnapBillerSpec['virtualAccount']>, customerNumber: string) =>
    accountNumbering({ companyCode: '77001', padding: 'blanks', customerNo: '{customerNumber}', ...rule })({
      customerNumber,
    }).virtualAccountNo;
  expect(number({}, '9912340000')).toBe('   770019912340000');
  expect(number({ padding: 'zeros' }, '9912340000')).toBe('000770019912340000');
  expect(number({ padding: 'none', customerNo: '88{customerNumber:last8}' }, '9912340000')).toBe(
    '770018812340000',
  );
  expect(() => number({}, '99-1')).toThrow('makes no account');
  expect(() => number({}, '9'.repeat(21))).toThrow('makes no account');
});

test.each([
  ['50400', 'DECLINED_BY_BILLER', 'only "unknown" can stand here'],
  ['40900', 'approved', 'only "unknown" can stand here'],
  ['4042514', 'BILL_ALREADY_PAID', 'must be status and case'],
])('a file that lists %s as %s is refused', (code, meaning, said) => {
  const { payment } = SPEC;
  const wrong = { ...SPEC, payment: { ...payment, codes: { ...payment.codes, [code]: meaning } } };
  const read = SnapBillerSpec.safeParse(wrong);
  expect(read.success).toBe(false);
  expect(read.error?.message).toContain(said.replaceAll('"', '\\"'));
});

/** A second product of the same biller: a deposit without bills, at another company code, told in other members. */
const DEPOSIT = {
  virtualAccount: { companyCode: '77004', customerNo: '55{customerNumber}' },
  inquiry: {
    codes: { '20000/OK': 'bill' },
    flag: 'additionalInfo.status',
    bill: {
      customerName: 'additionalInfo.owner',
      echo: {},
      details: {},
      lines: 'additionalInfo.items',
      line: { period: 'month', amount: { at: 'due', form: 'decimals' }, details: {} },
    },
  },
  payment: {
    approved: { reference: 'additionalInfo.receiptNo', receipt: { place: 'additionalInfo.place' } },
    body: { ...SPEC.payment.body, virtualAccountName: 'DEPOSIT', additionalInfo: {} },
  },
};
const withProducts = (products: object) => SnapBillerSpec.safeParse({ ...SPEC, products });

test('a product has its own account, messages and answers; what it does not say is as its biller says', async () => {
  const read = withProducts({ deposit: DEPOSIT });
  if (!read.success) throw read.error;
  const accountOfDeposit = { customerNo: '55201400412', virtualAccountNo: '   7700455201400412' };
  const { connector, calls } = await opened((request) => {
    const isPayment = request.path.endsWith('/payment');
    const { virtualAccountData } = APPROVAL as { virtualAccountData: object };
    return http({
      responseCode: isPayment ? '2002500' : '2002400',
      virtualAccountData: { ...virtualAccountData, ...accountOfDeposit },
      additionalInfo: {
        status: 'OK',
        owner: 'CITRA',
        items: [{ month: '2026-07', due: '455000.00' }],
        receiptNo: 'R-1',
        place: 'A-12',
      },
    });
  }, read.data);
  const deadline = new Date(Date.now() + LONG_MS);
  const bill = await connector.inquire({ ...PAID.question, product: 'deposit' }, deadline);
  expect(bill).toMatchObject({
    value: { customerName: 'CITRA', lines: [{ period: '202607', amount: 455_000n }] },
  });
  const paid = await connector.pay({ ...PAID.leg, product: 'deposit', echo: {} }, deadline);
  expect(paid).toMatchObject({ kind: 'approved', billerReference: 'R-1', receipt: { place: 'A-12' } });
  for (const { body } of calls)
    expect(JSON.parse(body)).toMatchObject({ partnerServiceId: '   77004', ...accountOfDeposit });

  const tuition = await connector.inquire(PAID.question, deadline);
  expect(tuition.ok).toBe(false);
  expect(JSON.parse(calls.at(-1)?.body ?? '')).toMatchObject({ partnerServiceId: '   77003' });
});

test('a product that is asked nothing before its payment owes nothing', async () => {
  const read = withProducts({ deposit: { ...DEPOSIT, inquiry: 'none' } });
  if (!read.success) throw read.error;
  const { connector, calls } = await opened(() => http(APPROVAL), read.data);
  const bill = await connector.inquire(
    { ...PAID.question, product: 'deposit' },
    new Date(Date.now() + LONG_MS),
  );
  expect(bill).toMatchObject({ ok: true, value: { lines: [], outstanding: 0 } });
  expect(calls).toEqual([]);
});

test.each([
  [
    'a code that says nothing',
    { payment: { codes: { '20000/00': 'approved', '50400': 'approved' } } },
    ['products', 'deposit', 'payment', 'codes', '50400'],
  ],
  [
    'no success',
    { advice: { codes: { '20000/03': 'unknown' } } },
    ['products', 'deposit', 'advice', 'codes'],
  ],
  [
    'an echo that its bill does not give',
    { inquiry: { bill: { echo: {} } } },
    ['products', 'deposit', 'payment', 'body', 'virtualAccountName'],
  ],
  [
    'lines without a line',
    { inquiry: { bill: { line: undefined } } },
    ['products', 'deposit', 'inquiry', 'bill'],
  ],
  [
    'no account',
    { virtualAccount: { customerNo: '{nobody}' } },
    ['products', 'deposit', 'virtualAccount', 'customerNo'],
  ],
])('a product with %s is refused where its fault stands', (_, deposit, path) => {
  const read = withProducts({ deposit });
  expect(read.error?.issues.map((issue) => issue.path)).toContainEqual(path);
});
