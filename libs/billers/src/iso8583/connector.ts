import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type { IsoFields, IsoMessage, Iso8583Spec } from '#lib/iso8583';
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
} from '#lib/switching';
import { variablesOfLeg, variablesOfQuestion } from '../call-variables';
import { declinedBy, meaningOf } from '../spec/codes';
import { believed, maskedWords } from '../told';
import { approvalIn, billIn, opened } from './answer';
import { BillerLines, type LineOptions } from './lines';
import { stanOf, type Repeated } from './message';
import { productFormsOf, type ProductForms } from './product-forms';
import type { CallName, CallSpec, Iso8583BillerSpec } from './spec';
import type { Variables } from '../text-template';
import { UnfilledTemplate } from '../unfilled-template';
import { UnreadableAnswer } from '../unreadable-answer';
import { textIn, type Contents } from './value';

/** As many references as are remembered to tell a first advice or reversal from its repeats. */
const REMEMBERED_MAX = 1_000;
const WORDS_MAX = 120;

/** What one call brought: an answer with its code, or why there is none. */
type Heard<Name extends CallName> =
  | {
      kind: 'heard';
      code: string;
      contents: Contents;
      /** The answer with its layouts opened, once. @throws UnreadableAnswer */
      whole: () => Contents;
      call: CallSpec<Name>;
      repeats: Repeats;
      evidence: Evidence;
    }
  | { kind: 'not sent'; evidence: Evidence }
  | { kind: 'lost'; evidence: Evidence };
type Answered<Name extends CallName> = Extract<Heard<Name>, { kind: 'heard' }>;
type Repeats = readonly Repeated[];

/** One call to be made. */
interface Asking<Name extends CallName> {
  name: Name;
  product: string;
  variables: Variables;
  deadline: Date;
  /** What the message goes by where that must be found again later; else it is the next number, now. */
  own?: { stan: string; at: Date };
  isAgain?: boolean;
  onSending?: () => void;
}

/** Speaks to any biller whose dialect is ISO 8583, as its spec says. */
export class Iso8583Connector implements BillerConnector {
  readonly patience: BillerConnector['patience'];
  readonly adviceLane: BillerConnector['adviceLane'];
  readonly reverse?: NonNullable<BillerConnector['reverse']>;
  readonly reversesUnknown: boolean;
  private readonly lines: BillerLines;
  private readonly products: ReadonlyMap<string | undefined, ProductForms>;
  /** References this process has asked about or reversed. Only a courtesy: a biller takes either message type. */
  private readonly askedBefore = new Set<string>();

  /** @throws SettingError when the biller's address is not in the environment. */
  constructor(
    private readonly spec: Iso8583BillerSpec,
    private readonly dialect: Iso8583Spec,
    private readonly clock: Clock,
    { tell = () => undefined, firstStan }: LineOptions = {},
  ) {
    this.patience = spec.patience;
    this.adviceLane = spec.adviceLane;
    this.reversesUnknown = spec.reversal?.afterUnknown === 'demanded';
    if (spec.reversal) this.reverse = (order, deadline) => this.undo(order, deadline);
    this.products = productFormsOf(spec, dialect);
    this.lines = new BillerLines(spec, dialect, clock, { tell, firstStan });
  }

  async inquire(question: BillerInquiry, deadline: Date): Promise<Result<Bill, Refusal>> {
    const { biller } = this.spec;
    const unavailable = (reason: unknown) =>
      fail(refusal('BILLER_UNAVAILABLE', `${biller}: ${String(reason)}`));
    const { product } = question;
    const variables = { ...this.constantsOf(product), ...variablesOfQuestion(question) };
    const heard = await this.ask({ name: 'inquiry', product, variables, deadline });
    if (heard.kind !== 'heard') return unavailable(heard.evidence['reason']);
    const { call, code } = heard;
    const meaning = meaningOf(code, call.codes);
    if (meaning === undefined) return unavailable(`answered the unlisted code ${code}`);
    if (meaning !== 'bill') return fail(refusal(meaning, `${biller} answered ${code}`));
    try {
      const contents = heard.whole();
      const doubt = doubtAbout(contents, heard.repeats);
      if (doubt !== undefined || !call.bill) return unavailable(doubt);
      return ok(billIn(this.dialect, contents, call.bill));
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return unavailable(error.message);
    }
  }

