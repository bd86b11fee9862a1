import { formatRupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { openAlerts, type FloatAlertKind } from './alerts';
import { lastComparison } from './comparison';
import { floatLevels } from './levels';

/** Something about a float that people must see to. */
export interface FloatMatter {
  billerId: string;
  kind: FloatAlertKind | 'difference';
  reason: string;
  since: Date;
  ageSeconds: number;
  owner: 'finance' | 'operations';
  nextStep: string;
}

const NEXT_STEP: Record<FloatAlertKind, Pick<FloatMatter, 'owner' | 'nextStep'>> = {
  low: { owner: 'finance', nextStep: 'have a transfer to the biller agreed to: simpul float top-up' },
  stopped: {
    owner: 'finance',
    nextStep:
      'new payments are refused until it is topped up: simpul float top-up, and simpul float received',
  },
  'empty at biller': {
    owner: 'finance',
    nextStep:
      'the biller is paused: compare (simpul float compare), top it up (simpul float top-up), or let it go on: simpul float resume',
  },
};

/** What people must see to: open alerts, and floats whose last comparison found a difference. */
export async function listFloatMatters(statements: Statements, now: Date): Promise<FloatMatter[]> {
  const ageOf = (since: Date) => Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000));
  const matters: FloatMatter[] = (await openAlerts(statements)).map(
    ({ billerId, kind, reason, raisedAt }) => ({
      billerId,
      kind,
      reason,
      since: raisedAt,
      ageSeconds: ageOf(raisedAt),
      ...NEXT_STEP[kind],
    }),
  );
  for (const { billerId } of await floatLevels(statements)) {
    const last = await lastComparison(statements, billerId);
    if (!last?.differsSince) continue;
    const { theirs, bookLow, bookHigh, difference, differsSince } = last;
    matters.push({
      billerId,
      kind: 'difference',
      reason:
        `the biller says ${formatRupiah(theirs)}, our books ${formatRupiah(bookLow)} to ${formatRupiah(bookHigh)}: ` +
        (difference > 0n
          ? 'a top-up that we have not booked, or a payment of ours that it did not take'
          : 'a top-up that has not arrived, a fee of the biller, or a payment that it took and we hold as declined'),
      since: differsSince,
      ageSeconds: ageOf(differsSince),
      owner: 'finance',
      nextStep:
        "find it in the biller's statement; see to it by simpul float received or simpul float adjust",
    });
  }
  return matters.sort((one, other) => one.since.getTime() - other.since.getTime());
}
