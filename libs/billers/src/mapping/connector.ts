import { fail, ok, refusal, ZERO, type Clock, type Refusal, type Result } from '#lib/kernel';
import { failPoint, failPointAfterThisTurn } from '#lib/platform';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  BillerInquiry,
  BillerLeg,
  BillerReversal,
  Evidence,
  PaymentOutcome,
  ReversalOutcome,
  StampOutcome,
} from '#lib/switching';
import { variablesOfLeg, variablesOfQuestion } from '../call-variables';
import { declinedBy, isYes, meaningOf } from '../spec/codes';
import { NOTHING_OWED } from '../nothing-owed';
import { believed, keptReference, maskedWords } from '../told';
import type { BillerAnswer } from './answer';
import { UnreadableAnswer } from '../unreadable-answer';
import type { Money } from './money';
import { readerOf, type Reader } from './reader';
import {
  callsOfProduct,
  type CallsOf,
  type MappedAdvice,
  type MappedBalance,
  type MappedCall,
  type MappedInquiry,
  type MappedPayment,
  type MappedReversal,
  type MappedSpec,
  type MappedStamp,
} from './spec';
import { prepareAsText, type Variables } from './template';
import { UnfilledTemplate } from '../unfilled-template';

/** What one call brought over the wire: an answer that can be looked into, or why there is none. */
export type Exchanged =
  | {
      kind: 'answer';
      answer: BillerAnswer;
      fault?: string | undefined;
      /** It came in a way in which the biller says no; a yes in it is not believed. */
      canOnlyRefuse?: boolean;
      evidence: Evidence;
    }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };

/**
 * Makes one kind of call: forms it from the variables, sends it once, and reads what comes back as a tree. It throws
 * UnfilledTemplate where the message could not be formed.
 * @param withinMs the whole time of the call.
 * @param onSending called directly before the first byte of the call itself is written.
 */
export type Sender = (variables: Variables, withinMs: number, onSending?: () => void) => Promise<Exchanged>;

/** The wire of a mapped kind. */
export interface Wire<C> {
  /** Prepares a call, once. */
  sender(call: C, money: Money): Sender;
  close(): Promise<void>;
}

/** A call whose codes mean something. */
type CodedCall = MappedCall & { codes: Readonly<Record<string, string>> };

/** A call that is ready to be made. */
interface Ready<M extends MappedCall> {
  send: Sender;
  said: M;
  codeAt: readonly string[];
  /** What the answer must repeat, by path. */
  repeats: readonly (readonly [path: string, sent: (variables: Variables) => string | undefined])[];
}

interface ReadyProduct {
  inquiry:
    (Ready<MappedInquiry> & { bill: (answer: BillerAnswer, variables: Variables) => Bill }) | undefined;
  payment: Ready<MappedPayment> & { receipt: Reader };
  advice: Ready<MappedAdvice> & { receipt: Reader };
  reversal: Ready<MappedReversal> | undefined;
}

/** What one call brought: a readable answer with its code, or why there is none. */
type Heard =
  | { kind: 'heard'; code: string; answer: BillerAnswer; doubt: string | undefined; evidence: Evidence }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };

/** Speaks to any biller whose answers are read by paths, as its spec says; how it is reached is its wire's affair. */
export class MappedConnector<C> implements BillerConnector {
  readonly patience: BillerConnector['patience'];
  readonly adviceLane: BillerConnector['adviceLane'];
  readonly reverse?: NonNullable<BillerConnector['reverse']>;
  readonly reversesUnknown: boolean;
  readonly balance?: NonNullable<BillerConnector['balance']>;
  readonly stamp?: NonNullable<BillerConnector['stamp']>;
  private readonly biller: string;
  private readonly others: ReadyProduct;
  private readonly products = new Map<string, ReadyProduct>();

