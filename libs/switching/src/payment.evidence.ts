import { createHash } from 'node:crypto';
import type { Row } from '#lib/ledger';
import type { AdviceOutcome, Evidence, PaymentOutcome, ReversalOutcome } from './biller.contract';
import type { Payment } from './payment';
import type { RefusedLeg } from './payment.store';

/** What a biller can say of a payment or of its reversal. */
export type Said = PaymentOutcome | AdviceOutcome | ReversalOutcome;

/**
 * Why what a biller said cannot be squared with how the payment stands; null where it only came late or again. It moves
 * no money: people look at it.
 */
export function contradictionOf({ state, leg }: Payment, said: Said): string | null {
  const found = said.evidence['contradiction'];
  if (typeof found === 'string') return found;
  const wasPaid = state === 'PAID' || state === 'REVERSED';
  switch (said.kind) {
    case 'approved':
      if (state === 'DECLINED' || state === 'REVERSED' || state === 'UNSERVED')
        return `approved after ${state}`;
      return state === 'PAID' && said.billerReference !== leg.billerReference
        ? 'approved again under another reference'
        : null;
    case 'declined':
    case 'not sent':
    case 'no such payment':
      return wasPaid ? `${said.kind} after ${state}` : null;
    case 'accepted':
    case 'refused':
    case 'unknown':
      return null;
  }
}

/** What is said of a leg after another one has taken its place: a success of it may be a second payment. */
export function ofEarlierLeg({ leg }: Payment, said: Said): Said {
  const evidence: Record<string, string | number | null> = { ...said.evidence, leg: leg.legNo };
  if (said.kind === 'approved') evidence['contradiction'] = `leg ${leg.legNo} approved after it was given up`;
  return { ...said, evidence };
}

/** The doubt about a leg that did nothing by its own biller's word, where the next biller calls the bill paid. */
export const PAID_ELSEWHERE = 'another biller says that the bill is paid';

/** Whether a bill is found paid that this payment was to pay. */
export function callsBillPaid(said: Said): boolean {
  if (said.evidence['doubt'] === PAID_ELSEWHERE) return true;
  return said.kind === 'declined' && said.code === 'BILL_ALREADY_PAID';
}

/**
 * A bill that is found paid after legs before were refused: nobody else was to pay it, so a refusal may not be true.
 * @param refused the legs before that a biller refused, in order; a leg that never left is above suspicion.
 */
export function afterRefusals<T extends Said>(said: T, refused: readonly RefusedLeg[]): T {
  if (refused.length === 0) return said;
  const evidence = {
    ...said.evidence,
    contradiction: 'bill already paid, but an earlier leg was refused',
    refused: refused.map(({ legNo, routeId }) => `leg ${legNo} by ${routeId}`).join(', '),
  };
  return { ...said, evidence };
}

/** A bill that is found paid when its payment is sent again: the leg before may have been booked after all. */
export function afterItWasSent<T extends Said>(said: T): T {
  const contradiction = 'bill already paid when it was sent again';
  return { ...said, evidence: { ...said.evidence, contradiction } };
}

/** What was said, as a row of the append-only evidence; the same said again of the same state is the same row. */
export function evidenceRow(payment: Payment, said: Said, at: Date): Row {
  const about = said.kind === 'accepted' || said.kind === 'refused' ? 'reversal' : 'payment';
  const contradiction = contradictionOf(payment, said);
  const detail = JSON.stringify(detailOf(said));
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([about, said.kind, payment.state, contradiction, factsOf(said)]))
    .digest();
  return {
    table: 'payment_evidence',
    values: {
      payment_id: payment.paymentId,
      fingerprint,
      about,
      said: said.kind,
      state_then: payment.state,
      contradiction,
      detail,
      at,
    },
  };
}

/** What was said, with the biller's facts, to be kept. */
export function detailOf(said: Said): Evidence {
  return { ...factsOf(said), ...said.evidence };
}

/** The biller's facts without its receipt, which may hold a token. */
function factsOf(said: Said): Record<string, string> {
  if (said.kind === 'approved')
    return { billerReference: said.billerReference, amount: said.amount.toString() };
  return said.kind === 'declined' ? { code: said.code } : {};
}
