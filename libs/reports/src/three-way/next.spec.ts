import { breakStateOf, needsNobody, nextOf, type Next } from './next';
import { NO_BREAK, type SideView } from './side-view';
import type { Says, Verdict } from './verdict';

function side(says: Says, breakState: string | null = null, more: Partial<SideView> = {}): SideView {
  const nowhere = { reference: null, source: null, businessDate: null, line: null, finding: null };
  return { says, amount: says === 'S' ? 1_000n : null, ...nowhere, ...NO_BREAK, breakState, ...more };
}

const S = side('S');
const NONE = side('none');
const refunded = { resolution: 'refund' };
const dearer = { amount: 1_500n };

test.each<[what: string, Verdict, channel: SideView, ours: SideView, biller: SideView, Next]>([
  ['all agree', 'agree', S, S, S, 'agree'],
  ['the biller lacks it', 'biller_lacks', S, S, side('absent', 'open'), 'biller_lacks'],
  ['people have proposed', 'biller_lacks', S, S, side('absent', 'proposed'), 'approve'],
  ['its break has ended', 'biller_lacks', S, S, side('absent', 'resolved'), 'ended'],
  ['it was given back', 'biller_lacks', S, S, side('absent', 'resolved', refunded), 'given_back'],
  ['only one of two has ended', 'only_us', side('F', 'open'), S, side('absent', 'resolved'), 'only_us'],
  ['the other waits for its checker', 'only_us', side('F', 'proposed'), S, side('F', 'resolved'), 'approve'],
  ['one of two waits for its checker', 'only_us', side('F', 'proposed'), S, side('F', 'open'), 'only_us'],
  ['a side that contradicts us has no break', 'no_receipt', side('F'), S, S, 'no_receipt'],
  ['a file that is not there contradicts nothing', 'waits', NONE, S, S, 'waits'],
  ['it has ended and the channel has no file', 'biller_lacks', NONE, S, side('F', 'resolved'), 'ended'],
  [
    'it has ended and the channel has it neither',
    'only_biller',
    side('U'),
    side('F'),
    side('S', 'resolved'),
    'ended',
  ],
  [
    'it has ended and is not about amounts',
    'no_receipt',
    side('F', 'resolved'),
    S,
    side('S', null, dearer),
    'ended',
  ],
  ['amounts differ', 'amount', S, S, side('S', 'open', dearer), 'amount'],
  ['amounts differ, and that has ended', 'amount', S, S, side('S', 'resolved', dearer), 'ended'],
  ['amounts differ, and we called it failed', 'only_biller', NONE, side('F'), side('S', 'resolved'), 'ended'],
])('what is left to do where %s (%s)', (_, verdict, channel, ours, biller, next) => {
  expect(nextOf(verdict, { channel, ours, biller }, false)).toBe(next);
});

test('where the money is given back the break is to be ended, unless the bill may be with the biller', () => {
  const back = (verdict: Verdict, channel: SideView, biller: SideView) =>
    nextOf(verdict, { channel, ours: S, biller }, true);
  expect(back('biller_lacks', S, side('absent', 'open'))).toBe('end_break');
  expect(back('only_us', side('absent', 'open'), side('absent', 'open'))).toBe('end_break');
  expect(back('no_receipt', side('absent', 'open'), S)).toBe('no_receipt');
  expect(back('biller_lacks', S, side('absent', 'proposed'))).toBe('approve');
});

test('of two breaks the one with most left to do is shown', () => {
  const shown = (...states: (string | null)[]) => breakStateOf(states.map((breakState) => ({ breakState })));
  expect([shown('resolved', 'investigating'), shown('proposed', 'open')]).toEqual(['investigating', 'open']);
  expect([shown('resolved', 'proposed'), shown('resolved', null)]).toEqual(['proposed', 'resolved']);
  expect(shown(null, null)).toBeNull();
});

test('what agrees, waits or has ended needs nobody', () => {
  const all: Next[] = ['agree', 'waits', 'given_back', 'ended', 'approve', 'end_break', 'amount', 'unknown'];
  expect(all.filter(needsNobody)).toEqual(['agree', 'waits', 'given_back', 'ended']);
});
