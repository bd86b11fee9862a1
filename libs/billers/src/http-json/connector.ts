import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  BillerInquiry,
  BillerLeg,
  Evidence,
  PaymentOutcome,
} from '#lib/switching';
import { BillerAnswer, UnreadableAnswer } from './answer';
import { fill, type Variables } from './body';
import { HttpLink } from './link';
import type { HttpJsonSpec } from './spec';

type Call = HttpJsonSpec['inquiry'] | HttpJsonSpec['payment'] | HttpJsonSpec['advice'];

/** What one call brought: a readable answer with its code, or why there is none. */
type Heard =
  | { kind: 'heard'; code: string; answer: BillerAnswer; evidence: Evidence }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };

/** Speaks to any biller whose dialect is JSON over HTTP, as its spec says. */
export class HttpJsonConnector implements BillerConnector {
  readonly patience: BillerConnector['patience'];
  private readonly link: HttpLink;

  constructor(
    private readonly spec: HttpJsonSpec,
    private readonly clock: Clock,
  ) {
    this.patience = spec.patience;
    this.link = new HttpLink(spec);
  }

  async inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const { inquiry, biller } = this.spec;
    const heard = await this.call(inquiry, { ...question }, deadline);
    if (heard.kind !== 'heard')
      return fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${heard.evidence['reason']}`));
    const meaning = inquiry.codes[heard.code];
    if (meaning === undefined)
      return fail(refusal('BILLER_UNAVAILABLE', `${biller} answered the unlisted code ${heard.code}`));
    if (meaning !== 'bill') return fail(refusal(meaning, `${biller} answered ${heard.code}`));
    try {
      return ok(this.billOf(heard.answer));
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${error.message}`));
    }
  }

  async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const { payment } = this.spec;
    const variables = variablesOf(leg);
    const heard = await this.call(payment, variables, deadline);
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return this.outcomeOf(heard, payment.codes[heard.code], payment, variables);
  }

  async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const { advice } = this.spec;
    const variables = variablesOf(leg);
    const heard = await this.call(advice, variables, deadline);
    if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
    const meaning = advice.codes[heard.code];
    if (meaning === 'no such payment') return { kind: meaning, evidence: heard.evidence };
    return this.outcomeOf(heard, meaning, advice, variables);
  }

  async close(): Promise<void> {
    await this.link.close();
  }

  private async call(call: Call, variables: Variables, deadline: Date): Promise<Heard> {
    const body = fill(call.body, variables, this.spec.rupiah);
    const exchange = await this.link.post(call.path, body, deadline.getTime() - this.clock.now().getTime());
    if (exchange.kind !== 'answer') return { kind: exchange.kind, evidence: { reason: exchange.reason } };
    const evidence: Evidence = { http: exchange.status };
    // Only a plain 200 with JSON is a business answer; error pages, redirects and the like say nothing of money.
    if (exchange.status !== 200)
      return { kind: 'lost', evidence: { ...evidence, reason: `HTTP ${exchange.status}` } };
    try {
      const answer = new BillerAnswer(JSON.parse(exchange.text), this.spec.rupiah);
      const code = answer.requiredText(call.code);
      return {
        kind: 'heard',
        code,
        answer,
        evidence: { ...evidence, code, message: answer.text(call.message) ?? null },
      };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer) && !(error instanceof SyntaxError)) throw error;
      return {
        kind: 'lost',
        evidence: { ...evidence, reason: `unreadable: ${error.message.slice(0, 100)}` },
      };
    }
  }

  private outcomeOf(
    heard: Extract<Heard, { kind: 'heard' }>,
    meaning: HttpJsonSpec['payment']['codes'][string] | undefined,
    call: HttpJsonSpec['payment'] | HttpJsonSpec['advice'],
    variables: Variables,
  ): Exclude<PaymentOutcome, { kind: 'not sent' }> {
    const { answer, evidence } = heard;
    if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
    try {
      const strange = Object.entries(fill(call.repeats, variables, this.spec.rupiah)).find(
        ([path, sent]) => answer.text(path) !== String(sent),
      );
      if (strange)
        return { kind: 'unknown', evidence: { ...evidence, doubt: `${strange[0]} is not ${strange[1]}` } };
      if (meaning !== 'approved') return { kind: 'declined', code: meaning, evidence };
      return {
        kind: 'approved',
        billerReference: answer.requiredText(call.approved.reference).slice(0, 64),
        amount: answer.rupiah(call.approved.amount),
        receipt: answer.texts(call.approved.receipt),
        evidence,
      };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return { kind: 'unknown', evidence: { ...evidence, doubt: error.message } };
    }
  }

  private billOf(answer: BillerAnswer): Bill {
    const { bill } = this.spec.inquiry;
    const lines = answer.items(bill.lines).map((item) => ({
      period: item.requiredText(bill.line.period).replace(/\D/g, ''),
      amount: item.rupiah(bill.line.amount),
      penalty: item.rupiah(bill.line.penalty),
      details: item.texts(bill.line.details),
    }));
    return {
      customerName: answer.requiredText(bill.customerName),
      lines,
      outstanding: (bill.outstanding && answer.count(bill.outstanding)) || lines.length,
      details: answer.texts(bill.details),
      // The payment cannot be sent without these, so a bill that lacks one is none.
      echo: Object.fromEntries(
        Object.entries(bill.echo).map(([name, path]) => [name, answer.requiredText(path)]),
      ),
      validSeconds: answer.count(bill.validSeconds),
    };
  }
}

function variablesOf(leg: BillerLeg): Variables {
  const { echo, sentAt: _, ...same } = leg;
  const echoed = Object.entries(echo).map(([name, value]) => [`echo.${name}`, value]);
  return { ...same, ...Object.fromEntries(echoed) };
}
