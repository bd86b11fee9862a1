import { identityOf, padServiceId, readIdentity } from './virtual-account';

test('a company code is padded on the left with spaces', () => {
  expect(padServiceId('88899')).toBe('   88899');
  expect(padServiceId('12345678')).toBe('12345678');
  expect(() => padServiceId('123456789')).toThrow(RangeError);
  expect(identityOf('88899', '0812000111')).toEqual({
    partnerServiceId: '   88899',
    customerNo: '0812000111',
    virtualAccountNo: '   888990812000111',
  });
});

test.each([
  ['padded as agreed', '   88899', '   888990812', ' '],
  ['padding lost on the way', '88899', '888990812', ' '],
  ['padding lost in one of the two', '  88899', '888990812', ' '],
  ['padded with zeros', '00088899', '000888990812', '0'],
])('an account is recognised: %s', (_, partnerServiceId, virtualAccountNo, padding) => {
  expect(readIdentity({ partnerServiceId, virtualAccountNo, customerNo: '0812' }, padding)).toEqual({
    ok: true,
    value: { companyCode: '88899', customerNo: '0812' },
  });
});

test.each([
  ['virtualAccountNo', { virtualAccountNo: '   888990813' }],
  ['virtualAccountNo', { virtualAccountNo: '   888980812' }],
  ['virtualAccountNo', { virtualAccountNo: '   88899 0812' }],
  ['customerNo', { customerNo: '08 12' }],
  ['customerNo', { customerNo: '' }],
  ['partnerServiceId', { partnerServiceId: '        ' }],
  ['partnerServiceId', { partnerServiceId: '88 899' }],
])('numbers that do not belong together are refused by %s', (blamed, change) => {
  const identity = { ...identityOf('88899', '0812'), ...change };
  expect(readIdentity(identity, ' ')).toEqual({ ok: false, error: blamed });
});

test('a leading zero of the company code is no padding where spaces pad', () => {
  expect(readIdentity(identityOf('00123', '0812'), ' ')).toEqual({
    ok: true,
    value: { companyCode: '00123', customerNo: '0812' },
  });
});
