import type { Statements } from '#lib/platform';
import type { Payment } from './payment';
import { selectPayment, selectPayments } from './payment.rows';
import { PaymentStore, type AdviceClaim } from './payment.store';

/** Payments in the payment database. */
export class SqlPaymentStore extends PaymentStore {
  constructor(private readonly statements: Statements) {
    super();
  }

  override findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return selectPayment(this.statements, 'p.channel_id = ? AND p.channel_reference = ?', [
      channelId,
      reference,
    ]);
  }

  override findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return selectPayment(this.statements, 'p.channel_id = ? AND p.payment_id = ?', [channelId, paymentId]);
  }

  override findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return selectPayments(
      this.statements,
      "p.channel_id = ? AND p.state IN ('SENT', 'SUSPECT', 'UNRESOLVED') AND p.payment_id > ?",
      [channelId, afterPaymentId],
      rowsMax,
    );
  }

  override async claimDue({ owner, now, until, rowsMax }: AdviceClaim): Promise<Payment[]> {
    const candidates = await this.statements.rows<{ payment_id: string; leg_no: number }>(
      'SELECT payment_id, leg_no FROM payment_leg WHERE next_advice_at <= ? ' +
        'AND (advice_until IS NULL OR advice_until < ?) ORDER BY next_advice_at LIMIT ?',
      [now, now, rowsMax],
    );
    const claimed: Payment[] = [];
    for (const { payment_id, leg_no } of candidates) {
      const won = await this.statements.run(
        'UPDATE payment_leg SET advice_owner = ?, advice_until = ? WHERE payment_id = ? AND leg_no = ? ' +
          'AND next_advice_at <= ? AND (advice_until IS NULL OR advice_until < ?)',
        [owner, until, payment_id, leg_no, now, now],
      );
      const payment = won === 1 && (await selectPayment(this.statements, 'p.payment_id = ?', [payment_id]));
      if (payment) claimed.push(payment);
    }
    return claimed;
  }

  override async postpone(payment: Payment, owner: string, adviceCount: number, next: Date): Promise<void> {
    await this.statements.run(
      'UPDATE payment_leg SET advice_count = ?, next_advice_at = ?, advice_owner = NULL, advice_until = NULL ' +
        'WHERE payment_id = ? AND leg_no = ? AND state = ? AND advice_owner = ?',
      [adviceCount, next, payment.paymentId, payment.leg.legNo, payment.state, owner],
    );
  }
}
