import { rupiah } from '#lib/kernel';
import { SingleWriter, type MoneyWriter } from '#lib/ledger';
import {
  type InquiryStore,
  type Payment,
  type PaymentStore,
  SqlInquiryStore,
  SqlPaymentStore,
} from '#lib/switching';
import { MemoryInquiryStore, MemoryPaymentStore, MemoryWriter } from '../../../test/memory';
import { aLedger, aMemoryLedger, type LedgerWorld } from '../../../test/support/ledger-world';
import { anOffer, openPayment } from '../../../test/support/payments';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger(['ca', 'cb']);
});
afterAll(() => world.store.drop());

interface Stores {
  writer: MoneyWriter;
  payments: PaymentStore;
  inquiries: InquiryStore;
}

async function onADatabase(): Promise<Stores> {
  await world.reset();
  const { database } = world.store;
  return {
    writer: new SingleWriter(database),
    payments: new SqlPaymentStore(database),
    inquiries: new SqlInquiryStore(database),
  };
}

async function inMemory(): Promise<Stores> {
  const ledger = aMemoryLedger(['ca', 'cb']);
  await ledger.reset();
  const { tables } = ledger;
  return {
    writer: new MemoryWriter(tables),
    payments: new MemoryPaymentStore(tables),
    inquiries: new MemoryInquiryStore(tables),
  };
}

const AT = new Date('2026-07-14T05:00:00.123Z');
const later = (ms: number) => new Date(AT.getTime() + ms);

/** What payments and offers may be relied on to be, wherever they are kept. */
describe.each([['on a database', onADatabase] as const, ['in memory', inMemory] as const])(
  '%s',
  (__, open) => {
    let stores: Stores;
    const offers = anOffer('inq');
    beforeAll(async () => {
      stores = await open();
    });

    test('an offer is read back as it was kept, by its own channel only', async () => {
      const inquiry = { ...offers, inquiryId: 'inq_1', channelId: 'ca' };
      await stores.inquiries.add(inquiry, AT);
      expect(await stores.inquiries.find('ca', 'inq_1')).toEqual({ inquiry, usedBy: null });
      expect(await stores.inquiries.find('cb', 'inq_1')).toBeUndefined();
      expect(await stores.inquiries.find('ca', 'inq_2')).toBeUndefined();
    });

    test('a formed payment is found by its reference, to the letter, and by its id', async () => {
      const formed = await openPayment(stores.writer, { paymentId: 'T00000000001', reference: 'Ref-1' }, AT);
      expect(await stores.payments.findByReference('ca', 'Ref-1')).toEqual(formed);
      expect(await stores.payments.findById('ca', 'T00000000001')).toEqual(formed);
      for (const reference of ['ref-1', 'Ref-1 ', 'Ref-2'])
        expect(await stores.payments.findByReference('ca', reference)).toBeUndefined();
      expect(await stores.payments.findByReference('cb', 'Ref-1')).toBeUndefined();
      expect(await stores.payments.findById('cb', 'T00000000001')).toBeUndefined();
      expect(await stores.inquiries.find('ca', formed.inquiryId)).toBeUndefined();
    });

    test('an offer that a payment has used says so', async () => {
      const formed = await openPayment(stores.writer, { paymentId: 'T00000000002', reference: 'Ref-2' }, AT);
      await stores.inquiries.add({ ...offers, inquiryId: formed.inquiryId, channelId: 'ca' }, AT);
      expect(await stores.inquiries.find('ca', formed.inquiryId)).toMatchObject({ usedBy: 'T00000000002' });
    });

    test('open payments come in order of their ids, page by page', async () => {
      for (const paymentId of ['T00000000009', 'T00000000008', 'T00000000007'])
        await openPayment(stores.writer, { paymentId, reference: paymentId, channelId: 'cb' }, AT);
      const ids = async (after: string) =>
        (await stores.payments.findOpen('cb', after, 2)).map(({ paymentId }) => paymentId);
      expect(await ids('')).toEqual(['T00000000007', 'T00000000008']);
      expect(await ids('T00000000008')).toEqual(['T00000000009']);
    });

    test('due payments are claimed once, longest due first, and again when the lease has run out', async () => {
      const due = async (owner: string, now: Date) =>
        (await stores.payments.claimDue({ owner, now, until: later(60_000), rowsMax: 2 })).map(
          ({ paymentId }) => paymentId,
        );
      const move = async (paymentId: string, at: Date) => {
        const payment = await stores.payments.findById('cb', paymentId);
        await stores.payments.claimDue({ owner: 'me', now: later(20_000), until: later(20_000), rowsMax: 9 });
        if (payment) await stores.payments.postpone(payment, 'me', 1, at);
      };
      await move('T00000000007', later(23_000));
      await move('T00000000008', later(22_000));
      await move('T00000000009', later(21_000));
      for (const paymentId of ['T00000000001', 'T00000000002']) {
        const payment = (await stores.payments.findById('ca', paymentId)) as Payment;
        await stores.payments.claimDue({ owner: 'me', now: later(20_001), until: later(20_001), rowsMax: 9 });
        await stores.payments.postpone(payment, 'me', 1, later(999_000));
      }
      expect(await due('one', later(20_999))).toEqual([]);
      expect(await due('one', later(30_000))).toEqual(['T00000000009', 'T00000000008']);
      expect(await due('two', later(30_000))).toEqual(['T00000000007']);
      expect(await due('two', later(60_000))).toEqual([]);
      expect(await due('two', later(60_001))).toEqual(['T00000000009', 'T00000000008']);
    });

    test('only the one who claimed a payment may put its next question off', async () => {
      const payment = (await stores.payments.findById('cb', 'T00000000007')) as Payment;
      await stores.payments.postpone(payment, 'somebody else', 7, later(500_000));
      expect((await stores.payments.findById('cb', 'T00000000007'))?.leg.adviceCount).toBe(1);
      await stores.payments.postpone(payment, 'two', 2, later(500_000));
      expect((await stores.payments.findById('cb', 'T00000000007'))?.leg).toMatchObject({
        adviceCount: 2,
        nextAdviceAt: later(500_000),
      });
    });

    test('amounts, dates and texts come back whole', async () => {
      const formed = await stores.payments.findById('ca', 'T00000000001');
      expect(formed).toMatchObject({
        balanceAfter: rupiah(990n),
        businessDate: '2026-07-14',
        createdAt: AT,
        customerNumber: '531100001111',
        offer: { customerName: 'SITI RAHMA', amount: 9n, echo: { ref: 'ß"\\' } },
      });
    });
  },
);
