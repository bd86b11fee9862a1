import { fail, ok, refusal, ZERO, type Clock, type Refusal, type Result } from '#lib/kernel';
import { failPoint, failPointAfterThisTurn, maskNumber } from '#lib/platform';
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
} from '#lib/switching';
import { declinedBy, meaningOf } from '../spec/codes';
import { BillerAnswer, UnreadableAnswer } from './answer';
import { fill, UnfilledTemplate, type Variables } from './body';
import { HttpLink } from './link';
import type { HttpJsonSpec } from './spec';

type ReversalSpec = NonNullable<HttpJsonSpec['reversal']>;
type Call = HttpJsonSpec['inquiry'] | HttpJsonSpec['payment'] | HttpJsonSpec['advice'] | ReversalSpec;

/** What the column of the payment holds. */
const BILLER_REFERENCE_MAX = 64;

/** What the answer must repeat, by path, as it was sent. */
type Repeats = ReturnType<typeof fill>;

/** What one call brought: a readable answer with its code, or why there is none. */
type Heard =
  | { kind: 'heard'; code: string; answer: BillerAnswer; repeats: Repeats; evidence: Evidence }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };

/** Speaks to any biller whose dialect is JSON over HTTP, as its spec says. */
export class HttpJsonConnector implements BillerConnector {
  readonly patience: BillerConnector['patience'];
  readonly adviceLane: BillerConnector['adviceLane'];
  readonly reverse?: NonNullable<BillerConnector['reverse']>;
  readonly reversesUnknown: boolean;
  private readonly link: HttpLink;

  constructor(
    private readonly spec: HttpJsonSpec,
    private readonly clock: Clock,
  ) {
    this.patience = spec.patience;
    this.adviceLane = spec.adviceLane;
    this.link = new HttpLink(spec);
    const { reversal } = spec;
    this.reversesUnknown = reversal?.afterUnknown === 'demanded';
    if (reversal) this.reverse = (order, deadline) => this.undo(reversal, order, deadline);
  }

