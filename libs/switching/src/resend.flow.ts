import type { Catalog } from '#lib/catalog';
import { fail, ok, resendReferenceOf, type Clock, type Result } from '#lib/kernel';
import type { MoneyWriter } from '#lib/ledger';
import { failPoint, type Logger, type Statements } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import { believe } from './believe';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  Billers,
  Evidence,
  SourceCalendar,
} from './biller.contract';
import { brokenCall, eventOf, inShort } from './outcomes';
import { legOf, toldNumbersOf, type Payment } from './payment';
import { detailOf } from './payment.evidence';
import { logMove, moveLogger } from './payment.log';
import { selectPayment } from './payment.rows';
import { unitOfNextLeg } from './payment.writes';
import type { Payments } from './payments';
import { billHeldBy, objectionToResend, sentUpdate, type Resends, type WaitingResend } from './resend.orders';
import { waitMsAfter, type ReversalLimits } from './reversal.limits';
import { isSameOffer, questionForSameBill } from './routing/same-offer';

/** After a try, somebody else may look at it no sooner than this after its deadlines. */
const AFTER_DEADLINE_MS = 5_000;

/** What keeps an order from being sent. */
type Hindrance =
  /** For good: people decide anew. */
  | { kind: 'refused'; why: string }
  /** For now: it is looked at again. */
  | { kind: 'not now'; why: string };

/** What a further leg rests on. */
interface Grounds {
  /** How the biller has said that it does not have the leg before. */
  denial: AdviceOutcome;
  /** What it wants to see again, as it has said with the bill just now. */
  echo: Bill['echo'];
}

/** What the flow is wired with. */
export interface ResendTools {
  clock: Clock;
  statements: Statements;
  writer: MoneyWriter;
  payments: Payments;
  resends: Resends;
  billers: Billers;
  catalog: Catalog;
  businessDateOfSource: SourceCalendar;
  limits: ReversalLimits;
  advice: AdviceLimits;
  logger: Logger;
  /** Why the order no longer stands, as those who gave it see it; undefined where it does. */
  objectionOf: (order: WaitingResend) => Promise<string | undefined>;
}

/**
 * Sends paid payments once more that their billers do not have. The biller is asked first: it must say that it does not
 * have the leg before, and that the bill is open as it was. Then one commit ends that leg and forms the next one, and only
 * after it anything is sent. What becomes of it is told as of any leg: an answer that is lost is asked for by advice.
 */
export class ResendFlow {
  private readonly moves: Logger;

  constructor(private readonly tools: ResendTools) {
    this.moves = moveLogger(tools.logger);
  }

  /** Looks at every order that is due, a bounded number at once. @returns how many were looked at. */
  async sendDue(): Promise<number> {
    const { resends, clock, limits, logger } = this.tools;
    const due = await resends.findDue(clock.now(), limits.atOnceMax);
    await Promise.all(
      due.map((order) =>
        this.deliver(order).catch((error: unknown) =>
          logger.error(
            { paymentId: order.paymentId, err: error },
            'a payment could not be sent again; it is tried when its claim runs out',
          ),
        ),
      ),
    );
    return due.length;
  }

  private async deliver(waiting: WaitingResend): Promise<void> {
    const { resends, statements, billers, clock } = this.tools;
    const payment = await selectPayment(statements, 'p.payment_id = ?', [waiting.paymentId]);
    if (!payment) throw new Error(`the payment ${waiting.paymentId} of an order to send it again is gone`);
    const connector = billers.connector(payment.billerId);
    const { adviceMs, inquiryMs, paymentMs } = connector.patience;
    const until = new Date(clock.now().getTime() + adviceMs + inquiryMs + paymentMs + AFTER_DEADLINE_MS);
    const order = await resends.claim(waiting, until);
    if (!order) return;
    failPoint('K13 resend claimed', payment.paymentId);

    const grounds = await this.groundsFor(order, payment, connector);
    if (!grounds.ok) return this.wait(order, grounds.error);

    // Fixed before the intent is: a process that stands still after the commit sends nothing when it wakes.
    const deadline = new Date(clock.now().getTime() + connector.patience.paymentMs);
    const formed = await this.form(order, payment, grounds.value, deadline);
    if (formed) await this.send(formed, connector, deadline);
  }

  /** What the further leg rests on, or what keeps it from being sent. */
  private async groundsFor(
    order: WaitingResend,
    payment: Payment,
    connector: BillerConnector,
  ): Promise<Result<Grounds, Hindrance>> {
    const here = await this.hindranceHere(order);
    if (here) return fail(here);
    const denial = await this.denialOfLeg(payment, connector);
    if (!denial.ok) return denial;
    const bill = await this.openBill(payment, connector);
    if (!bill.ok)
      return fail({ ...bill.error, why: `${bill.error.why}; of the leg: ${inShort(denial.value)}` });
    // The biller was asked for seconds: whoever opened the break again meanwhile is heard.
    const meanwhile = await this.hindranceHere(order);
    return meanwhile ? fail(meanwhile) : ok({ denial: denial.value, echo: bill.value.echo });
  }

  /** What our own books say against it. */
  private async hindranceHere(order: WaitingResend): Promise<Hindrance | undefined> {
    const { statements, catalog, payments, objectionOf } = this.tools;
    const objection = await objectionToResend(statements, catalog, order, (product) =>
      payments.requiredReceiptFields(product),
    );
    const why = objection?.kind ?? (await objectionOf(order));
    return why === undefined ? undefined : { kind: 'refused', why };
  }

