import { InquiryQuotas } from './inquiry-quotas';

const QUOTA = { customersMax: 3, windowSeconds: 60 };

let now = 0;
let quotas: InquiryQuotas;
beforeEach(() => {
  now = 0;
  quotas = new InquiryQuotas({ now: () => now, sleep: async () => undefined });
});

const allow = (customer: string, channelId = 'a') => quotas.allow(channelId, customer, QUOTA);

test('a channel may ask about so many customers that it does not pay for, and as often as it likes about each', () => {
  expect(['1', '2', '3', '1', '2', '3'].map((one) => allow(one))).not.toContain(false);
  expect(allow('4')).toBe(false);
  expect(allow('1')).toBe(true);
  expect(allow('4', 'b')).toBe(true);
});

test('who is paid for makes room for another', () => {
  ['1', '2', '3'].forEach((one) => allow(one));
  quotas.paid('a', '2');
  expect(allow('4')).toBe(true);
  expect(allow('5')).toBe(false);
});

test('whom nobody asks about for the agreed time is forgotten, the one asked about longest ago first', () => {
  allow('1');
  now = 30_000;
  allow('2');
  allow('3');
  now = 50_000;
  allow('1');
  now = 95_000;
  expect(allow('4')).toBe(true);
  expect(allow('5')).toBe(true);
  expect(allow('6')).toBe(false);
});