  constructor(
    spec: MappedSpec<C>,
    private readonly wire: Wire<C>,
    private readonly clock: Clock,
  ) {
    this.biller = spec.biller;
    this.patience = spec.patience;
    this.adviceLane = spec.adviceLane;
    this.others = readyProduct(spec, wire);
    for (const product of Object.keys(spec.products ?? {}))
      this.products.set(product, readyProduct(callsOfProduct(spec, product), wire));
    this.reversesUnknown = spec.reversal?.afterUnknown === 'demanded';
    if (spec.reversal) this.reverse = (order, deadline) => this.undo(order, deadline);
    if (spec.balance) this.balance = this.balanceReader(spec.balance, ready(spec.balance, wire, spec.rupiah));
    if (spec.stamp) this.stamp = this.stamper(spec.stamp, ready(spec.stamp, wire, spec.rupiah));
  }

  async inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const { inquiry } = this.ready(question.product);
    const variables = variablesOfQuestion(question);
    if (!inquiry) return ok(NOTHING_OWED);
    const heard = await this.call(inquiry, variables, deadline);
    if (heard.kind !== 'heard') return this.unavailable(String(heard.evidence['reason']));
    const meaning = meaningOf(heard.code, inquiry.said.codes);
    if (meaning === undefined) return this.unavailable(`answered the unlisted code ${heard.code}`);
    if (meaning !== 'bill') return fail(refusal(meaning, `${this.biller} answered ${heard.code}`));
    if (heard.doubt !== undefined) return this.unavailable(heard.doubt);
    try {
      return ok(inquiry.bill(heard.answer, variables));
    } catch (error) {
      if (!(error instanceof UnreadableAnswer) && !(error instanceof UnfilledTemplate)) throw error;
      return this.unavailable(error.message);
    }
  }

  async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const { payment } = this.ready(leg.product);
    const variables = variablesOfLeg(leg);
    const heard = await this.call(payment, variables, deadline, () => {
      failPoint('K4 before send', leg.reference);
      failPointAfterThisTurn('K4 sent', leg.reference);
    });
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return believed<PaymentOutcome>(
      heard.evidence,
      () => heard.doubt,
      (evidence) => {
        const meaning = meaningOf(heard.code, payment.said.codes);
        if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
        if (meaning === 'approved') return approvedBy(heard.answer, payment, variables, evidence);
        return declinedBy(meaning, evidence);
      },
    );
  }

  async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const { advice } = this.ready(leg.product);
    const variables = variablesOfLeg(leg);
    const heard = await this.call(advice, variables, deadline);
    // An advice that was not sent says nothing about the payment.
    if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
    return believed<AdviceOutcome>(
      heard.evidence,
      () => heard.doubt,
      (evidence) => {
        const meaning = meaningOf(heard.code, advice.said.codes);
        if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
        if (meaning === 'approved') return approvedBy(heard.answer, advice, variables, evidence);
        if (meaning === 'no such payment') return { kind: meaning, evidence };
        return declinedBy(meaning, evidence);
      },
    );
  }

  private async undo(
    { reference, leg, billerReference }: BillerReversal,
    deadline: Date,
  ): Promise<ReversalOutcome> {
    const { reversal } = this.ready(leg.product);
    if (!reversal) return { kind: 'refused', evidence: { reason: `${leg.product} is never reversed` } };
    const variables = variablesOfLeg(leg);
    variables['reversalReference'] = reference;
    variables['billerReference'] = billerReference ?? undefined;
    const heard = await this.call(reversal, variables, deadline);
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return believed<ReversalOutcome>(
      heard.evidence,
      () => heard.doubt,
      (evidence) => {
        const meaning = meaningOf(heard.code, reversal.said.codes);
        return { kind: meaning ?? 'unknown', evidence };
      },
    );
  }

  private balanceReader(
    { amount, codes }: MappedBalance,
    call: Ready<MappedBalance>,
  ): NonNullable<BillerConnector['balance']> {
    return async (deadline) => {
      const heard = await this.call(call, {}, deadline);
      if (heard.kind !== 'heard') return this.unavailable(String(heard.evidence['reason']));
      if (meaningOf(heard.code, codes) !== 'balance')
        return this.unavailable(`answered ${heard.code} to the question for our balance`);
      try {
        return heard.doubt === undefined ? ok(heard.answer.rupiah(amount)) : this.unavailable(heard.doubt);
      } catch (error) {
        if (!(error instanceof UnreadableAnswer)) throw error;
        return this.unavailable(error.message);
      }
    };
  }

  private stamper(
    { stampedAt, codes }: MappedStamp,
    call: Ready<MappedStamp>,
  ): NonNullable<BillerConnector['stamp']> {
    return async ({ serial, reference, documentHash }, deadline) => {
      const heard = await this.call(call, { serial, reference, documentHash }, deadline);
      if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
      return believed<StampOutcome>(
        heard.evidence,
        () => heard.doubt,
        (evidence) => {
          const meaning = meaningOf(heard.code, codes) ?? 'unknown';
          return meaning === 'stamped'
            ? { kind: meaning, stampedAt: instantOf(heard.answer.requiredText(stampedAt)), evidence }
            : { kind: meaning, evidence };
        },
      );
    };
  }

  async close(): Promise<void> {
    await this.wire.close();
  }

  private ready(product: string): ReadyProduct {
    return this.products.get(product) ?? this.others;
  }

  private unavailable(why: string): { ok: false; error: Refusal } {
    return fail(refusal('BILLER_UNAVAILABLE', `${this.biller}: ${why}`));
  }

  private async call(
    { send, said, codeAt, repeats }: Ready<CodedCall>,
    variables: Variables,
    deadline: Date,
    onSending?: () => void,
  ): Promise<Heard> {
    const now = this.clock.now();
    variables['now'] = now;
    let exchanged: Exchanged;
    let expected: Expected;
    try {
      expected = repeats.map(([path, sent]) => [path, sent(variables)]);
      exchanged = await send(variables, deadline.getTime() - now.getTime(), onSending);
    } catch (error) {
      if (!(error instanceof UnfilledTemplate)) throw error;
      return { kind: 'not sent', evidence: { reason: error.message } };
    }
    if (exchanged.kind !== 'answer') return exchanged;
    const { answer, fault, canOnlyRefuse = false, evidence } = exchanged;
    try {
      const code = fault ?? codeOf(answer, codeAt);
      const message = maskedWords(answer.text(said.message), WORDS_MAX);
      if (canOnlyRefuse && isYes(meaningOf(code, said.codes)))
        return {
          kind: 'lost',
          evidence: { code, message, ...evidence, reason: 'a yes where only a no comes' },
        };
      // A fault of the protocol says nothing of its own that could repeat ours; its connection tells whom it answers.
      const doubt = fault === undefined ? doubtAbout(answer, expected) : undefined;
      return { kind: 'heard', code, answer, doubt, evidence: { code, message, ...evidence } };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return { kind: 'lost', evidence: { ...evidence, reason: `unreadable: ${error.message}` } };
    }
  }
}

