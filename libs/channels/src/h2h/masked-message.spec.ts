import { maskedBody } from './masked-message';

test('support reads references and amounts, and of a customer no more than four digits', () => {
  const body = {
    reference: 'R-1',
    product: 'pln-prepaid',
    customerNumber: '14270010000',
    amount: '20000',
    terminal: { id: '1', name: 'Toko Siti', city: 'Depok' },
    phone: '08123456789',
    total: 'x'.repeat(65),
  };
  expect(maskedBody(Buffer.from(JSON.stringify(body)), 8)).toEqual({
    reference: 'R-1',
    product: 'pln-prepaid',
    customerNumber: '*******0000',
    amount: '20000',
    terminal: '[masked]',
    phone: '[masked]',
    total: '[masked]',
  });
});

test('of what cannot be read only its length and the reason are told', () => {
  expect(maskedBody(Buffer.from('{"customerNumber":"14270010000"'), 8)).toBe(
    '31 bytes: the body is not JSON',
  );
});
