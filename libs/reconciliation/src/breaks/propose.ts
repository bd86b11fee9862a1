import { propose, userOf, type Approval } from '#lib/audit';
import { businessDateOf, fail, formatRupiah, JAKARTA_MIDNIGHT, ok, rupiah, type Result } from '#lib/kernel';
import { OWN_LOSS, OWN_ROUNDING, OWN_SUSPENSE, billerAccounts } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import { breakHistory, findBreak, type Break, type Resolution } from './break';
import { billerOf, bookedForBreaks, drawsFloat, isBiller, keptBackFor } from './books';
import { moveBreak } from './break-moves';
import type { BreakDesk } from './desk';
import { expireProposals } from './expire';
import type { BreakRefusal } from './refusals';
import { objectionToSendAgain } from './resend';
import { fits, owedMore, RESOLUTIONS } from './resolutions';
import { businessDayAfter, instantOf } from './working-days';

/** The kinds of proposals about breaks. */
export const BREAK_PROPOSAL = 'break';
export const BULK_PROPOSAL = 'break_bulk';

/** What a maker wants to become of a break. Amounts in whole rupiah. */
export interface BreakProposal {
  breakId: string;
  resolution: Resolution;
  by: string;
  reason: string;
  /** Of a refund: how much of the charge. Of an adjustment or write-off: how much more we owe; negative: how much less. */
  amount?: bigint | undefined;
  /** Of a refund: who bears it; the biller by default. */
  borneBy?: 'biller' | 'us' | undefined;
  /** Of an adjustment or write-off: the account on the other side; `own:loss` by default. */
  against?: string | undefined;
  /** The biller, where neither payment nor source tells it. */
  billerId?: string | undefined;
  /** Of an advice result: what the biller has said. */
  outcome?: 'paid' | 'not_paid' | undefined;
}

/** Exactly what is to happen, as the checker sees it. Amounts as digits. */
export interface PlannedResolution {
  breakId: string;
  resolution: Resolution;
  kind: string;
  sub: string | null;
  ours: string | null;
  theirs: string | null;
  /** What moves: see `BreakProposal.amount`. */
  amount: string;
  borneBy?: 'biller' | 'us';
  against?: string;
  billerId?: string;
  standsOn?: 'clearing' | 'suspense';
  outcome?: 'paid' | 'not_paid';
  /** SHA-256 of the proofs that lie beside the break. */
  evidence: string[];
}

/**
 * Proposes how a break ends. Another person must agree before anything happens; until then nothing about the break
 * changes but by the next run, which makes the proposal void.
 * @throws NoUser.
 */
export async function proposeResolution(
  desk: BreakDesk,
  proposal: BreakProposal,
): Promise<Result<Approval, BreakRefusal>> {
  const { database, clock, rules } = desk;
  await expireProposals(desk);
  const by = userOf(proposal.by);
  const now = clock.now();
  const objection = objectionToReason(proposal.reason);
  if (objection) return fail(objection);
  return database.transaction(async (statements): Promise<Result<Approval, BreakRefusal>> => {
    const one = await findBreak(statements, proposal.breakId);
    if (!one) return fail({ kind: 'unknown', breakId: proposal.breakId });
    const planned = await planResolution(desk, statements, one, proposal);
    if (!planned.ok) return planned;
    const checkers = checkersOf([planned.value], rules.twoCheckersAbove);
    return writeProposal(desk, statements, [one], {
      kind: BREAK_PROPOSAL,
      subject: one.breakId,
      payload: planned.value,
      by,
      reason: proposal.reason,
      checkers,
      now,
    });
  });
}

/** Writes the proposal and marks its breaks as waiting for a checker, or refuses where one of them cannot wait. */
export async function writeProposal(
  desk: BreakDesk,
  statements: Statements,
  breaks: readonly Break[],
  what: {
    kind: string;
    subject: string;
    payload: object;
    by: string;
    reason: string;
    checkers: number;
    now: Date;
  },
): Promise<Result<Approval, BreakRefusal>> {
  const { by, reason, now } = what;
  const [first] = breaks;
  if (!first) return fail({ kind: 'needs', what: 'no break was chosen' });
  const stuck = breaks.find(({ state }) => !['open', 'investigating', 'reopened'].includes(state));
  if (stuck) return fail({ kind: 'state', breakId: stuck.breakId, state: stuck.state, wanted: 'proposed' });
  const proposed = await propose(statements, {
    ...what,
    // The history of a break counts what is known of it: this proposal is about the break as of its next line.
    ...(breaks.length === 1 && what.kind === BREAK_PROPOSAL
      ? { version: String(first.lastEventNo + 1) }
      : {}),
    at: now,
    expiresAt: expiryOf(desk, now),
  });
  if (!proposed.ok) return fail({ kind: 'approval', why: proposed.error });
  const { approvalId } = proposed.value;
  for (const one of breaks) {
    const move = {
      event: 'proposed',
      by,
      at: now,
      reason,
      approvalId,
      amount: one.amount,
      owner: one.owner,
    } as const;
    if (!(await moveBreak(statements, one, move)))
      throw new Error(`${one.breakId} moved while it was proposed`);
  }
  return proposed;
}

