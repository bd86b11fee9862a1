import { businessDateOf, JAKARTA_MIDNIGHT, rupiah, type ResponseCode, type Rupiah } from '#lib/kernel';
import {
  captureJournal,
  reversalJournal,
  voidJournal,
  type DepositAfter,
  type GuardedUpdate,
  type JournalDraft,
  type Row,
  type UnitOfWork,
} from '#lib/ledger';
import { renderReceipt, type ReceiptDefinition } from '#lib/receipts';
import type { Evidence } from './biller.contract';
import { offerToJson } from './offer';
import { moneyOf, numberOfLegBefore, type Payment, type ToldNumbers } from './payment';
import { evidenceRow, type Said } from './payment.evidence';
import { isCharged, moveOf, type LedgerEffect, type PaymentEvent } from './payment.states';

/**
 * The rows of a new payment: the payment itself, its leg's intent, and the first line of its history.
 * @param bill what it holds, where only one payment may (`billName`); null where it holds none, or takes it over.
 * @param decision why its route was chosen, as JSON; null where it had no choice to explain.
 */
export function openingRows(
  payment: Payment,
  bill: string | null,
  decision: string | null = null,
): (deposit: DepositAfter | undefined) => Row[] {
  const { offer } = payment;
  return (deposit) => [
    {
      table: 'payment',
      values: {
        payment_id: payment.paymentId,
        channel_id: payment.channelId,
        channel_reference: payment.channelReference,
        request_hash: payment.contentHash,
        inquiry_id: payment.inquiryId,
        product_id: payment.productId,
        biller_id: payment.billerId,
        customer_number: payment.customerNumber,
        bill_in_payment: bill,
        state: payment.state,
        amount: offer.amount,
        admin_fee: offer.adminFee,
        total: offer.total,
        commission: offer.commission,
        biller_fee: offer.billerFee,
        charge: offer.charge,
        offer: offerToJson(offer),
        business_date: payment.businessDate,
        last_event_no: payment.lastEventNo,
        created_at: payment.createdAt,
      },
    },
    legRow(payment, decision, true),
    eventRow(
      { ...payment, balanceAfter: freeAfter(deposit) },
      'NEW',
      'deposit held',
      'hold',
      { route: payment.leg.routeId },
      payment.createdAt,
    ),
  ];
}

/** The intent to send a leg. @param isLive whether no other leg of its payment is live. */
function legRow(payment: Payment, decision: string | null, isLive: boolean): Row {
  const { leg, offer } = payment;
  return {
    table: 'payment_leg',
    values: {
      payment_id: payment.paymentId,
      leg_no: leg.legNo,
      biller_id: payment.billerId,
      leg_reference: leg.reference,
      product_id: leg.billerProduct,
      customer_number: payment.customerNumber,
      amount: offer.amount,
      state: payment.state,
      live: isLive ? 1 : null,
      source: leg.source,
      source_business_date: leg.sourceBusinessDate,
      draws_float: leg.drawsFloat ? 1 : 0,
      sent_at: leg.sentAt,
      next_advice_at: leg.nextAdviceAt,
      route_id: leg.routeId,
      echo: leg.echo && JSON.stringify(leg.echo),
      decision,
      ...(leg.told ? { told: JSON.stringify(leg.told) } : {}),
    },
  };
}

/**
 * One leg ends and the next one begins, in one unit of work: the intent to send it is durable before anything is sent.
 * The hold stays; the payment's row demands its old event number, so of two writers one moves it.
 * @param before the payment with the leg that was surely never sent, or finally refused.
 * @param after the same payment with its next leg.
 * @param decision why this route, as JSON.
 */
export function unitOfReroute(
  before: Payment,
  after: Payment,
  said: Said,
  decision: string,
  now: Date,
): UnitOfWork {
  const evidence = { ...said.evidence, said: said.kind, from: before.leg.routeId, to: after.leg.routeId };
  return unitOfNextLeg(before, after, { event: 'rerouted', evidence, decision, now });
}

