import { readSnapObject } from '#lib/snap';
import { maskedMessage } from './masked-message';

const masked = (body: object): object => {
  const read = readSnapObject(Buffer.from(JSON.stringify(body)), 8);
  if (!read.ok) throw new Error(read.error);
  return maskedMessage(read.value);
};

test('support reads numbers and amounts, and nothing of a person', () => {
  expect(
    masked({
      paymentRequestId: 'P-1',
      customerNo: 10531100010000,
      virtualAccountNo: '   8889910531100010000',
      virtualAccountName: 'BUDI',
      paidAmount: { value: '1000.00', currency: 'IDR', note: 'BUDI' },
      additionalInfo: { phone: '62' },
    }),
  ).toEqual({
    paymentRequestId: 'P-1',
    customerNo: '**********0000',
    virtualAccountNo: '******************0000',
    virtualAccountName: '[masked]',
    paidAmount: { value: '1000.00', currency: 'IDR' },
    additionalInfo: '[masked]',
  });
});

test('a member that should be short and safe is shown only where it is', () => {
  const pan = '4111111111111111';
  expect(
    masked({
      trxId: { pan },
      referenceNo: [pan],
      language: 'x'.repeat(65),
      journalNum: 'x'.repeat(64),
      amount: 'x',
      totalAmount: { value: { pan } },
      customerNo: '9'.repeat(65),
    }),
  ).toEqual({
    trxId: '[masked]',
    referenceNo: '[masked]',
    language: '[masked]',
    journalNum: 'x'.repeat(64),
    amount: '[masked]',
    totalAmount: { value: '[masked]', currency: '[masked]' },
    customerNo: '[masked]',
  });
});

test('neither long names nor many members make a long line', () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${'n'.repeat(70)}${at}`, '']));
  expect(JSON.stringify(masked(many)).length).toBeLessThan(10_000);
});
