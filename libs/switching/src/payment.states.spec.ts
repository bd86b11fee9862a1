import {
  isFinal,
  moveOf,
  PAYMENT_MOVES,
  statusOf,
  type LedgerEffect,
  type PaymentState,
} from './payment.states';

function everyWalk(visit: (end: PaymentState, effects: LedgerEffect[]) => void): void {
  const walk = (state: PaymentState, effects: LedgerEffect[]): void => {
    const moves = PAYMENT_MOVES.filter(([from]) => from === state);
    if (moves.length === 0) visit(state, effects);
    for (const [, , to, ledger] of moves) walk(to, [...effects, ledger]);
  };
  walk('NEW', []);
}

test('every way to an end posts or releases each hold exactly once', () => {
  everyWalk((_, effects) => {
    const holds = effects.filter((effect) => effect === 'hold');
    const closings = effects.filter((effect) => effect === 'post' || effect === 'void');
    expect(closings.length).toBe(holds.length);
  });
});

test('every way ends in a final state', () => {
  everyWalk((end) => expect(isFinal(end)).toBe(true));
});

test('a state and an event lead to one place', () => {
  const pairs = PAYMENT_MOVES.map(([from, event]) => `${from} ${event}`);
  expect(new Set(pairs).size).toBe(pairs.length);
});

test('a lost answer never declines', () => {
  expect(moveOf('SENT', 'answer lost')).toEqual({ to: 'SUSPECT', ledger: 'none' });
  expect(moveOf('PAID', 'biller declined')).toBeUndefined();
});

test('whatever is not final reads as in progress to a channel', () => {
  for (const [from, , to] of PAYMENT_MOVES)
    for (const state of [from, to]) expect(statusOf(state) === 'IN_PROGRESS').toBe(!isFinal(state));
});
