import { shownAs } from './proposal-text';

test.each([
  ['amount', '-1250000', '-Rp 1.250.000'],
  ['remainder', '0', 'Rp 0'],
  ['theirs', '494072', 'Rp 494.072'],
  ['slip', '20260714', '20260714'],
  ['reference', '20260714', '20260714'],
  [
    'postings',
    ['own:bank -9000', 'channel:ca017:deposit 9000'],
    '["own:bank -Rp 9.000","channel:ca017:deposit Rp 9.000"]',
  ],
  [
    'bank',
    [{ account: 'BANKX/1', number: 196, closing: '272083000' }],
    '[{"account":"BANKX/1","number":196,"closing":"Rp 272.083.000"}]',
  ],
])('of a proposal, %s %j is shown as %s', (name, value, shown) => {
  expect(shownAs(name, value)).toBe(shown);
});
