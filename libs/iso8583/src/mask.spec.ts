import { masked, maskedRaw } from './mask';

test.each([
  ['MERCHANT0000001', 'MERCHANT0000001'],
  ['123456789012', '123456789012'],
  // A card number where none belongs: its check digit tells it.
  ['5105105105105100', '510510******5100'],
  ['NO 4111111111111111 SUDIRMAN', 'NO 411111******1111 SUDIRMAN'],
  // Sixteen digits that are no card number, and more digits than a card has.
  ['5105105105105101', '5105105105105101'],
  ['020000012407140815450000451001700000000000', '020000012407140815450000451001700000000000'],
])('the safe value %s shows as %s', (value, shown) => {
  expect(masked(value, 'safe')).toBe(shown);
});

test('what a shifted message shows holds no part of a track', () => {
  expect(maskedRaw('510017375105105105105100=2912101')).toBe('*(32)');
  expect(maskedRaw('says 51, 11 at most')).toBe('says 51, 11 at most');
});