function ready<C, M extends MappedCall>(call: C & M, wire: Wire<C>, money: Money): Ready<M> {
  return {
    send: wire.sender(call, money),
    said: call,
    codeAt: typeof call.code === 'string' ? [call.code] : call.code,
    repeats: Object.entries(call.repeats).map(([path, text]) => [path, prepareAsText(text, money)] as const),
  };
}

function readyProduct<C>(calls: CallsOf<C>, wire: Wire<C>): ReadyProduct {
  const { inquiry, payment, advice, reversal, rupiah: money } = calls;
  return {
    inquiry: inquiry && { ...ready(inquiry, wire, money), bill: billReader(inquiry.bill, money) },
    payment: { ...ready(payment, wire, money), receipt: readerOf(payment.approved.receipt, money) },
    advice: { ...ready(advice, wire, money), receipt: readerOf(advice.approved.receipt, money) },
    reversal: reversal && ready(reversal, wire, money),
  };
}

function billReader(
  bill: MappedInquiry['bill'],
  money: Money,
): (answer: BillerAnswer, variables: Variables) => Bill {
  const [details, echo] = [readerOf(bill.details, money), readerOf(bill.echo, money)];
  const line = bill.line && {
    ...bill.line,
    period: readerOf({ period: bill.line.period }, money),
    details: readerOf(bill.line.details, money),
  };
  const itemsOf = (answer: BillerAnswer) => (bill.lines === undefined ? [answer] : answer.items(bill.lines));
  return (answer, variables) => {
    const lines = !line
      ? []
      : itemsOf(answer).map((item) => ({
          period: periodOf(line.period.required(item, variables)['period'] ?? ''),
          amount: item.rupiah(line.amount),
          penalty: line.penalty === undefined ? ZERO : item.rupiah(line.penalty),
          details: line.details.present(item, variables),
        }));
    return {
      customerName: answer.requiredText(bill.customerName),
      lines,
      // At least what it sent, also where it counts wrong: fewer would be a negative number of bills left.
      outstanding: Math.max(lines.length, answer.count(bill.outstanding) ?? 0),
      details: details.present(answer, variables),
      // The payment cannot be sent without these, so a bill that lacks one is none.
      echo: echo.required(answer, variables),
      validSeconds: answer.count(bill.validSeconds),
      ...(bill.payable && { payable: payableOf(answer, bill.payable) }),
    };
  };
}