  async pay(leg: BillerLeg, deadline: Date): Promise<PaymentOutcome> {
    const heard = await this.ask({
      name: 'payment',
      product: leg.product,
      variables: this.variablesOf(leg),
      deadline,
      own: this.originalOf(leg),
      onSending: () => {
        failPoint('K4 before send', leg.reference);
        failPointAfterThisTurn('K4 sent', leg.reference);
      },
    });
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return this.believed<PaymentOutcome>(heard, (evidence) => {
      const meaning = meaningOf(heard.code, heard.call.codes);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved') return this.approvedBy(heard, evidence);
      return declinedBy(meaning, evidence);
    });
  }

  async advise(leg: BillerLeg, deadline: Date): Promise<AdviceOutcome> {
    const variables = { ...this.variablesOf(leg), ...this.originalVariables(leg) };
    const isAgain = this.wasAsked(leg.reference);
    const heard = await this.ask({ name: 'advice', product: leg.product, variables, deadline, isAgain });
    // An advice that was not sent says nothing about the payment.
    if (heard.kind !== 'heard') return { kind: 'unknown', evidence: heard.evidence };
    return this.believed<AdviceOutcome>(heard, (evidence) => {
      const meaning = meaningOf(heard.code, heard.call.codes);
      if (meaning === undefined || meaning === 'unknown') return { kind: 'unknown', evidence };
      if (meaning === 'approved') return this.approvedBy(heard, evidence);
      if (meaning === 'no such payment') return { kind: meaning, evidence };
      return declinedBy(meaning, evidence);
    });
  }

  private async undo(
    { reference, leg, billerReference }: BillerReversal,
    deadline: Date,
  ): Promise<ReversalOutcome> {
    const variables = {
      ...this.variablesOf(leg),
      ...this.originalVariables(leg),
      reversalReference: reference,
      billerReference: billerReference ?? undefined,
    };
    const isAgain = this.wasAsked(reference);
    const heard = await this.ask({ name: 'reversal', product: leg.product, variables, deadline, isAgain });
    if (heard.kind === 'not sent') return { kind: 'not sent', evidence: heard.evidence };
    if (heard.kind === 'lost') return { kind: 'unknown', evidence: heard.evidence };
    return this.believed<ReversalOutcome>(heard, (evidence) => ({
      kind: meaningOf(heard.code, heard.call.codes) ?? 'unknown',
      evidence,
    }));
  }

  /** Waits until a line is signed on. @returns whether one is, within so many milliseconds. */
  async isReady(withinMs: number): Promise<boolean> {
    return this.lines.whenReady(withinMs);
  }

  /** Signs off and closes the lines; what waits for an answer is then `unknown`. */
  async close(): Promise<void> {
    await this.lines.close();
  }

  private async ask<Name extends CallName>(asking: Asking<Name>): Promise<Heard<Name>> {
    const { name, product, variables, deadline, own, isAgain = false, onSending } = asking;
    const form = this.productNamed(product)?.forms[name];
    if (!form) return notSent(`the product ${product} has no ${name} in this biller's file`);
    const now = this.clock.now();
    const stamps = this.dialect.stamps(own?.at ?? now);
    // A payment whose number another one has now is not sent: by a second number no advice would find it.
    const stan = own?.stan ?? this.lines.nextStan();
    let message: IsoMessage;
    let repeats: Repeats;
    const all = { ...variables, stan };
    try {
      message = form.message(form.fields(all), stan, stamps, isAgain);
      repeats = form.repeats(all);
    } catch (error) {
      if (!(error instanceof UnfilledTemplate)) throw error;
      return notSent(error.message);
    }
    const answer = await this.lines.ask(message, deadline.getTime() - now.getTime(), onSending);
    if (answer.ok) return this.heardIn(form.call, answer.value.fields, repeats, stan);
    const { kind, detail } = answer.error;
    return { kind: kind === 'not sent' ? kind : 'lost', evidence: { stan, reason: detail } };
  }

