import { isFinal, type BillerTruth, type Payment } from '#lib/switching';
import type { Books } from '../memory';
import { CHANNELS } from './catalog';
import { finalHeard, type Entry } from './channel';

/** What can be told of a payment from outside: it must be the same in each answer once it is final. */
function outwardOf(payment: Payment): string {
  const { paymentId, state, code, billerReference, balanceAfter, businessDate, receipt, offer } = payment;
  const facts = { paymentId, state, code, billerReference, balanceAfter, businessDate, receipt };
  return JSON.stringify({ ...facts, charge: offer.charge }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/**
 * Lays four books side by side: what the caller was told, what we wrote, what the biller did, and the deposit.
 * @returns what does not agree.
 */
export function compareBooks(
  books: Books,
  entries: readonly Entry[],
  truth: readonly BillerTruth[],
  payments: ReadonlyMap<string, Payment>,
  toppedUp: ReadonlyMap<string, bigint>,
): string[] {
  return [
    ...entries.flatMap((entry) => callerAgainstUs(entry, payments.get(nameOf(entry)))),
    ...callersAgainstTruth(entries, truth, payments),
    ...CHANNELS.flatMap(({ channelId, opening }) =>
      depositOf(channelId, opening + (toppedUp.get(channelId) ?? 0n), books, payments),
    ),
  ];
}

/** A reference as it is unique among all channels. */
export function nameOf({ channelId, reference }: { channelId: string; reference: string }): string {
  return `${channelId} ${reference}`;
}

function callerAgainstUs(entry: Entry, payment: Payment | undefined): string[] {
  const name = nameOf(entry);
  const findings: string[] = [];
  const told = finalHeard(entry);
  if (told && !payment) findings.push(`${name} was told ${told.state}, and there is no such payment`);
  for (const answer of [...entry.heard, ...entry.heardOfOther]) {
    if (answer.kind !== 'payment' || !isFinal(answer.payment.state) || !payment) continue;
    if (outwardOf(answer.payment) !== outwardOf(payment))
      findings.push(`${name} was told ${outwardOf(answer.payment)}, and it is ${outwardOf(payment)}`);
  }
  const answers = [...entry.heard, ...entry.heardOfOther];
  const areAllRefused =
    answers.length > 0 && answers.every((answer) => answer.kind === 'refused' && !answer.payment);
  if (areAllRefused && payment)
    findings.push(`${name} was told each time that nothing is formed, and it is ${payment.state}`);
  if (
    payment &&
    contentOf(payment) === contentOf(entry) &&
    entry.heardOfOther.some(({ kind }) => kind === 'payment')
  )
    findings.push(`${name} was given its payment under another content`);
  return findings;
}

function contentOf(of: Payment | Entry): string {
  return 'content' in of
    ? `${of.content.inquiryId} ${of.content.total}`
    : `${of.inquiryId} ${of.offer.total}`;
}

/** What callers may believe to have paid for is what billers were paid, one for one. */
function callersAgainstTruth(
  entries: readonly Entry[],
  truth: readonly BillerTruth[],
  payments: ReadonlyMap<string, Payment>,
): string[] {
  const paid = [...payments.values()].filter(({ state }) => state === 'PAID');
  const open = [...payments.values()].filter(({ state }) => !isFinal(state));
  const owners = new Map([...paid, ...open].map((payment) => [payment.leg.reference, payment]));
  const findings = truth
    .filter(({ legReference }) => !owners.has(legReference))
    .map(({ biller, legReference }) => `${biller} was paid under ${legReference}, and no caller may know`);
  const known = new Set(entries.map(nameOf));
  for (const payment of payments.values())
    if (!known.has(nameOf({ channelId: payment.channelId, reference: payment.channelReference })))
      findings.push(`${payment.paymentId} was asked for by nobody`);
  return findings;
}

function depositOf(
  channelId: string,
  paidIn: bigint,
  books: Books,
  payments: ReadonlyMap<string, Payment>,
): string[] {
  const row = books.deposit.find((deposit) => deposit['channel_id'] === channelId);
  const own = [...payments.values()].filter((payment) => payment.channelId === channelId);
  const chargeOf = (states: (payment: Payment) => boolean) =>
    own.filter(states).reduce((total, { offer }) => total + offer.charge, 0n);
  const posted = paidIn - chargeOf(({ state }) => state === 'PAID');
  const held = chargeOf(({ state }) => !isFinal(state));
  const there = `${String(row?.['posted'])}/${String(row?.['held'])}`;
  return there === `${posted}/${held}`
    ? []
    : [`${channelId} has ${there}, its payments leave ${posted}/${held}`];
}
