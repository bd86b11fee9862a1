import type { Detail } from './detail';

/** Faults that change lines; the trailer then describes the changed file, so that only a comparison finds them. */
const ROW_FAULTS = ['missing', 'amount', 'duplicate', 'onlyTheirs', 'status'] as const;
/** Faults of the file as a whole; one file has one of them at most. */
const FILE_FAULTS = ['truncated', 'badTotal', 'partial'] as const;

export const FAULT_KINDS = [...ROW_FAULTS, ...FILE_FAULTS] as const;

type RowFaultKind = (typeof ROW_FAULTS)[number];
export type FileFaultKind = (typeof FILE_FAULTS)[number];
export type Fault = { readonly kind: RowFaultKind | FileFaultKind; readonly count: number };

/** One break that was planted, with what the finder must find. Amounts are rupiah in digits, null where a side has none. */
export type Planted = {
  readonly kind: Fault['kind'];
  readonly sub?: 'double_post' | 'repeat_line';
  /** Null for a fault of the file as a whole. */
  readonly legReference: string | null;
  readonly ourAmount?: string | null;
  readonly theirAmount?: string | null;
};

/** How much a planted `amount` break adds, and by how much a wrong total is wrong, in rupiah. */
const AMOUNT_OFFSET = 500n;
const TOTAL_OFFSET = 100n;

export type PlantedRows =
  | { readonly ok: true; readonly details: Detail[]; readonly planted: Planted[] }
  | { readonly ok: false; readonly needed: number; readonly available: number };

/**
 * Plants the line faults, each in a payment of its own, oldest payments first.
 * @returns the changed lines and what was planted, or how many payments would have been needed.
 */
export function plantRowFaults(
  truth: readonly Detail[],
  faults: readonly Fault[],
  businessDate: string,
): PlantedRows {
  const wanted = faults.flatMap(({ kind, count }) =>
    isRowFault(kind) ? Array<RowFaultKind>(count).fill(kind) : [],
  );
  const needed = wanted.filter((kind) => kind !== 'onlyTheirs').length;
  if (needed > truth.length) return { ok: false, needed, available: truth.length };

  const victims = truth.values();
  const changed = new Map<Detail, Detail[]>();
  const extra: Detail[] = [];
  const planted: Planted[] = [];
  let [strangers, duplicates] = [0, 0];
  for (const kind of wanted) {
    if (kind === 'onlyTheirs') {
      strangers += 1;
      const stranger = strangerOf(businessDate, strangers, truth);
      extra.push(stranger);
      planted.push({
        kind,
        legReference: stranger.ourReference,
        ourAmount: null,
        theirAmount: `${stranger.amount}`,
      });
      continue;
    }
    // There are enough: `needed` was compared above.
    const victim = victims.next().value as Detail;
    const plant = ROW_PLANTERS[kind](victim, duplicates);
    if (kind === 'duplicate') duplicates += 1;
    changed.set(victim, plant.kept);
    extra.push(...plant.later);
    planted.push({ kind, legReference: victim.ourReference, ...plant.says });
  }
  return {
    ok: true,
    details: [...truth.flatMap((detail) => changed.get(detail) ?? [detail]), ...extra],
    planted,
  };
}

/** The file fault among these, if any; what it plants carries no payment. */
export function fileFaultOf(faults: readonly Fault[]): FileFaultKind | undefined {
  return faults.map(({ kind }) => kind).find(isFileFault);
}

/** By how many rupiah a file fault makes the trailer's total wrong. */
export function totalOffsetOf(fault: FileFaultKind | undefined): bigint {
  return fault === 'badTotal' ? TOTAL_OFFSET : 0n;
}

/** True for a fault of the file as a whole. */
export function isFileFault(kind: Fault['kind']): kind is FileFaultKind {
  return (FILE_FAULTS as readonly string[]).includes(kind);
}

function isRowFault(kind: Fault['kind']): kind is RowFaultKind {
  return !isFileFault(kind);
}

type Plant = {
  /** What stands in the file in the payment's own place. */
  readonly kept: Detail[];
  /** What follows at the end of the file. */
  readonly later: Detail[];
  readonly says: Pick<Planted, 'sub' | 'ourAmount' | 'theirAmount'>;
};

const ROW_PLANTERS: Record<
  Exclude<RowFaultKind, 'onlyTheirs'>,
  (victim: Detail, earlier: number) => Plant
> = {
  missing: (victim) => ({ kept: [], later: [], says: { ourAmount: `${victim.amount}`, theirAmount: null } }),
  amount: (victim) => {
    const theirAmount = victim.amount + AMOUNT_OFFSET;
    return {
      kept: [{ ...victim, amount: theirAmount }],
      later: [],
      says: { ourAmount: `${victim.amount}`, theirAmount: `${theirAmount}` },
    };
  },
  status: (victim) => ({
    kept: [{ ...victim, status: 'RV' }],
    later: [],
    says: { ourAmount: `${victim.amount}`, theirAmount: `${victim.amount}` },
  }),
  // They take turns: billed twice under another reference of theirs, and the same line said twice.
  duplicate: (victim, earlier) => {
    const isDoublePost = earlier % 2 === 0;
    const again = isDoublePost
      ? { ...victim, theirReference: secondReference(victim.theirReference) }
      : victim;
    return {
      kept: [victim],
      later: [again],
      says: {
        sub: isDoublePost ? 'double_post' : 'repeat_line',
        ourAmount: `${victim.amount}`,
        theirAmount: `${victim.amount}`,
      },
    };
  },
};

/** A reference the biller never gave out: honest ones have a digit where this one has a D. */
function secondReference(theirReference: string): string {
  return `${theirReference.slice(0, 8)}D${theirReference.slice(9)}`;
}

/** A sale that no switch ever sent, at noon of the day. */
function strangerOf(businessDate: string, number: number, truth: readonly Detail[]): Detail {
  const day = businessDate.replaceAll('-', '');
  const ordinal = String(number).padStart(7, '0');
  const neighbour = truth[0];
  return {
    ourReference: `X${day}${ordinal}`,
    theirReference: `${neighbour?.theirReference.slice(0, 2) ?? 'XX'}${day.slice(2)}X${ordinal}`,
    customerNumber: `${neighbour?.customerNumber.slice(0, -4) ?? '53110001'}9999`,
    amount: 65_000n + BigInt(number) * 1_000n,
    status: '00',
    paidAt: `${day}120000`,
  };
}