  /** The biller must say itself that it does not have the leg: its file alone may be wrong. */
  private async denialOfLeg(
    payment: Payment,
    connector: BillerConnector,
  ): Promise<Result<AdviceOutcome, Hindrance>> {
    const { billerId, leg } = payment;
    const deadline = new Date(this.tools.clock.now().getTime() + connector.patience.adviceMs);
    const said = await connector.advise(legOf(payment), deadline).catch(brokenCall);
    switch (said.kind) {
      case 'approved':
        await this.tools.payments.keepEvidence(payment, said, this.tools.clock.now());
        return fail({ kind: 'refused', why: `${billerId} says that it has ${leg.reference}` });
      case 'unknown': {
        const why = `${billerId} does not say whether it has ${leg.reference}: ${inShort(said)}`;
        return fail({ kind: 'not now', why });
      }
      case 'declined':
      case 'no such payment':
        return ok(said);
    }
  }

  /** The bill as the biller has it now: still open, and the one that was paid. */
  private async openBill(payment: Payment, connector: BillerConnector): Promise<Result<Bill, Hindrance>> {
    const { offer, leg, billerId } = payment;
    const deadline = new Date(this.tools.clock.now().getTime() + connector.patience.inquiryMs);
    const question = questionForSameBill(payment, leg.billerProduct, leg.reference);
    const bill = await connector.inquire(question, deadline);
    if (bill.ok)
      return isSameOffer(offer, bill.value)
        ? bill
        : fail({ kind: 'refused', why: `the bill at ${billerId} is not the one that was paid` });
    const { code } = bill.error;
    return BILL_MAY_STILL_BE_OPEN.has(code)
      ? fail({ kind: 'not now', why: `${billerId} could not be asked for the bill: ${code}` })
      : fail({ kind: 'refused', why: `${billerId} says of the bill: ${code}` });
  }

  private async wait(order: WaitingResend, { kind, why }: Hindrance): Promise<void> {
    const { resends, clock, limits, logger } = this.tools;
    const { paymentId, resendId, tries, orderedAt } = order;
    const now = clock.now();
    const isExhausted = now.getTime() - orderedAt.getTime() > limits.exhaustedAfterHours * 3_600_000;
    if (kind === 'refused' || isExhausted) await resends.refuse(order, now, why);
    else await resends.postpone(order, new Date(now.getTime() + waitMsAfter(limits, tries)), why);
    logger.warn({ paymentId, resendId, tries, why }, `a payment is not sent again: ${kind}`);
  }

  /** One commit: the end of the leg before, the intent of the next one, the order done. */
  private async form(
    order: WaitingResend,
    payment: Payment,
    { denial, echo }: Grounds,
    deadline: Date,
  ): Promise<Payment | undefined> {
    const { clock, writer, catalog, businessDateOfSource, advice, logger } = this.tools;
    const now = clock.now();
    const askAt = deadline.getTime() + advice.afterDeadlineMs;
    const bill = billHeldBy(payment, catalog.product(payment.productId));
    const next: Payment = {
      ...payment,
      state: 'RESENT',
      lastEventNo: payment.lastEventNo + 1,
      leg: {
        ...payment.leg,
        legNo: payment.leg.legNo + 1,
        reference: resendReferenceOf(payment.paymentId),
        billerReference: null,
        told: toldNumbersOf(payment),
        sourceBusinessDate: businessDateOfSource(payment.leg.source, now),
        sentAt: now,
        adviceCount: 0,
        nextAdviceAt: new Date(askAt),
        echo,
      },
    };
    const { resendId } = order;
    const evidence = {
      order: resendId,
      insteadOf: payment.leg.reference,
      advice: denial.kind,
      ...named('advice', detailOf(denial)),
    };
    const result = await writer.commit(
      unitOfNextLeg(payment, next, {
        event: 'sent again',
        evidence,
        decision: null,
        now,
        where: { refunded: 0, ...(bill === null ? {} : { bill_in_payment: bill }) },
        alongside: [sentUpdate(order, now)],
      }),
    );
    failPoint('K13 resend formed', payment.paymentId);
    if (result.kind === 'committed') {
      logMove(this.moves, next, 'sent again');
      return next;
    }
    logger.warn({ paymentId: payment.paymentId, resendId, result }, 'a payment was not sent again');
    return undefined;
  }

  private async send(payment: Payment, connector: BillerConnector, deadline: Date): Promise<void> {
    const { clock, payments, catalog } = this.tools;
    const leg = legOf(payment);
    const heard = await connector.pay(leg, deadline).catch(brokenCall);
    failPoint('K13 resend answered', payment.paymentId);
    const said = believe(heard, {
      amount: leg.amount,
      requiredReceiptFields: payments.requiredReceiptFields(catalog.product(payment.productId)),
    });
    await payments.record(payment, eventOf(said.kind), said, clock.now());
    failPoint('K13 resend recorded', payment.paymentId);
  }
}

/** Refusals that say nothing of the bill. */
const BILL_MAY_STILL_BE_OPEN: ReadonlySet<string> = new Set([
  'BILLER_UNAVAILABLE',
  'NOT_NOW',
  'IN_PROGRESS',
  'RATE_LIMITED',
]);

/** What was said, under names of its own beside what else an event tells. */
function named(what: string, said: Evidence): Evidence {
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [`${what}.${name}`, value]));
}