/** What a resolution comes to for a break, or why it is none for it. */
export async function planResolution(
  desk: BreakDesk,
  statements: Statements,
  one: Break,
  proposal: Omit<BreakProposal, 'breakId' | 'by'>,
): Promise<Result<PlannedResolution, BreakRefusal>> {
  const { resolution } = proposal;
  if (!fits(resolution, one))
    return fail({
      kind: 'does not fit',
      resolution,
      what: `a break of kind ${one.kind} ${one.sub ?? ''}`.trim(),
    });
  if (RESOLUTIONS[resolution].checkers === 'none')
    return fail({
      kind: 'needs',
      what: `${resolution} books nothing and needs no checker: resolve it at once`,
    });
  const { channel } = desk.termsOf(one.source, one.businessDate);
  if (channel !== undefined && resolution !== 'confirmation')
    return fail({ kind: 'of a channel', channel, resolution });
  const history = await breakHistory(statements, one.breakId);
  const planned: PlannedResolution = {
    breakId: one.breakId,
    resolution,
    kind: one.kind,
    sub: one.sub,
    ours: one.ourAmount?.toString() ?? null,
    theirs: one.theirAmount?.toString() ?? null,
    amount: one.amount.toString(),
    evidence: history.flatMap(({ event, evidence }) =>
      event === 'evidence added' && evidence !== null ? [evidence] : [],
    ),
  };
  switch (resolution) {
    case 'advice_result':
      return planAdvice(one, planned, proposal);
    case 'refund':
    case 'reversal':
      return planGivingBack(one, planned, proposal);
    case 'adjustment':
    case 'write_off':
      return planBooking(desk, statements, one, planned, proposal);
    case 'confirmation':
      return planConfirmation(one, planned);
    case 'resend':
      return planResend(desk, one, planned);
    case 'counterparty_error':
      throw new Error('what needs no checker is not planned');
  }
}

type Planned = Result<PlannedResolution, BreakRefusal>;
type Wishes = Omit<BreakProposal, 'breakId' | 'by'>;

function planAdvice(one: Break, planned: PlannedResolution, { outcome }: Wishes): Planned {
  if (one.paymentId === null) return fail({ kind: 'needs', what: 'there is no payment of ours to end' });
  if (outcome === undefined)
    return fail({
      kind: 'needs',
      what: 'say what the biller has answered: --outcome paid or --outcome not_paid',
    });
  return ok({ ...planned, outcome });
}

/** Its bill is asked for when it is sent, and not here: until then it may be paid elsewhere. */
async function planResend(desk: BreakDesk, one: Break, planned: PlannedResolution): Promise<Planned> {
  const why = await objectionToSendAgain(desk, one);
  return why ? fail({ kind: 'cannot resend', why }) : ok(planned);
}

/** Only what agrees once the two are one: both paid, with one amount. Anything else is a difference that is booked. */
function planConfirmation(one: Break, planned: PlannedResolution): Planned {
  const isOne = one.ourStatus === 'S' && one.theirStatus === 'S' && one.ourAmount === one.theirAmount;
  return isOne
    ? ok(planned)
    : fail({ kind: 'needs', what: 'only two that are paid, with one amount, can be the same payment' });
}

function planGivingBack(
  one: Break,
  planned: PlannedResolution,
  { amount, borneBy, resolution }: Wishes,
): Planned {
  if (one.paymentId === null || one.ourStatus !== 'S')
    return fail({ kind: 'needs', what: 'only a payment that is paid with us can be given back' });
  if (resolution === 'reversal') return ok(planned);
  const wanted = amount ?? one.ourAmount ?? 0n;
  if (wanted <= 0n) return fail({ kind: 'needs', what: 'a refund needs an amount above 0: --amount' });
  return ok({ ...planned, amount: wanted.toString(), borneBy: borneBy ?? 'biller' });
}

