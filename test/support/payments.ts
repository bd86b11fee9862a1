import { rupiah, ZERO } from '#lib/kernel';
import { holdJournal, type MoneyWriter } from '#lib/ledger';
import { openingRows, moneyOf, type Payment, type StoredInquiry } from '#lib/switching';

/** An offer of Rp 10: a bill of Rp 9 and a fee of Rp 1. */
export function anOffer(reference: string): Omit<StoredInquiry, 'inquiryId' | 'channelId'> {
  return {
    reference,
    productId: 'pln-postpaid',
    customerNumber: '531100001111',
    offer: {
      customerName: 'SITI RAHMA',
      lines: [{ period: '202607', amount: rupiah(9n), penalty: ZERO, details: { dueDate: '20' } }],
      remaining: 0,
      amount: rupiah(9n),
      adminFee: rupiah(1n),
      total: rupiah(10n),
      billerFee: ZERO,
      commission: ZERO,
      charge: rupiah(10n),
      details: {},
      echo: { ref: 'ß"\\' },
    },
    askedAt: new Date('2026-07-14T05:00:00Z'),
    billHolder: null,
    route: null,
    validUntil: new Date('2026-07-14T05:15:00.001Z'),
  };
}

/** Forms a payment of that offer, 20 seconds before its first advice. */
export async function openPayment(
  writer: MoneyWriter,
  {
    paymentId,
    reference,
    channelId = 'ca',
    billerId = 'pln',
  }: {
    paymentId: string;
    reference: string;
    channelId?: string;
    billerId?: string;
  },
  at: Date,
): Promise<Payment> {
  const { offer, productId, customerNumber } = anOffer(reference);
  const payment: Payment = {
    paymentId,
    channelId,
    channelReference: reference,
    contentHash: Buffer.alloc(32, paymentId),
    inquiryId: `inq_${paymentId.toLowerCase()}`,
    productId,
    billerId,
    customerNumber,
    state: 'SENT',
    code: 'IN_PROGRESS',
    offer,
    receipt: null,
    billerReference: null,
    reissued: null,
    balanceAfter: null,
    businessDate: '2026-07-14',
    lastEventNo: 1,
    isReversalOrdered: false,
    refunded: ZERO,
    createdAt: at,
    leg: {
      legNo: 1,
      routeId: `${billerId}/POSTPAID`,
      reference: paymentId,
      billerReference: null,
      told: null,
      billerProduct: 'POSTPAID',
      source: 'LPB01',
      sourceBusinessDate: '2026-07-14',
      drawsFloat: false,
      sentAt: at,
      adviceCount: 0,
      nextAdviceAt: new Date(at.getTime() + 20_000),
      echo: null,
    },
  };
  const result = await writer.commit({
    journal: holdJournal(moneyOf(payment), at),
    claims: [{ key: 'PRIMARY', value: paymentId }],
    inserts: openingRows(payment, null),
    updates: () => [],
    witness: { table: 'payment', values: { payment_id: paymentId } },
  });
  if (result.kind !== 'committed' || !result.deposit) throw new Error(`not formed: ${result.kind}`);
  return { ...payment, balanceAfter: rupiah(result.deposit.posted - result.deposit.held) };
}
