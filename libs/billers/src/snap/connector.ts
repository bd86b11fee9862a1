import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import { failPoint, failPointAfterThisTurn } from '#lib/platform';
import {
  externalIdOf,
  snapTimestamp,
  SNAP_SERVICES,
  SnapClient,
  type CallOptions,
  type JsonObject,
  type SnapService,
} from '#lib/snap';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  BillerInquiry,
  BillerLeg,
  Evidence,
  PaymentOutcome,
} from '#lib/switching';
import { variablesOfLeg, variablesOfQuestion } from '../call-variables';
import { declinedBy, meaningOf, SUCCESS } from '../spec/codes';
import { NOTHING_OWED } from '../nothing-owed';
import { believed, maskedWords } from '../told';
import { filler, type Variables } from '../text-template';
import { UnfilledTemplate } from '../unfilled-template';
import { UnreadableAnswer } from '../unreadable-answer';
import { approvalIn, billIn, textAt } from './answer';
import { bodyFiller, type BodyFiller } from './body';
import { partnerOf } from './partner';
import { snapCallsOf, type SnapBillerSpec, type SnapCalls } from './spec';
import { accountNumbering, type AccountNumbering } from './virtual-account';

const SERVICES = { inquiry: 'inquiry', payment: 'payment', advice: 'status' } as const satisfies Record<
  string,
  SnapService
>;
type CallName = keyof typeof SERVICES;
type Call = NonNullable<SnapCalls[CallName]>;

const WORDS_MAX = 120;

/** What one call brought: an answer with its code, or why there is none. */
type Heard =
  | { kind: 'heard'; code: SnapWord; body: JsonObject; doubt: () => string | undefined; evidence: Evidence }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };

/** Status and case, and the service's own word behind them. */
interface SnapWord {
  code: string;
  flag: string | undefined;
}

/** A call made ready: its body, and what its answer must repeat. */
interface Form {
  call: Call;
  body: BodyFiller;
  repeats: (readonly [path: string, fill: ReturnType<typeof filler>])[];
}

/** The calls of a product made ready. */
interface ReadyProduct {
  calls: SnapCalls;
  number: AccountNumbering;
  forms: Readonly<Record<CallName, Form | undefined>>;
}

/** Pays virtual accounts of any biller by SNAP: services 24, 25 and 26 as their client, as its spec says. */
export class SnapBillerConnector implements BillerConnector {
  readonly patience: BillerConnector['patience'];
  readonly adviceLane: BillerConnector['adviceLane'];
  private readonly client: SnapClient;
  private readonly others: ReadyProduct;
  private readonly products = new Map<string, ReadyProduct>();

  /** @throws SettingError when an address, a key or a secret is not in the environment, or is none. */
  constructor(
    private readonly spec: SnapBillerSpec,
    private readonly clock: Clock,
  ) {
    this.patience = spec.patience;
    this.adviceLane = spec.adviceLane;
    this.client = new SnapClient(partnerOf(spec), clock);
    this.others = readyProduct(spec);
    for (const product of Object.keys(spec.products ?? {}))
      this.products.set(product, readyProduct(snapCallsOf(spec, product)));
  }

