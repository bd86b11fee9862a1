import { z } from 'zod';
import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type { Database, Logger } from '#lib/platform';
import type { Billers } from '#lib/switching';
import { issueSerials } from './issuing';
import { StampOrders, type StoredOrder } from './orders';

/** A channel's wish to put a serial that it bought on a document. */
export interface StampRequest {
  channelId: string;
  serial: string;
  /** The channel's word for the document; the same again has the same answer. */
  reference: string;
  /** SHA-256 of the document, hex in lower case. */
  documentHash: string;
  answerWithinMs: number;
}

/** How an order to stamp stands, and whether it was there before. */
export interface StampAnswer {
  order: StoredOrder;
  isRepeat: boolean;
}

/** When orders to stamp are asked about: config/limits.yaml, `stamps`. */
export const StampLimits = z.strictObject({
  /** Waits after each question that brought no end; the last one repeats. */
  scheduleSeconds: z.array(z.int().positive()).min(1),
  pollMs: z.int().positive(),
  atOnceMax: z.int().positive(),
});
export type StampLimits = z.infer<typeof StampLimits>;

/** Puts serials on documents, each once, whatever happens on the way. */
export class StampFlow {
  private readonly orders: StampOrders;

  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly billers: Billers,
    private readonly limits: StampLimits,
    private readonly logger: Logger,
  ) {
    this.orders = new StampOrders(database);
  }

  /** Stamps one document: the order becomes durable, then the biller is asked, then its answer becomes durable. */
  async stamp(request: StampRequest): Promise<Result<StampAnswer, Refusal>> {
    const { channelId, serial, reference } = request;
    const now = this.clock.now();

    const known = await this.orders.find(channelId, reference);
    if (known) return answerTo(known, request);

    const billerId = await this.billerOf(channelId, serial, now);
    const connector = billerId === undefined ? undefined : this.billers.connector(billerId);
    if (billerId === undefined || !connector?.stamp)
      return fail(refusal('PAYMENT_UNKNOWN', 'no such serial of this channel that can be stamped', 'serial'));

    const deadline = new Date(now.getTime() + Math.min(connector.patience.paymentMs, request.answerWithinMs));
    const askAgainAt = new Date(deadline.getTime() + this.waitMs(1));
    const formed = await this.orders.form({ ...request, billerId }, now, askAgainAt);
    if (formed === 'serial used')
      return fail(refusal('SERIAL_USED', `${serial} has another order`, 'serial'));
    if (formed === 'reference taken') {
      const first = await this.orders.find(channelId, reference);
      return first ? answerTo(first, request) : fail(refusal('NOT_NOW', 'the order was being formed'));
    }
    return ok({ order: await this.ask(formed, deadline), isRepeat: false });
  }

  /** Asks again about orders whose end is not known, by the same words. @returns how many were due. */
  async askDue(): Promise<number> {
    const due = await this.orders.findDue(this.clock.now(), this.limits.atOnceMax);
    await Promise.all(due.map((order) => this.askAgain(order)));
    return due.length;
  }

  /** Makes serials of what was bought since. @returns how many purchases were looked at. */
  issueDue(): Promise<number> {
    return issueSerials(this.database, this.clock.now());
  }

  private async billerOf(channelId: string, serial: string, now: Date): Promise<string | undefined> {
    const known = await this.orders.billerOfSerial(channelId, serial);
    if (known !== undefined) return known;
    await issueSerials(this.database, now, channelId);
    return this.orders.billerOfSerial(channelId, serial);
  }

  private async askAgain(order: StoredOrder): Promise<void> {
    const now = this.clock.now();
    try {
      const { patience } = this.billers.connector(order.billerId);
      const deadline = new Date(now.getTime() + patience.paymentMs);
      const next = new Date(deadline.getTime() + this.waitMs(order.tries + 1));
      if (await this.orders.claim(order, next))
        await this.ask({ ...order, tries: order.tries + 1, nextTryAt: next }, deadline);
    } catch (error) {
      this.logger.error(
        { orderNumber: order.orderNumber, err: error },
        'an order to stamp is asked again later',
      );
    }
  }

  private waitMs(tries: number): number {
    const { scheduleSeconds } = this.limits;
    return (scheduleSeconds[Math.min(tries, scheduleSeconds.length) - 1] ?? 0) * 1_000;
  }

  /** The same order is safe to send again: the biller stamps once for it. Never throws once the order is formed. */
  private async ask(order: StoredOrder, deadline: Date): Promise<StoredOrder> {
    const { serial, orderNumber, documentHash, billerId } = order;
    try {
      const connector = this.billers.connector(billerId);
      if (!connector.stamp) return order;
      const said = await connector.stamp({ serial, reference: orderNumber, documentHash }, deadline);
      const now = this.clock.now();
      this.logger.info({ orderNumber, said: said.kind, evidence: said.evidence }, 'asked to stamp');
      switch (said.kind) {
        case 'stamped':
          return await this.orders.end(
            order,
            { state: 'STAMPED', stampedAt: said.stampedAt },
            said.evidence,
            now,
          );
        case 'refused':
          return await this.orders.end(order, { state: 'REFUSED' }, said.evidence, now);
        case 'unknown':
          return await this.orders.heard(
            order,
            said.evidence,
            new Date(now.getTime() + this.waitMs(order.tries)),
          );
      }
    } catch (error) {
      this.logger.error(
        { orderNumber, err: error },
        'how a stamping ended is not durable; it is asked again',
      );
      return order;
    }
  }
}

/** The same reference has the same answer; with other content it is refused. */
function answerTo(known: StoredOrder, request: StampRequest): Result<StampAnswer, Refusal> {
  return known.serial === request.serial && known.documentHash === request.documentHash
    ? ok({ order: known, isRepeat: true })
    : fail(refusal('REFERENCE_REUSED', 'the reference is that of another order to stamp', 'reference'));
}
