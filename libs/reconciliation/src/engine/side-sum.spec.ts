import { TotalsDoNotTie } from '../totals';
import { addSides, NO_ROWS, plainlyMatched, type SideSum } from './side-sum';

const rows = (count: number, amount: bigint, fingerprint: bigint): SideSum => ({
  count,
  amount,
  successes: amount,
  fingerprint,
});

const ODD = rows(1, 100n, 7n);
const SAME = rows(2, 500n, 11n);

test('what is left of both sides beside the odd rows has matched', () => {
  const ours = { all: addSides(SAME, ODD), odd: ODD };

  expect(plainlyMatched(ours, { all: SAME, odd: NO_ROWS })).toEqual({
    count: 2,
    ourAmount: 500n,
    theirAmount: 500n,
  });
});

test.each<[string, SideSum]>([
  ['a row less', rows(1, 500n, 11n)],
  ['another amount', rows(2, 499n, 11n)],
  ['as many other rows of the same amount', rows(2, 500n, 12n)],
  ['failed sales', { ...SAME, successes: 400n }],
])('%s on one side is no match', (_, theirs) => {
  const ours = theirs.successes === theirs.amount ? SAME : theirs;
  expect(() => plainlyMatched({ all: ours, odd: NO_ROWS }, { all: theirs, odd: NO_ROWS })).toThrow(
    TotalsDoNotTie,
  );
});