  private heardIn<Name extends CallName>(
    call: CallSpec<Name>,
    fields: IsoFields,
    repeats: Repeats,
    stan: string,
  ): Heard<Name> {
    const contents: Contents = { fields, layouts: {} };
    const code = fields[this.dialect.definition.codes.field] ?? '';
    const words = call.message === undefined ? undefined : textIn(contents)(call.message);
    const evidence = { stan, code, message: maskedWords(words, WORDS_MAX) };
    let read: Contents | undefined;
    const whole = () => (read ??= opened(this.dialect, call, fields));
    return { kind: 'heard', code, contents, whole, call, repeats, evidence };
  }

  private approvedBy(
    { call, whole }: Answered<'payment'> | Answered<'advice'>,
    evidence: Evidence,
  ): Extract<PaymentOutcome, { kind: 'approved' }> {
    if (!call.approved) throw new Error('a spec without "approved" was not refused');
    return { kind: 'approved', ...approvalIn(whole(), call.approved), evidence };
  }

  /** As `believed`. Only a success has all that its layouts say; a refusal is asked for what stands in fields of their own. */
  private believed<T extends { kind: string }>(
    { whole, contents, repeats, evidence }: Answered<CallName>,
    read: (evidence: Evidence) => T,
  ): T | { kind: 'unknown'; evidence: Evidence } {
    const inFields = () => repeats.filter(({ paths }) => !paths.some((path) => path.includes('.')));
    const doubt = ({ kind }: T) =>
      kind === 'approved' || kind === 'accepted'
        ? doubtAbout(whole(), repeats)
        : doubtAbout(contents, inFields());
    return believed(evidence, doubt, read);
  }

  private productNamed(product: string): ProductForms | undefined {
    return this.products.get(this.spec.products ? product : undefined);
  }

  private constantsOf(product: string): Variables {
    return this.productNamed(product)?.constants ?? {};
  }

  private variablesOf(leg: BillerLeg): Variables {
    return { ...this.constantsOf(leg.product), ...variablesOfLeg(leg) };
  }

  private originalOf({ reference, sentAt }: BillerLeg): { stan: string; at: Date } {
    const { stanField } = this.dialect.definition;
    return { stan: stanOf(reference, this.dialect.widthOf(stanField)), at: sentAt };
  }

  /** What named the payment's message, as it was sent: nothing of it is kept, all of it follows from the leg. */
  private originalVariables(leg: BillerLeg): Variables {
    const { stan, at } = this.originalOf(leg);
    const variables: Record<string, Variables[string]> = {
      'original.type': this.spec.payment.type,
      'original.stan': stan,
    };
    for (const [number, stamp] of Object.entries(this.dialect.stamps(at)))
      variables[`original.${number}`] = stamp;
    return variables;
  }

  /** Whether this process has asked about a reference before; remembers that it has now. */
  private wasAsked(reference: string): boolean {
    if (this.askedBefore.has(reference)) return true;
    this.askedBefore.add(reference);
    const [oldest] = this.askedBefore;
    if (this.askedBefore.size > REMEMBERED_MAX && oldest !== undefined) this.askedBefore.delete(oldest);
    return false;
  }
}

function notSent(reason: string): { kind: 'not sent'; evidence: Evidence } {
  return { kind: 'not sent', evidence: { reason } };
}

/** Why an answer may be about something else: a value does not repeat what was sent. */
function doubtAbout(contents: Contents, repeats: Repeats): string | undefined {
  const at = textIn(contents);
  const strange = repeats.find(({ paths, sent }) => !paths.some((path) => at(path)?.trim() === sent));
  return strange && `${strange.paths.join(' or ')} does not repeat what was sent`;
}