function payableOf(
  answer: BillerAnswer,
  { minimum, maximum }: NonNullable<MappedInquiry['bill']['payable']>,
): NonNullable<Bill['payable']> {
  const payable = { minimum: answer.rupiah(minimum), maximum: answer.rupiah(maximum) };
  if (payable.minimum > payable.maximum) throw new UnreadableAnswer(`${minimum} is above ${maximum}`);
  return payable;
}

function codeOf(answer: BillerAnswer, paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  const code = answer.requiredText(first);
  return others.length === 0 ? code : [code, ...others.map((path) => answer.text(path) ?? '')].join('/');
}

const WORDS_MAX = 500;

/**
 * Our spelling of a period is its digits alone, `202607`, whatever stands between them at the biller; several months in
 * one are `202605-202607`.
 */
function periodOf(text: string): string {
  const [, from, until] = /^(\d{6})\s*-\s*(\d{6})$/.exec(text) ?? [];
  if (from !== undefined && until !== undefined) return `${from}-${until}`;
  const digits = text.replace(/\D/g, '');
  if (digits === '') throw new UnreadableAnswer(`the period "${text.slice(0, 20)}" has no digits`);
  return digits;
}

/** @throws UnreadableAnswer when the text is no instant with an offset. */
function instantOf(text: string): Date {
  const instant = new Date(text);
  if (!/T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(instant.getTime()))
    throw new UnreadableAnswer('the time of the stamp is no instant');
  return instant;
}

type Expected = (readonly [path: string, sent: string | undefined])[];

/** Why an answer may be about something else: a member does not repeat what was sent. */
function doubtAbout(answer: BillerAnswer, expected: Expected): string | undefined {
  const strange = expected.find(([path, sent]) => sent !== undefined && !answer.repeats(path, sent));
  return strange && `${strange[0]} does not repeat what was sent`;
}

function approvedBy(
  answer: BillerAnswer,
  { said, receipt }: Ready<MappedPayment | MappedAdvice> & { receipt: Reader },
  variables: Variables,
  evidence: Evidence,
): Extract<PaymentOutcome, { kind: 'approved' }> {
  const { approved } = said;
  return {
    kind: 'approved',
    billerReference: keptReference(answer.requiredText(approved.reference)),
    amount: answer.rupiah(approved.amount),
    receipt: receipt.present(answer, variables),
    evidence,
  };
}
