import {
  isCharged,
  isFinal,
  moveOf,
  PAYMENT_MOVES,
  statusOf,
  type LedgerEffect,
  type PaymentState,
} from './payment.states';

/** A PAID payment is an end too, although it may still be reversed. */
function everyWalk(visit: (end: PaymentState, effects: LedgerEffect[]) => void): void {
  const walk = (state: PaymentState, effects: LedgerEffect[]): void => {
    // What is sent again has its own walks below: it comes back to where it was.
    const moves = PAYMENT_MOVES.filter(([from, on]) => from === state && on !== 'sent again');
    if (moves.length === 0 || isFinal(state)) visit(state, effects);
    // A further leg leaves the payment where it is, and the ledger too.
    for (const [, , to, ledger] of moves) if (to !== state) walk(to, [...effects, ledger]);
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

test('money is taken once and given back once at most, in this order', () => {
  everyWalk((end, effects) => {
    const moving = effects.filter((effect) => effect !== 'none');
    const allowed = {
      PAID: ['hold', 'post'],
      DECLINED: ['hold', 'void'],
      REVERSED: ['hold', 'post', 'reverse'],
    };
    expect(moving).toEqual(allowed[end as keyof typeof allowed]);
  });
});

test.each(PAYMENT_MOVES.map(([from, on, to, ledger]) => ({ from, on, to, ledger })))(
  '$from, $on: $to, and the ledger does $ledger',
  ({ from, on, to, ledger }) => {
    const effects: Record<string, LedgerEffect> = {
      NEW: 'hold',
      PAID: 'post',
      DECLINED: 'void',
      REVERSED: 'reverse',
    };
    const isSame = isCharged(from) && isCharged(to);
    expect(ledger).toBe(from === 'NEW' ? effects[from] : isSame ? 'none' : (effects[to] ?? 'none'));
    expect(moveOf(from, on)).toEqual({ to, ledger });
  },
);

test('only an acknowledged reversal undoes a paid payment', () => {
  expect(PAYMENT_MOVES.filter(([from, , to]) => isCharged(from) && !isCharged(to))).toEqual([
    ['PAID', 'reversal accepted', 'REVERSED', 'reverse'],
    ['UNSERVED', 'reversal accepted', 'REVERSED', 'reverse'],
  ]);
});

test('a payment that is sent again stays charged once, whatever becomes of it', () => {
  const [first] = PAYMENT_MOVES.filter(([, on]) => on === 'sent again');
  expect(first).toEqual(['PAID', 'sent again', 'RESENT', 'none']);
  for (const [, , to, ledger] of PAYMENT_MOVES.filter(([from]) => from === 'RESENT')) {
    expect(ledger).toBe('none');
    expect(['PAID', 'RESENT', 'UNSERVED']).toContain(to);
  }
  // What a biller has refused is PAID again by people alone.
  expect(PAYMENT_MOVES.filter(([from, , to]) => from === 'UNSERVED' && to === 'PAID')).toEqual([
    ['UNSERVED', 'settled as paid', 'PAID', 'none'],
  ]);
});

test('a lost answer never declines', () => {
  expect(moveOf('SENT', 'answer lost')).toEqual({ to: 'SUSPECT', ledger: 'none' });
  expect(moveOf('PAID', 'biller declined')).toBeUndefined();
});

test('whatever is not final reads as in progress to a channel, but for what it was told as paid before', () => {
  for (const [from, , to] of PAYMENT_MOVES)
    for (const state of [from, to])
      expect(statusOf(state) === 'IN_PROGRESS').toBe(!isFinal(state) && state !== 'RESENT');
});
