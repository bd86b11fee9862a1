import { RESPONSE_CODES } from '#lib/kernel';
import { brief } from './present';

test('a text is cut to its first sentence', () => {
  const text = { english: 'Too many requests. Slow down.', indonesia: 'Terlalu banyak.' };
  expect(brief(text, 20)).toEqual({ english: 'Too many requests', indonesia: 'Terlalu banyak' });
});

test.each(Object.entries(RESPONSE_CODES))('the words of %s are never cut within one', (_, { en, id }) => {
  const short = brief({ english: en, indonesia: id }, 64);
  for (const [whole, text] of [
    [en, short.english],
    [id, short.indonesia],
  ] as const) {
    expect(text.length).toBeLessThanOrEqual(64);
    expect(whole.startsWith(text)).toBe(true);
    expect(whole.charAt(text.length)).toMatch(/^[ .,;:]?$/);
  }
});
