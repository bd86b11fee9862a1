import { businessDateOf, JAKARTA_MIDNIGHT, PaymentIds, rupiah, ZERO } from '#lib/kernel';
import {
  accountsOfBiller,
  accountsOfChannel,
  captureJournal,
  holdJournal,
  OWN_ACCOUNTS,
  reversalJournal,
  SingleWriter,
  topUpDeposit,
  unitOfJournal,
  voidJournal,
  type CommitResult,
} from '#lib/ledger';
import { moneyOf, openingRows, type Payment } from '#lib/switching';
import type { TestDatabase } from './database';

/** A sale as a test states it; local time of Jakarta, whole rupiah. */
export interface Sale {
  at: string;
  channel?: string;
  biller?: string;
  product?: string;
  customer?: string;
  amount: bigint;
  /** Admin fee 2,500: 500 to the biller, 800 to the channel at once, 1,200 to us. */
  end: 'PAID' | 'DECLINED' | 'SUSPECT';
}

/** Channels that sell, each with Rp 10,000,000 on its deposit. */
export interface Shop {
  sell(sale: Sale): Promise<Payment>;
  reverse(payment: Payment, businessDate: string): Promise<void>;
  close(): Promise<void>;
}

const FEE = { adminFee: rupiah(2_500n), billerFee: rupiah(500n), commission: rupiah(800n) };
const OPENING = new Date('2026-07-01T02:00:00Z');

/** Opens the deposits of some channels; what is sold then is booked as the switch books it. */
export async function aShop(store: TestDatabase, channels: readonly string[]): Promise<Shop> {
  const writer = new SingleWriter(store.database);
  const ids = new PaymentIds('T', 1, Buffer.from('sales'));
  const accounts = [
    ...OWN_ACCOUNTS,
    ...['pln', 'tirta'].flatMap(accountsOfBiller),
    ...channels.flatMap(accountsOfChannel),
  ];
  await store.admin.run('INSERT IGNORE INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, OPENING]),
  ]);
  for (const channelId of channels) {
    await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [channelId]);
    await expectCommitted(
      topUpDeposit(writer, {
        topUpId: `opening:${channelId}`,
        channelId,
        amount: rupiah(10_000_000n),
        businessDate: '2026-07-01',
        at: OPENING,
      }),
    );
  }
  let count = 0;
  return {
    close: () => writer.close(),
    async sell(sale) {
      const at = new Date(`${sale.at.replace(' ', 'T')}+07:00`);
      const payment = paymentOf(sale, ids.draw(at), `ref-${(count += 1)}`, at);
      const money = moneyOf(payment);
      await expectCommitted(
        writer.commit({
          ...unitOfJournal(holdJournal(money, at)),
          inserts: openingRows(payment, null),
        }),
      );
      if (sale.end === 'PAID') await expectCommitted(writer.commit(unitOfJournal(captureJournal(money, at))));
      if (sale.end === 'DECLINED')
        await expectCommitted(writer.commit(unitOfJournal(voidJournal(money, at))));
      await store.admin.run('UPDATE payment SET state = ? WHERE payment_id = ?', [
        sale.end,
        payment.paymentId,
      ]);
      await store.admin.run('UPDATE payment_leg SET state = ? WHERE payment_id = ?', [
        sale.end,
        payment.paymentId,
      ]);
      return payment;
    },
    async reverse(payment, businessDate) {
      const at = new Date(`${businessDate}T05:00:00Z`);
      await expectCommitted(
        writer.commit(unitOfJournal(reversalJournal(moneyOf(payment), businessDate, at))),
      );
      await store.admin.run("UPDATE payment SET state = 'REVERSED' WHERE payment_id = ?", [
        payment.paymentId,
      ]);
    },
  };
}

async function expectCommitted(commit: Promise<CommitResult>): Promise<void> {
  const result = await commit;
  if (result.kind !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
}

function paymentOf(sale: Sale, paymentId: string, reference: string, at: Date): Payment {
  const amount = rupiah(sale.amount);
  const charge = rupiah(sale.amount + FEE.adminFee - FEE.commission);
  const billerId = sale.biller ?? 'pln';
  return {
    paymentId,
    channelId: sale.channel ?? 'bank-nusa',
    channelReference: reference,
    contentHash: Buffer.alloc(32, paymentId),
    inquiryId: `inq_${paymentId.toLowerCase()}`,
    productId: sale.product ?? 'pln-postpaid',
    billerId,
    customerNumber: sale.customer ?? '531100012345',
    state: 'SENT',
    code: 'IN_PROGRESS',
    offer: {
      customerName: 'SITI RAHMA',
      lines: [{ period: '202607', amount, penalty: ZERO, details: {} }],
      remaining: 0,
      amount,
      total: rupiah(sale.amount + FEE.adminFee),
      ...FEE,
      charge,
      details: {},
      echo: {},
    },
    receipt: null,
    billerReference: null,
    reissued: null,
    balanceAfter: null,
    businessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
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
      sourceBusinessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
      drawsFloat: false,
      sentAt: at,
      adviceCount: 2,
      nextAdviceAt: null,
      echo: null,
    },
  };
}