  async inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const { inquiry, biller } = this.spec;
    const heard = await this.call(inquiry, variablesOfQuestion(question), deadline);
    if (heard.kind !== 'heard')
      return fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${heard.evidence['reason']}`));
    const meaning = meaningOf(heard.code, inquiry.codes);
    if (meaning === undefined)
      return fail(refusal('BILLER_UNAVAILABLE', `${biller} answered the unlisted code ${heard.code}`));
    if (meaning !== 'bill') return fail(refusal(meaning, `${biller} answered ${heard.code}`));
    try {
      const doubt = doubtAbout(heard.answer, heard.repeats);
      if (doubt) return fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${doubt}`));
      return ok(this.billOf(heard.answer));
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${error.message}`));
    }
  }

  async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const { payment } = this.spec;
    const heard = await this.call(payment, variablesOf(leg), deadline, () => {
      failPoint('K4 before send', leg.reference);
      failPointAfterThisTurn('K4 sent', leg.reference);
    });
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return believed<PaymentOutcome>(heard, (evidence) => {
      const meaning = meaningOf(heard.code, payment.codes);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved') return approvedBy(heard.answer, payment.approved, evidence);
      return declinedBy(meaning, evidence);
    });
  }

  async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const { advice } = this.spec;
    const heard = await this.call(advice, variablesOf(leg), deadline);
    // An advice that was not sent says nothing about the payment.
    if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
    return believed<AdviceOutcome>(heard, (evidence) => {
      const meaning = meaningOf(heard.code, advice.codes);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved') return approvedBy(heard.answer, advice.approved, evidence);
      if (meaning === 'no such payment') return { kind: meaning, evidence };
      return declinedBy(meaning, evidence);
    });
  }

  private async undo(
    reversal: ReversalSpec,
    { reference, leg, billerReference }: BillerReversal,
    deadline: Date,
  ): Promise<ReversalOutcome> {
    const variables = {
      ...variablesOf(leg),
      reversalReference: reference,
      billerReference: billerReference ?? undefined,
    };
    const heard = await this.call(reversal, variables, deadline);
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return believed<ReversalOutcome>(heard, (evidence) => {
      const meaning = meaningOf(heard.code, reversal.codes);
      return { kind: meaning ?? 'unknown', evidence };
    });
  }

  async close(): Promise<void> {
    await this.link.close();
  }

  private async call(
    call: Call,
    variables: Variables,
    deadline: Date,
    onSending?: () => void,
  ): Promise<Heard> {
    let body: object;
    let repeats: Repeats;
    try {
      body = fill(call.body, variables, this.spec.rupiah);
      repeats = fill(call.repeats, variables, this.spec.rupiah);
    } catch (error) {
      if (!(error instanceof UnfilledTemplate)) throw error;
      return { kind: 'not sent', evidence: { reason: error.message } };
    }
    const withinMs = deadline.getTime() - this.clock.now().getTime();
    const exchange = await this.link.post(call.path, body, withinMs, onSending);
    if (exchange.kind !== 'answer') return { kind: exchange.kind, evidence: { reason: exchange.reason } };
    const evidence: Evidence = { http: exchange.status };
    // Only a plain 200 with JSON is a business answer; error pages, redirects and the like say nothing of money.
    if (exchange.status !== 200)
      return { kind: 'lost', evidence: { ...evidence, reason: `HTTP ${exchange.status}` } };
    try {
      const answer = BillerAnswer.parse(exchange.text, this.spec.rupiah);
      const code = answer.requiredText(call.code);
      const message = masked(answer.text(call.message));
      return { kind: 'heard', code, answer, repeats, evidence: { ...evidence, code, message } };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return { kind: 'lost', evidence: { ...evidence, reason: `unreadable: ${error.message}` } };
    }
  }

  private billOf(answer: BillerAnswer): Bill {
    const { bill } = this.spec.inquiry;
    const lines = answer.items(bill.lines).map((item) => ({
      period: periodOf(item.requiredText(bill.line.period)),
      amount: item.rupiah(bill.line.amount),
      penalty: bill.line.penalty === undefined ? ZERO : item.rupiah(bill.line.penalty),
      details: item.texts(bill.line.details),
    }));
    return {
      customerName: answer.requiredText(bill.customerName),
      lines,
      // At least what it sent, also where it counts wrong: fewer would be a negative number of bills left.
      outstanding: Math.max(lines.length, answer.count(bill.outstanding) ?? 0),
      details: answer.texts(bill.details),
      // The payment cannot be sent without these, so a bill that lacks one is none.
      echo: Object.fromEntries(
        Object.entries(bill.echo).map(([name, path]) => [name, answer.requiredText(path)]),
      ),
      validSeconds: answer.count(bill.validSeconds),
    };
  }
}

function variablesOfQuestion({ extra, ...question }: BillerInquiry): Variables {
  const variables: Record<string, Variables[string]> = { ...question };
  for (const [name, value] of Object.entries(extra ?? {})) variables[`extra.${name}`] = value;
  return variables;
}

function variablesOf(leg: BillerLeg): Variables {
  const variables: Record<string, Variables[string]> = {
    reference: leg.reference,
    product: leg.product,
    customerNumber: leg.customerNumber,
    amount: leg.amount,
    billCount: leg.billCount,
    settlementDate: leg.settlementDate,
  };
  for (const [name, value] of Object.entries(leg.echo)) variables[`echo.${name}`] = value;
  return variables;
}

/** A biller's words to people. Many digits in a row may be a customer's number, or a token that is money. */
function masked(words: string | undefined): string | null {
  return words?.replace(/\d{5,}/g, (digits) => maskNumber(digits)) ?? null;
}

/** Our spelling of a period is its digits alone, `202607`, whatever stands between them at the biller. */
function periodOf(text: string): string {
  const digits = text.replace(/\D/g, '');
  if (digits === '') throw new UnreadableAnswer(`the period "${text.slice(0, 20)}" has no digits`);
  return digits;
}

/** What an answer says of a payment, where it is surely about ours and can be read; else `unknown`, with the doubt. */
function believed<T extends { kind: string }>(
  { answer, repeats, evidence }: Extract<Heard, { kind: 'heard' }>,
  read: (evidence: Evidence) => T,
): T | { kind: 'unknown'; evidence: Evidence } {
  try {
    const outcome = read(evidence);
    const doubt = outcome.kind === 'unknown' ? undefined : doubtAbout(answer, repeats);
    return doubt === undefined ? outcome : { kind: 'unknown', evidence: { ...evidence, doubt } };
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    return { kind: 'unknown', evidence: { ...evidence, doubt: error.message } };
  }
}

/** Why an answer may be about something else: a member does not repeat what was sent. */
function doubtAbout(answer: BillerAnswer, repeats: Repeats): string | undefined {
  const strange = Object.entries(repeats).find(([path, sent]) => answer.text(path) !== String(sent));
  return strange && `${strange[0]} does not repeat what was sent`;
}

function approvedBy(
  answer: BillerAnswer,
  paths: HttpJsonSpec['payment']['approved'],
  evidence: Evidence,
): Extract<PaymentOutcome, { kind: 'approved' }> {
  return {
    kind: 'approved',
    billerReference: answer.requiredText(paths.reference).slice(0, BILLER_REFERENCE_MAX),
    amount: answer.rupiah(paths.amount),
    receipt: answer.texts(paths.receipt),
    evidence,
  };
}