/** The end of one leg and the intent to send the next one, with what is demanded of the payment and goes with it. */
export function unitOfNextLeg(
  before: Payment,
  after: Payment,
  step: {
    event: 'rerouted' | 'sent again';
    evidence: Evidence;
    decision: string | null;
    now: Date;
    /** Demanded of the payment's row besides its state and numbers. */
    where?: GuardedUpdate['where'];
    alongside?: readonly GuardedUpdate[];
  },
): UnitOfWork {
  const { event, evidence, decision, now, where = {}, alongside = [] } = step;
  const { to, ledger } = requiredMove(before, event);
  const row = eventRow(after, before.state, event, ledger, evidence, now);
  const { paymentId, leg, billerId, lastEventNo } = after;
  return {
    journal: undefined,
    claims: [
      { key: 'PRIMARY', value: `${paymentId} ${lastEventNo}` },
      { key: 'leg_biller_reference', value: `${billerId} ${leg.reference}` },
    ],
    // Only one leg of a payment may be live: the new one is once the old one has ended.
    inserts: () => [legRow(after, decision, false), row],
    updates: (): GuardedUpdate[] => [
      {
        table: 'payment',
        set: { state: to, biller_id: billerId, leg_no: leg.legNo, last_event_no: lastEventNo },
        where: {
          payment_id: paymentId,
          state: before.state,
          last_event_no: before.lastEventNo,
          leg_no: before.leg.legNo,
          // Whoever takes the payment back does not want it paid elsewhere.
          reversal_ordered: 0,
          ...where,
        },
      },
      {
        table: 'payment_leg',
        set: { state: 'DECLINED', live: null, next_advice_at: null, advice_owner: null },
        where: { payment_id: paymentId, leg_no: before.leg.legNo, state: before.state },
      },
      {
        table: 'payment_leg',
        set: { live: 1 },
        where: { payment_id: paymentId, leg_no: leg.legNo, state: to },
      },
      ...alongside,
    ],
    witness: {
      table: 'payment_leg',
      values: { payment_id: paymentId, leg_no: leg.legNo, leg_reference: leg.reference },
    },
  };
}

/** The payment as a move will leave it. */
export function movedPayment(
  payment: Payment,
  event: PaymentEvent,
  said: Said,
  now: Date,
  how: { receipt: ReceiptDefinition; timeZone: string; firstAdviceAt: Date },
): Payment {
  const move = requiredMove(payment, event);
  const moved: Payment = {
    ...payment,
    state: move.to,
    code: codeOf(move.to, said),
    lastEventNo: payment.lastEventNo + 1,
    leg: { ...payment.leg, nextAdviceAt: event === 'answer lost' ? how.firstAdviceAt : null },
  };
  if (move.to !== 'PAID' || said.kind !== 'approved') return moved;
  const facts = {
    paymentId: payment.paymentId,
    customerNumber: payment.customerNumber,
    billerReference: said.billerReference,
    paidAt: now,
    timeZone: how.timeZone,
  };
  const told = foundAs(payment, said.billerReference);
  if (told) return { ...moved, leg: { ...moved.leg, told } };
  const receipt = renderReceipt(how.receipt, facts, payment.offer, said.receipt);
  const { billerReference } = said;
  const leg = { ...moved.leg, billerReference };
  // The same reference has the same answer: what was told once stays, and what is new stands beside it.
  return isCharged(payment.state)
    ? { ...moved, leg, reissued: receipt }
    : { ...moved, leg, receipt, billerReference };
}

function requiredMove({ paymentId, state }: Payment, event: PaymentEvent) {
  const move = moveOf(state, event);
  if (!move) throw new Error(`${paymentId}: "${event}" cannot happen to a ${state} payment`);
  return move;
}

function codeOf(state: Payment['state'], said: Said): ResponseCode {
  switch (state) {
    case 'PAID':
    case 'RESENT':
    case 'UNSERVED':
      return 'APPROVED';
    case 'DECLINED':
    case 'REVERSED':
      if (said.kind === 'declined') return said.code;
      if (said.kind === 'accepted') return 'PAYMENT_REVERSED';
      return said.kind === 'not sent' ? 'BILLER_UNAVAILABLE' : 'DECLINED_BY_BILLER';
    case 'NEW':
    case 'SENT':
    case 'SUSPECT':
    case 'UNRESOLVED':
      return 'IN_PROGRESS';
  }
}

/** What a move is tied to besides the payment's own state. */
export interface MoveTies {
  /** The number of the claim the move rests on; a later claim makes it stale. */
  fence?: number;
  /** Updates of rows that move with the payment or not at all. */
  alongside?: readonly GuardedUpdate[];
  /** Rows that are written with the move or not at all. */
  inserts?: readonly Row[];
}

/**
 * A move as one unit of work. The update of the payment demands its old state and event number, so of two writers
 * one moves it and the other finds it stale.
 * @param ties what else the move rests on, or takes with it.
 */
