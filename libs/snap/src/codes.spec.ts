import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';
import {
  caseOf,
  isSnapCase,
  readResponseCode,
  responseCode,
  responseMessage,
  SNAP_CASES,
  type SnapCase,
} from './codes';

test('a response code is HTTP status, service and case', () => {
  expect(responseCode('40414', '25')).toBe('4042514');
  expect(readResponseCode('4042514')).toEqual({ http: '404', service: '25', caseCode: '14' });
  expect(readResponseCode('200US00')).toEqual({ http: '200', service: 'US', caseCode: '00' });
  for (const text of ['', '200250', '20025000', '4O42514', '2002500 '])
    expect(readResponseCode(text)).toBeUndefined();
});

test.each(Object.keys(RESPONSE_CODES) as ResponseCode[])('%s has a case of the standard', (code) => {
  expect(isSnapCase(RESPONSE_CODES[code].snap.join(''))).toBe(true);
  expect(caseOf(code)).toBe(RESPONSE_CODES[code].snap.join(''));
});

test('only an approval is told as success', () => {
  const codes = Object.keys(RESPONSE_CODES) as ResponseCode[];
  expect(codes.filter((code) => caseOf(code) === '20000')).toEqual(['APPROVED']);
  expect(codes.filter((code) => caseOf(code) === '20200')).toEqual(['IN_PROGRESS']);
});

test('no refusal of ours is a code that says an earlier request succeeded', () => {
  const codes = Object.keys(RESPONSE_CODES) as ResponseCode[];
  expect(codes.filter((code) => ['40418', '40901'].includes(caseOf(code)))).toEqual([]);
});

test('a message names what is to blame', () => {
  expect(responseMessage('40002', 'customerNo')).toBe('Invalid Mandatory Field {customerNo}');
  expect(responseMessage('40100', 'Signature')).toBe('Unauthorized. [Signature]');
  expect(responseMessage('20000')).toBe('Successful');
  for (const snapCase of Object.keys(SNAP_CASES) as SnapCase[])
    expect(responseMessage(snapCase).length).toBeLessThanOrEqual(150);
});