async function planBooking(
  desk: BreakDesk,
  statements: Statements,
  one: Break,
  planned: PlannedResolution,
  wishes: Wishes,
): Promise<Planned> {
  const { owedMore: booked = 0n } = (await bookedForBreaks(statements, [one.breakId])).get(one.breakId) ?? {};
  if (wishes.amount === undefined && booked !== 0n)
    return fail({
      kind: 'needs',
      what: `${formatRupiah(rupiah(booked))} are booked for it already: say --amount, ${-booked} takes that back`,
    });
  const amount = wishes.amount ?? owedMore(one);
  if (amount === 0n)
    return fail({
      kind: 'needs',
      what: 'nothing is owed more or less by it: say --amount, positive where we owe more',
    });
  const known = await billerOf(statements, one);
  const billerId = wishes.billerId ?? known;
  if (billerId === undefined)
    return fail({ kind: 'needs', what: `${one.source} speaks for several billers: say --biller` });
  if (known !== undefined && known !== billerId)
    return fail({ kind: 'needs', what: `the break is with ${known}, not with ${billerId}` });
  if (!(await isBiller(statements, billerId)))
    return fail({ kind: 'needs', what: `there is no biller ${billerId}` });
  const standsOn = desk.termsOf(one.source, one.businessDate).differenceStandsOn;
  const against = wishes.against ?? OWN_LOSS;
  const bearers = bearersOf(billerId, standsOn);
  if (!bearers.includes(against))
    return fail({
      kind: 'needs',
      what: `${against} is not moved by a break of ${billerId}; take ${bearers.join(', ')}: --against`,
    });
  const disputed = await objectionToPaying(statements, one, { billerId, against, amount });
  if (disputed) return fail(disputed);
  return ok({ ...planned, amount: amount.toString(), billerId, against, standsOn });
}

/**
 * What we owe more goes out with the next settlement, also where it is booked against the biller's own suspense: so what is
 * in dispute is not booked there. Only what the same break kept back there before is given to the biller from it. A
 * prefunded biller has taken it out of its float already.
 */
async function objectionToPaying(
  statements: Statements,
  one: Break,
  { billerId, against, amount }: { billerId: string; against: string; amount: bigint },
): Promise<BreakRefusal | undefined> {
  if (against !== billerAccounts.suspense(billerId) || amount < 0n) return undefined;
  const kept = await keptBackFor(statements, one.breakId, against);
  if (amount <= kept || (await drawsFloat(statements, one))) return undefined;
  const what = `what is in dispute is not paid, and this would be with the next settlement: the break stays open until it is agreed, then book it against ${OWN_LOSS} or ${OWN_ROUNDING}`;
  const before = kept > 0n ? ` (${formatRupiah(rupiah(kept))} were kept back before: --amount ${kept})` : '';
  return { kind: 'needs', what: `${what}${before}` };
}

/** The accounts that may bear what is booked for a break: never the one on which its difference stands. */
function bearersOf(billerId: string, standsOn: 'clearing' | 'suspense'): string[] {
  const theirSuspense = billerAccounts.suspense(billerId);
  return [OWN_LOSS, OWN_ROUNDING, OWN_SUSPENSE, ...(standsOn === 'suspense' ? [] : [theirSuspense])];
}

/**
 * How many people must agree besides the maker: two where more than the limit is given up. What is adjusted against the
 * biller's own suspense is not given up, it stays a claim.
 */
export function checkersOf(plans: readonly PlannedResolution[], twoAbove: bigint): 1 | 2 {
  const givenUp = plans.filter(isGivenUp).reduce((sum, { amount }) => sum + magnitude(amount), 0n);
  return givenUp > twoAbove ? 2 : 1;
}

function isGivenUp({ resolution, against, borneBy, billerId }: PlannedResolution): boolean {
  switch (resolution) {
    case 'write_off':
      return true;
    case 'adjustment':
      return billerId === undefined || against !== billerAccounts.suspense(billerId);
    case 'refund':
      return borneBy === 'us';
    default:
      return false;
  }
}

/** A journal holds so much of a reason. */
const REASON_MAX = 200;

export function objectionToReason(reason: string): BreakRefusal | undefined {
  const length = reason.trim().length;
  return length >= 1 && length <= REASON_MAX
    ? undefined
    : { kind: 'needs', what: `say why in 1 to ${REASON_MAX} characters: --reason` };
}

/** The end of the last of its business days, at the hour by which breaks are due. */
function expiryOf({ isWorking, rules }: BreakDesk, now: Date): Date {
  const today = businessDateOf(now, { ...JAKARTA_MIDNIGHT, timeZone: rules.due.timeZone });
  const lastDay = businessDayAfter(isWorking, 'BANK', today, rules.proposalBusinessDays);
  return instantOf(lastDay, rules.due.at, rules.due.timeZone);
}

export function magnitude(digits: string): bigint {
  const amount = BigInt(digits);
  return amount < 0n ? -amount : amount;
}
