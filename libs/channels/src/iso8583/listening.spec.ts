import { iso8583FromEnvironment } from './listening';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

const start = (host: string, isProduction = true) =>
  iso8583FromEnvironment('BANK_PORT', { host, isProduction }, new Date('2026-07-14T05:00:00Z'));

test('production opens plain lines on its own machine or on a private line, and nowhere else', () => {
  expect(start('0.0.0.0')).toBeUndefined();
  process.env['BANK_PORT'] = '9100';
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(start(host)).toEqual({ port: 9100, tls: undefined });
  expect(start('0.0.0.0', false)?.port).toBe(9100);
  const refused = /^BANK_PORT .* 0\.0\.0\.0: give BANK_TLS_CERTIFICATE_FILE .* BANK_PLAIN_LINE=1/;
  expect(() => start('0.0.0.0')).toThrow(refused);
  process.env['BANK_PLAIN_LINE'] = 'no';
  expect(() => start('0.0.0.0')).toThrow(refused);
  process.env['BANK_PLAIN_LINE'] = '1';
  expect(start('0.0.0.0')).toEqual({ port: 9100, tls: undefined });
});
