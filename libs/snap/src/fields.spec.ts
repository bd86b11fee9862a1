import fc from 'fast-check';
import { fieldTable, readMessage, withRules, type Field } from './fields';
import { readSnapObject, type JsonObject } from './json';
import { INQUIRY_FIELDS, PAYMENT_FIELDS } from './messages';

function body(text: string): JsonObject {
  const read = readSnapObject(Buffer.from(text), 1_000);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const PAYMENT = {
  partnerServiceId: '   88899',
  customerNo: '0812000111',
  virtualAccountNo: '   888990812000111',
  paymentRequestId: 'PAY-1',
  paidAmount: { value: '152500.00', currency: 'IDR' },
};
const payment = (change: object) =>
  readMessage(PAYMENT_FIELDS, body(JSON.stringify({ ...PAYMENT, ...change })));

test('a message is read as it came: spaces kept, amounts as whole rupiah', () => {
  expect(payment({})).toEqual({ ok: true, value: { ...PAYMENT, paidAmount: 152_500n } });
});

test('a number may come bare where the standard has digits', () => {
  const read = readMessage(
    INQUIRY_FIELDS,
    body(
      '{"partnerServiceId":"   88899","customerNo":12345678901234567890,"virtualAccountNo":"   8889912345678901234567890",' +
        '"inquiryRequestId":"I-1","channelCode":6010}',
    ),
  );
  expect(read.ok && [read.value.customerNo, read.value.channelCode]).toEqual([
    '12345678901234567890',
    '6010',
  ]);
});

test.each([
  ['billDetails', [null]],
  ['billDetails', [{}]],
  ['billDetails', null],
  ['freeTexts', []],
  ['cumulativePaymentAmount', null],
  ['cumulativePaymentAmount', { value: '', currency: '' }],
  ['flagAdvise', ''],
  ['trxId', '   '],
  ['additionalInfo', null],
  ['somethingOfTheirOwn', { a: 1 }],
])('%s as %j counts as absent', (name, value) => {
  const read = payment({ [name]: value });
  expect(read.ok && Object.values(read.value).flat().length).toBe(5);
});

test.each([
  ['paymentRequestId', undefined],
  ['paymentRequestId', null],
  ['paymentRequestId', ' '],
  ['customerNo', ''],
  ['paidAmount', undefined],
  ['paidAmount', { value: '', currency: '' }],
])('%s as %j is missing', (name, value) => {
  expect(payment({ [name]: value })).toMatchObject({ ok: false, error: { kind: 'missing', field: name } });
});

test('what is missing is told before what is wrong', () => {
  expect(payment({ customerNo: 'x', paidAmount: undefined })).toMatchObject({
    ok: false,
    error: { kind: 'missing', field: 'paidAmount' },
  });
});

test.each([
  ['customerNo', 'customerNo', '08x'],
  ['customerNo', 'customerNo', '1'.repeat(21)],
  ['customerNo', 'customerNo', 1e300],
  ['paymentRequestId', 'paymentRequestId', 12],
  ['paymentRequestId', 'paymentRequestId', 'x'.repeat(129)],
  ['paymentRequestId', 'paymentRequestId', 'a\nb'],
  ['partnerServiceId', 'partnerServiceId', '123456789'],
  ['paidAmount', 'paidAmount', '152500.00'],
  ['paidAmount', 'paidAmount.value', { value: '152500', currency: 'IDR' }],
  ['paidAmount', 'paidAmount.value', { value: 152500.5, currency: 'IDR' }],
  ['paidAmount', 'paidAmount.currency', { value: '152500.00', currency: 'USD' }],
  ['flagAdvise', 'flagAdvise', 'YES'],
  ['billDetails', 'billDetails', 'x'],
  ['billDetails', 'billDetails', Array.from({ length: 25 }, () => ({ billNo: '1' }))],
  ['billDetails', 'billDetails[1].billNo', [{ billNo: '1' }, { billNo: '1'.repeat(19) }]],
  ['billDetails', 'billDetails[0]', ['x']],
  ['additionalInfo', 'additionalInfo', 'x'],
])('%s of a wrong form is told as %s', (name, blamed, value) => {
  expect(payment({ [name]: value })).toMatchObject({ ok: false, error: { kind: 'format', field: blamed } });
});

test('a profile may demand more, ask less, and shorten', () => {
  const fields: readonly Field[] = withRules(PAYMENT_FIELDS, {
    mandatory: ['trxDateTime'],
    optional: ['paidAmount'],
    lengths: { customerNo: 8 },
  });
  const read = (change: object) => readMessage(fields, body(JSON.stringify({ ...PAYMENT, ...change })));
  expect(read({})).toMatchObject({ error: { kind: 'missing', field: 'trxDateTime' } });
  expect(read({ trxDateTime: '2026-01-15T08:30:00+07:00', paidAmount: null })).toMatchObject({
    error: { kind: 'format', field: 'customerNo' },
  });
  expect(() => withRules(PAYMENT_FIELDS, { mandatory: ['paidAmonut'] })).toThrow(
    'there is no field paidAmonut',
  );
  expect(() => withRules(PAYMENT_FIELDS, { lengths: { paidAmount: 3 } })).toThrow('has no length');
});

function hasName(sought: string, json: string): boolean {
  let isThere = false;
  JSON.parse(json, (name, value: unknown) => {
    isThere ||= name === sought;
    return value;
  });
  return isThere;
}

test('any JSON object has an answer', () => {
  const names = PAYMENT_FIELDS.map(({ name }) => name);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names, 'constructor'), fc.jsonValue()), (members) => {
      const text = JSON.stringify({ ...PAYMENT, ...members });
      const object = readSnapObject(Buffer.from(text), 1_000);
      // Refused before any field is read, however deep it stands.
      expect(object.ok).toBe(!hasName('__proto__', text));
      if (object.ok) expect(typeof readMessage(PAYMENT_FIELDS, object.value).ok).toBe('boolean');
    }),
  );
});

test('a table for the guides', () => {
  expect(fieldTable(INQUIRY_FIELDS).split('\n')[2]).toBe(
    '| `partnerServiceId` | string, 8 | M | company code, padded on the left with spaces to 8 characters |',
  );
});
