import fc from 'fast-check';
import { ENDPOINT_URL_FORMS, endpointUrl } from './endpoint-url';

const TARGET =
  '/v1.0/transfer-va/report?startDate=2026-01-01&partnerServiceId=   88899&b=2&b=1&name=a%2fb&flag';

test('as sent, path only, or with its query in order', () => {
  expect(endpointUrl(TARGET, 'as sent')).toBe(TARGET);
  expect(endpointUrl(TARGET, 'path only')).toBe('/v1.0/transfer-va/report');
  expect(endpointUrl(TARGET, 'sorted query')).toBe(
    '/v1.0/transfer-va/report?b=1&b=2&flag&name=a%2Fb&partnerServiceId=%20%20%2088899&startDate=2026-01-01',
  );
});

test('a path without a query is the same in every form', () => {
  for (const form of ENDPOINT_URL_FORMS) expect(endpointUrl('/a/b', form)).toBe('/a/b');
});

test('any address has an answer, and sorting twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (query) => {
      const once = endpointUrl(`/a?${query}`, 'sorted query');
      expect(endpointUrl(once, 'sorted query')).toBe(once);
    }),
  );
});
