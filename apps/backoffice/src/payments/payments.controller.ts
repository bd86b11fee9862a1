import { Controller, Inject } from '@nestjs/common';
import { maySeeChannel, may, recordSecurityEvent, type Principal } from '#lib/identity';
import { isPaymentId, normalizePaymentId } from '#lib/kernel';
import { Database, fromJson } from '#lib/platform';
import { maskedNumber, tracePayment, type FindLine } from '#lib/reports';
import { findPayments, ReceiptFlow, selectPayment, statusOf, type FoundPayment } from '#lib/switching';
import type { Answer, Input } from '../http/contract';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Problem } from '../http/problem';
import { PAGE } from '../http/schemas';
import { FIND_LINE } from '../http/tokens';
import { Identity } from '../identity-tools';
import { HandOutReceipt, ReadPayment, SearchPayments } from './payments.contracts';

/** What a partner's own staff sees of a payment's way: what they gave, and what became of it. */
const PARTS_OF_PARTNERS: ReadonlySet<string> = new Set(['payment', 'offer', 'history']);

/** Payments: found by any of their names, followed from the order to the bank statement. */
@Controller()
export class PaymentsController {
  constructor(
    private readonly database: Database,
    private readonly identity: Identity,
    private readonly receipts: ReceiptFlow,
    @Inject(FIND_LINE) private readonly findLine: FindLine,
  ) {}

  @Endpoint(SearchPayments)
  async search(
    @Asked() { query }: Input<typeof SearchPayments>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof SearchPayments>> {
    const { scope } = principal;
    const found = await findPayments(this.database, {
      said: query.q,
      channelId: scope === 'house' ? undefined : scope.channelId,
      rowsMax: query.limit ?? PAGE.rows,
    });
    return { payments: found.map((payment) => ({ ...shown(payment, principal), foundBy: payment.foundBy })) };
  }

  @Endpoint(ReadPayment)
  async read(
    @Asked() { params }: Input<typeof ReadPayment>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof ReadPayment>> {
    const payment = await this.paymentFor(principal, params.paymentId);
    const { paymentId } = payment;
    const isHouse = principal.scope === 'house';
    const parts = await tracePayment(
      this.database,
      paymentId,
      this.identity.clock.now(),
      isHouse ? this.findLine : undefined,
    );
    const kept = await selectPayment(this.database, 'p.payment_id = ?', [paymentId]);
    return {
      payment: shown(payment, principal),
      parts: (parts ?? []).filter(({ name }) => isHouse || PARTS_OF_PARTNERS.has(name)),
      said: isHouse ? await this.saidOf(paymentId) : [],
      hasReceipt: (kept?.reissued ?? kept?.receipt ?? null) !== null,
    };
  }

  @Endpoint(HandOutReceipt)
  async handOut(
    @Asked() { params, body }: Input<typeof HandOutReceipt>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof HandOutReceipt>> {
    const { paymentId } = await this.paymentFor(principal, params.paymentId);
    const payment = await selectPayment(this.database, 'p.payment_id = ?', [paymentId]);
    if (!payment) throw new Problem('UNKNOWN');
    const receipt = await this.receipts.handOut(payment, { ...body, askedBy: `operator:${principal.login}` });
    if (!receipt.ok) throw new Problem('REFUSED', NO_RECEIPT);
    const { body: document, contentType, copyNo } = receipt.value;
    return {
      fileName: `${paymentId}.${body.format === 'pdf' ? 'pdf' : 'txt'}`,
      contentType,
      base64: document.toString('base64'),
      copyNo,
    };
  }

  /** @throws Problem where there is none that this principal may see; whoever asks for another partner's is noted. */
  private async paymentFor(principal: Principal, typed: string): Promise<FoundPayment> {
    const paymentId = normalizePaymentId(typed);
    const [payment] = isPaymentId(paymentId)
      ? await findPayments(this.database, { said: paymentId, rowsMax: 1 })
      : [];
    if (!payment) throw new Problem('UNKNOWN');
    if (maySeeChannel(principal, payment.channelId)) return payment;
    await recordSecurityEvent(this.database, {
      kind: 'access_refused',
      at: this.identity.clock.now(),
      login: principal.login,
      by: principal.login,
      sessionId: principal.sessionId,
      detail: { object: `payment ${paymentId}` },
    });
    throw new Problem('UNKNOWN');
  }

  private async saidOf(paymentId: string): Promise<Answer<typeof ReadPayment>['said']> {
    const rows = await this.database.rows<{ event_no: number; at: Date; event: string; evidence: unknown }>(
      'SELECT event_no, at, event, evidence FROM payment_event WHERE payment_id = ? ORDER BY event_no',
      [paymentId],
    );
    return rows.map(({ event_no, at, event, evidence }) => ({
      no: event_no,
      at,
      event,
      evidence: fromJson(evidence) as Record<string, unknown>,
    }));
  }
}

const NO_RECEIPT = {
  id: 'Pembayaran ini tidak mempunyai struk (belum lunas, atau sudah terlalu sering dicetak).',
  en: 'This payment has no receipt (not paid, or handed out too often).',
};

function shown(
  {
    paymentId,
    channelId,
    reference,
    productId,
    billerId,
    customerNumber,
    state,
    total,
    businessDate,
    createdAt,
  }: FoundPayment,
  principal: Principal,
) {
  return {
    paymentId,
    channelId,
    reference,
    productId,
    billerId,
    customerNumber: may(principal, 'payments.read_unmasked') ? customerNumber : maskedNumber(customerNumber),
    status: statusOf(state),
    state,
    total,
    businessDate,
    createdAt,
  };
}
