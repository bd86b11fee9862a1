import { isOpenReversal, reversalAfter, REVERSAL_MOVES, type ReversalState } from './reversal.states';

test('a state and an event lead to one place', () => {
  const pairs = REVERSAL_MOVES.map(([from, event]) => `${from} ${event}`);
  expect(new Set(pairs).size).toBe(pairs.length);
});

test('whatever is open has a way to be acknowledged, and what has ended has no way at all', () => {
  const states = new Set<ReversalState>(REVERSAL_MOVES.flatMap(([from, , to]) => [from, to]));
  for (const state of states) {
    const ways = REVERSAL_MOVES.filter(([from]) => from === state);
    if (state !== 'NEW') expect(ways.length > 0).toBe(isOpenReversal(state));
  }
  expect(reversalAfter('UNRESOLVED', 'biller accepted')).toBe('ACCEPTED');
});

test('only what was sent can be acknowledged', () => {
  expect(() => reversalAfter('ORDERED', 'biller accepted')).toThrow(/cannot happen/);
  expect(() => reversalAfter('NEEDLESS', 'biller accepted')).toThrow(/cannot happen/);
});
