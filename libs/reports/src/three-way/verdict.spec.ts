import { verdictOf, type Says } from './verdict';

const BILLER: readonly Says[] = ['S', 'F', 'U', 'absent', 'none'];

/** By what we say and what the channel says; then the verdict for each word of the biller, in that order. */
test.each<[ours: Says, channel: Says, verdicts: string]>([
  ['S', 'S', 'agree biller_lacks biller_lacks biller_lacks waits'],
  ['S', 'F', 'no_receipt only_us only_us only_us no_receipt'],
  ['S', 'U', 'no_receipt only_us only_us only_us no_receipt'],
  ['S', 'absent', 'no_receipt only_us only_us only_us no_receipt'],
  ['S', 'none', 'waits biller_lacks biller_lacks biller_lacks waits'],
  ['F', 'S', 'answer_lost only_channel only_channel only_channel only_channel'],
  ['F', 'F', 'only_biller agree agree agree waits'],
  ['F', 'absent', 'only_biller agree agree agree waits'],
  ['F', 'none', 'only_biller agree waits agree waits'],
  ['U', 'S', 'answer_lost only_channel only_channel only_channel only_channel'],
  ['U', 'F', 'only_biller unknown unknown unknown unknown'],
  ['U', 'none', 'only_biller unknown unknown unknown waits'],
  ['absent', 'S', 'answer_lost only_channel only_channel only_channel only_channel'],
  ['absent', 'none', 'only_biller agree waits agree waits'],
])('we say %s and the channel %s: %s', (ours, channel, verdicts) => {
  expect(BILLER.map((biller) => verdictOf(channel, ours, biller, true)).join(' ')).toBe(verdicts);
});

test('amounts are looked at where all who have a file call it paid, and not before', () => {
  const differing = BILLER.map((biller) => verdictOf('S', 'S', biller, false));
  expect(differing).toEqual(['amount', 'biller_lacks', 'biller_lacks', 'biller_lacks', 'amount']);
  expect(verdictOf('none', 'S', 'S', false)).toBe('amount');
  expect(verdictOf('F', 'S', 'S', false)).toBe('no_receipt');
});
