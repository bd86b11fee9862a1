import { transportFromEnvironment } from './transport';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

const now = new Date('2026-07-14T05:00:00Z');

test.each(['nginx', '10.0.0', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.0/'])(
  'a proxy named "%s" is no address',
  (address) => {
    process.env['HTTP_PROXY_ADDRESSES'] = `10.0.0.1,${address}`;
    const start = () => transportFromEnvironment({ host: '127.0.0.1', isProduction: false }, now);
    expect(start).toThrow(`HTTP_PROXY_ADDRESSES: "${address}" is no address`);
  },
);

test('production speaks in the plain on its own machine, or behind a proxy, and nowhere else', () => {
  const start = (host: string, isProduction = true) => transportFromEnvironment({ host, isProduction }, now);
  for (const host of ['127.0.0.1', 'localhost', '::1']) expect(start(host).tls).toBeUndefined();
  expect(() => start('0.0.0.0')).toThrow(
    /HTTP_HOST is 0\.0\.0\.0, .* HTTP_TLS_CERTIFICATE_FILE .* HTTP_PROXY_ADDRESSES/,
  );
  expect(start('0.0.0.0', false).proxy).toBeUndefined();
  process.env['HTTP_PROXY_ADDRESSES'] = '10.0.0.0/24,10.0.1.7';
  expect(start('0.0.0.0').proxy).toEqual({
    addresses: ['10.0.0.0/24', '10.0.1.7'],
    certificateHeader: undefined,
  });
});