export function unitOfMove(
  before: Payment,
  after: Payment,
  event: PaymentEvent,
  said: Said,
  now: Date,
  ties: MoveTies = {},
): UnitOfWork {
  const { ledger } = requiredMove(before, event);
  const { fence, alongside = [], inserts = [] } = ties;
  const rows: Row[] = [...inserts];
  if (typeof said.evidence['contradiction'] === 'string') rows.push(evidenceRow(before, said, now));
  const serials = said.kind === 'approved' ? said.receipt['serialNumbers'] : undefined;
  if (serials && after.state === 'PAID') rows.push(purchaseRow(after, serials, now));
  return {
    journal: journalOf(ledger, before, now),
    claims: [{ key: 'PRIMARY', value: `${after.paymentId} ${after.lastEventNo}` }],
    inserts: (deposit) => {
      const balanceAfter = freeAfter(deposit) ?? before.balanceAfter;
      const kept = { ...after, balanceAfter };
      return [eventRow(kept, before.state, event, ledger, evidenceOf(before, after, said), now), ...rows];
    },
    updates: () => [paymentUpdate(before, after), legUpdate(before, after, fence), ...alongside],
    witness: {
      table: 'payment_event',
      values: { payment_id: after.paymentId, event_no: after.lastEventNo, event, at: now },
    },
  };
}

/** The numbers of a leg before, where its biller has that one after all and refused the further one. */
function foundAs({ state, leg: { told } }: Payment, billerReference: string): ToldNumbers | undefined {
  if (state !== 'UNSERVED' || told === null || billerReference !== numberOfLegBefore(told)) return undefined;
  return { ...told, isFound: true };
}

/** What was said, and by which number the biller knows what it has given anew. */
function evidenceOf(before: Payment, after: Payment, { evidence }: Said): Evidence {
  const isReissued = after.reissued !== before.reissued;
  return isReissued ? { ...evidence, reissued: after.leg.billerReference } : evidence;
}

/** A purchase of serials, noted with its payment; who keeps serials unfolds it. */
function purchaseRow(
  { paymentId, channelId, billerId, productId }: Payment,
  serials: string,
  now: Date,
): Row {
  return {
    table: 'stamp_purchase',
    values: {
      payment_id: paymentId,
      channel_id: channelId,
      biller_id: billerId,
      product_id: productId,
      // What is no list of serials must not keep the payment from its end; people look at an empty one.
      serials: SERIALS.test(serials) ? serials : '',
      bought_at: now,
    },
  };
}

/** What the column holds. */
const SERIALS = /^[\x20-\x7e]{1,4000}$/;

function journalOf(ledger: LedgerEffect, payment: Payment, now: Date): JournalDraft | undefined {
  switch (ledger) {
    case 'post':
      return captureJournal(moneyOf(payment), now);
    case 'void':
      return voidJournal(moneyOf(payment), now);
    case 'reverse':
      return reversalJournal(moneyOf(payment), businessDateOf(now, JAKARTA_MIDNIGHT), now);
    case 'none':
      return undefined;
    case 'hold':
      throw new Error('a hold opens a payment and moves none');
  }
}

/** It changes the row in place: what the answer is stands with the event. */
function paymentUpdate(before: Payment, after: Payment): GuardedUpdate {
  return {
    table: 'payment',
    set: { state: after.state, last_event_no: after.lastEventNo },
    where: {
      payment_id: before.paymentId,
      state: before.state,
      last_event_no: before.lastEventNo,
      // A payment that is ordered to be reversed meanwhile must not be told as final.
      reversal_ordered: before.isReversalOrdered ? 1 : 0,
    },
  };
}

function legUpdate(before: Payment, after: Payment, fence: number | undefined): GuardedUpdate {
  return {
    table: 'payment_leg',
    set: {
      state: after.state,
      live: after.state === 'DECLINED' ? null : 1,
      biller_reference: after.leg.billerReference,
      next_advice_at: after.leg.nextAdviceAt,
      advice_owner: null,
      ...(after.leg.told === before.leg.told ? {} : { told: JSON.stringify(after.leg.told) }),
    },
    where: {
      payment_id: before.paymentId,
      leg_no: before.leg.legNo,
      state: before.state,
      ...(fence === undefined ? {} : { advice_fence: fence }),
    },
  };
}

/** A line of the history, with the answer as it stands from then on. */
function eventRow(
  payment: Payment,
  from: string,
  event: PaymentEvent,
  ledger: LedgerEffect,
  evidence: Evidence,
  at: Date,
): Row {
  return {
    table: 'payment_event',
    values: {
      payment_id: payment.paymentId,
      event_no: payment.lastEventNo,
      from_state: from,
      event,
      to_state: payment.state,
      ledger,
      evidence: JSON.stringify(evidence),
      at,
      code: payment.code,
      receipt: payment.receipt && JSON.stringify(payment.receipt),
      balance_after: payment.balanceAfter,
      ...(payment.reissued ? { reissued: JSON.stringify(payment.reissued) } : {}),
    },
  };
}

/** posted - held after a commit; null where the unit moved no deposit or it cannot be told. */
export function freeAfter(deposit: DepositAfter | undefined): Rupiah | null {
  return deposit ? rupiah(deposit.posted - deposit.held) : null;
}
