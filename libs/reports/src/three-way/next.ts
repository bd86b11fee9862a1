import { words, type Words } from '../language';
import type { SideView } from './side-view';
import { VERDICTS, type Verdict } from './verdict';

/** What is left to do: what the verdict asks for, until people have done it. */
export type Next = Verdict | 'approve' | 'end_break' | 'given_back' | 'ended';

/** The words of what is left to do. */
export const NEXT_STEPS: Readonly<Record<Next, Words>> = {
  ...(Object.fromEntries(Object.entries(VERDICTS).map(([verdict, { next }]) => [verdict, next])) as Record<
    Verdict,
    Words
  >),
  approve: words('orang kedua memutuskan usulannya', 'a second person decides on the proposal'),
  end_break: words('uangnya sudah dikembalikan: akhiri selisihnya', 'the money is given back: end the break'),
  given_back: words('tidak ada: uangnya sudah dikembalikan', 'nothing: the money is given back'),
  ended: words('tidak ada: selisihnya sudah selesai', 'nothing: the break has ended'),
};

/** What needs nobody any more, or nobody yet. */
export function needsNobody(next: Next): boolean {
  return ['agree', 'waits', 'given_back', 'ended'].includes(next);
}

interface Sides {
  channel: SideView;
  ours: SideView;
  biller: SideView;
}

/**
 * What is left to do about a verdict. Nothing is only where every side that contradicts us has a break of its own which
 * has ended: of a side that had agreed before we reversed there is none, and it must still be told.
 * @param isGivenBack whether the bill was refunded whole.
 */
export function nextOf(verdict: Verdict, { channel, ours, biller }: Sides, isGivenBack: boolean): Next {
  const against = [channel, biller].filter((side) => contradicts(side, ours, verdict === 'amount'));
  if (against.length === 0) return verdict;
  const isOver = ({ breakState }: SideView) => breakState === 'resolved';
  if (against.every(isOver))
    return against.some(({ resolution }) => resolution === 'refund') ? 'given_back' : 'ended';
  const waiting = against.filter((side) => !isOver(side));
  if (waiting.every(({ breakState }) => breakState === 'proposed')) return 'approve';
  return isGivenBack && (verdict === 'biller_lacks' || verdict === 'only_us') ? 'end_break' : verdict;
}

function contradicts(side: SideView, ours: SideView, isAboutAmounts: boolean): boolean {
  if (side.says === 'none') return false;
  if ((side.says === 'S') !== (ours.says === 'S')) return true;
  return isAboutAmounts && side.amount !== null && side.amount !== ours.amount;
}

/** Of the sides' breaks the state of the one that has most left to do; null where there is none. */
export function breakStateOf(sides: readonly Pick<SideView, 'breakState'>[]): string | null {
  const states = sides.flatMap(({ breakState }) => breakState ?? []);
  return (
    states.find((state) => state !== 'resolved' && state !== 'proposed') ??
    states.find((state) => state === 'proposed') ??
    states[0] ??
    null
  );
}