  async inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const { biller } = this.spec;
    const product = this.ready(question.product);
    const { inquiry } = product.calls;
    const unavailable = (reason: unknown) =>
      fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${String(reason)}`));
    if (!inquiry) return ok(NOTHING_OWED);
    const heard = await this.ask(product, 'inquiry', variablesOfQuestion(question), deadline);
    if (heard.kind !== 'heard') return unavailable(heard.evidence['reason']);
    const { code, flag } = heard.code;
    const meaning = meaningIn(heard.code, inquiry.codes, SUCCESS.inquiry);
    if (meaning === undefined) return unavailable(`answered the unlisted code ${code} ${flag ?? ''}`);
    if (meaning !== 'bill') return fail(refusal(meaning, `${biller} answered ${code}`));
    try {
      const doubt = heard.doubt();
      return doubt === undefined ? ok(billIn(heard.body, inquiry.bill)) : unavailable(doubt);
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return unavailable(error.message);
    }
  }

  async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const { externalId } = this.spec;
    const product = this.ready(leg.product);
    const { payment } = product.calls;
    const heard = await this.ask(product, 'payment', variablesOfLeg(leg), deadline, {
      externalId:
        externalId.payment === 'fresh'
          ? undefined
          : externalIdOf(`${SNAP_SERVICES.payment.code} ${leg.reference}`, externalId.length),
      onSending: () => {
        failPoint('K4 before send', leg.reference);
        failPointAfterThisTurn('K4 sent', leg.reference);
      },
    });
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return believed<PaymentOutcome>(heard.evidence, heard.doubt, (evidence) => {
      const meaning = meaningIn(heard.code, payment.codes, SUCCESS.payment);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved')
        return { kind: 'approved', ...approvalIn(heard.body, payment.approved), evidence };
      return declinedBy(meaning, evidence);
    });
  }

  /** Asks service 26 what became of a payment: a payment is never sent again, so its status is all there is to ask. */
  async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const product = this.ready(leg.product);
    const { advice } = product.calls;
    const heard = await this.ask(product, 'advice', variablesOfLeg(leg), deadline);
    // An advice that was not sent says nothing about the payment.
    if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
    return believed<AdviceOutcome>(heard.evidence, heard.doubt, (evidence) => {
      const meaning = meaningIn(heard.code, advice.codes, SUCCESS.advice);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved')
        return { kind: 'approved', ...approvalIn(heard.body, advice.approved), evidence };
      if (meaning === 'no such payment') return { kind: meaning, evidence };
      return declinedBy(meaning, evidence);
    });
  }

  /** Breaks off what is still under way; its outcome is then `unknown`. */
  async close(): Promise<void> {
    await this.client.close();
  }

  private ready(product: string): ReadyProduct {
    return this.products.get(product) ?? this.others;
  }

  private async ask(
    { forms, number }: ReadyProduct,
    name: CallName,
    given: Variables & { customerNumber: string },
    deadline: Date,
    how: CallOptions = {},
  ): Promise<Heard> {
    const form = forms[name];
    if (!form) throw new Error(`${this.spec.biller} has no ${name}`);
    let body: object;
    let repeats: [path: string, sent: string | undefined][];
    try {
      const variables = { ...given, ...number(given), time: snapTimestamp(this.clock.now()) };
      body = form.body(variables) as object;
      repeats = form.repeats.map(([path, fill]) => [path, fill(variables)]);
    } catch (error) {
      if (!(error instanceof UnfilledTemplate)) throw error;
      return { kind: 'not sent', evidence: { reason: error.message } };
    }
    const heard = await this.client.ask(SERVICES[name], body, deadline, how);
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: { reason: heard.reason } };
    if (heard.kind === 'unknown') return { kind: 'lost', evidence: { reason: heard.reason } };
    const { http, service, caseCode } = heard.code;
    const evidence = { code: http + service + caseCode };
    if (service !== SNAP_SERVICES[SERVICES[name]].code)
      return { kind: 'lost', evidence: { ...evidence, reason: 'answers another service' } };
    try {
      const flag = form.call.flag === undefined ? undefined : textAt(heard.body, form.call.flag);
      const message = maskedWords(textAt(heard.body, 'responseMessage'), WORDS_MAX);
      return {
        kind: 'heard',
        code: { code: http + caseCode, flag: flag === '' ? undefined : flag },
        body: heard.body,
        doubt: () => doubtAbout(heard.body, repeats),
        evidence: { ...evidence, flag: flag ?? null, message },
      };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return { kind: 'lost', evidence: { ...evidence, reason: `unreadable: ${error.message}` } };
    }
  }
}

function readyProduct(calls: SnapCalls): ReadyProduct {
  const { virtualAccount, inquiry, payment, advice } = calls;
  return {
    calls,
    number: accountNumbering(virtualAccount),
    forms: { inquiry: inquiry && formOf(inquiry), payment: formOf(payment), advice: formOf(advice) },
  };
}

function formOf(call: Call): Form {
  return {
    call,
    body: bodyFiller(call.body),
    repeats: Object.entries(call.repeats).map(([path, text]) => [path, filler(text)] as const),
  };
}

/**
 * What a word means: the code with its flag where the answer has one, or else the code alone. A code alone is never the
 * success of an answer whose flag is not listed with it.
 */
function meaningIn<T extends string>(
  { code, flag }: SnapWord,
  codes: Readonly<Record<string, T>>,
  success: string,
): T | undefined {
  const alone = meaningOf(code, codes);
  if (flag === undefined) return alone;
  const whole = meaningOf(`${code}/${flag}`, codes);
  return whole ?? (alone === success || code.startsWith('20') ? undefined : alone);
}

/** Why an answer may be about something else: a member does not repeat what was sent. Padding is not compared. */
function doubtAbout(
  body: JsonObject,
  repeats: readonly (readonly [path: string, sent: string | undefined])[],
): string | undefined {
  const strange = repeats.find(([path, sent]) => textAt(body, path)?.trim() !== sent?.trim());
  return strange && `${strange[0]} does not repeat what was sent`;
}
