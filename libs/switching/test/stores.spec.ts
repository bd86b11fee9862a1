import { rupiah } from '#lib/kernel';
import { SingleWriter, type MoneyWriter } from '#lib/ledger';
import {
  type AdviceClaim,
  type ClaimedPayment,
  type InquiryStore,
  type PaymentStore,
  SqlInquiryStore,
  SqlPaymentStore,
} from '#lib/switching';
import { MemoryInquiryStore, MemoryPaymentStore, MemoryWriter } from '../../../test/memory';
import { addChannels } from '../../../test/support/channels';
import { aLedger, aMemoryLedger, type LedgerWorld } from '../../../test/support/ledger-world';
import { anOffer, openPayment } from '../../../test/support/payments';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger(['ca', 'cb']);
  await addChannels(world.store.admin, ['ca', 'cb']);
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
      await stores.inquiries.add(inquiry);
      expect(await stores.inquiries.find('cb', 'inq_1')).toBeUndefined();
      // The second time nothing of it is at hand any more.
      for (const _ of [1, 2])
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

    test('references that are asked for at one moment are told apart, by channel and letter', async () => {
      const formed = await stores.payments.findById('ca', 'T00000000001');
      const asked = ['cb Ref-1', 'ca Ref-1', 'cb Ref-1', 'ca ref-1', 'ca Ref-1', 'ca Ref-1 '];
      const found = await Promise.all(
        asked.map((name) => stores.payments.findByReference(name.slice(0, 2), name.slice(3))),
      );
      expect(found).toEqual([undefined, formed, undefined, undefined, formed, undefined]);
    });

    test('the last payment of a guarded sale is found, and how it stands', async () => {
      const sale = 'a'.repeat(64);
      expect(await stores.payments.findLastSale(sale)).toBeUndefined();
      const row = { table: 'sale_guard', values: { sale, payment_id: 'T00000000001' } };
      await stores.writer.commit({
        journal: undefined,
        claims: [],
        inserts: () => [row],
        updates: () => [],
        witness: row,
      });
      const last = { paymentId: 'T00000000001', state: 'SENT', createdAt: AT };
      expect(await stores.payments.findLastSale(sale)).toEqual(last);
    });

    test('an offer that a payment has used says so', async () => {
      const formed = await openPayment(stores.writer, { paymentId: 'T00000000002', reference: 'Ref-2' }, AT);
      await stores.inquiries.add({ ...offers, inquiryId: formed.inquiryId, channelId: 'ca' });
      // Whoever asks first may get the offer as it was made.
      await stores.inquiries.find('ca', formed.inquiryId);
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

    test('the legs that were refused are told in order, and none that never left', async () => {
      const event = (eventNo: number, said: string, from: string) => ({
        table: 'payment_event',
        values: {
          payment_id: 'T00000000001',
          event_no: eventNo,
          from_state: 'SENT',
          event: 'rerouted',
          to_state: 'SENT',
          ledger: 'none',
          evidence: JSON.stringify({ said, from }),
          at: AT,
        },
      });
      const rows = [
        event(2, 'declined', 'pln/a'),
        event(3, 'not sent', 'water/b'),
        event(4, 'declined', 'gas/c'),
      ];
      expect(await stores.payments.findRefusedLegs('T00000000001')).toEqual([]);
      const { table, values } = rows[2]!;
      await stores.writer.commit({
        journal: undefined,
        claims: [],
        inserts: () => rows,
        updates: () => [],
        witness: { table, values: { payment_id: values.payment_id, event_no: 4, at: AT } },
      });
      expect(await stores.payments.findRefusedLegs('T00000000001')).toEqual([
        { legNo: 1, routeId: 'pln/a' },
        { legNo: 3, routeId: 'gas/c' },
      ]);
      expect(await stores.payments.findRefusedLegs('T00000000002')).toEqual([]);
    });

    describe('advice', () => {
      const claim = (now: Date, more: Partial<AdviceClaim> = {}) =>
        stores.payments.claimDue({
          billerId: 'pln',
          owner: `worker ${(claims += 1)}`,
          now,
          until: later(120_000),
          rowsMax: 2,
          ...more,
        });
      const idsOf = (claimed: readonly ClaimedPayment[]) => claimed.map(({ payment }) => payment.paymentId);
      const inMs = (ms: number) => ({ adviceCount: 1, at: later(ms), heard: 'unknown' });
      let claims = 0;

      test('what is still SENT when its advice is due was left behind, until somebody asks about it', async () => {
        const leftBehind = async (since: Date, rowsMax = 9) =>
          (await stores.payments.findLeftBehind(since, rowsMax)).map(({ paymentId }) => paymentId);
        const all = ['T00000000001', 'T00000000002', 'T00000000007', 'T00000000008', 'T00000000009'];
        expect(await leftBehind(later(19_999))).toEqual([]);
        expect(await leftBehind(later(20_000))).toEqual(all);
        expect(await leftBehind(later(20_000), 2)).toEqual(all.slice(0, 2));
        const claimed = await claim(later(20_000), { rowsMax: 9, until: later(21_000) });
        expect(await leftBehind(later(20_999))).toEqual([]);
        for (const one of claimed) await stores.payments.postpone(one, inMs(999_000));
      });

      test('billers with payments to be asked about are named once each, when something is due', async () => {
        for (const [paymentId, billerId] of [
          ['T00000000011', 'water'],
          ['T00000000012', 'gas'],
          ['T00000000013', 'gas'],
        ] as const)
          await openPayment(stores.writer, { paymentId, reference: paymentId, billerId }, later(1));
        expect(await stores.payments.billersDue(later(20_000))).toEqual([]);
        expect(await stores.payments.billersDue(later(20_001))).toEqual(['gas', 'water']);
      });

      test('a claim takes one biller’s payments and leaves another’s', async () => {
        expect(idsOf(await claim(later(30_000), { billerId: 'water' }))).toEqual(['T00000000011']);
        expect(await stores.payments.billersDue(later(30_000))).toEqual(['gas']);
        expect(idsOf(await claim(later(30_000)))).toEqual([]);
      });

      test('due payments are claimed once, longest due first, and again when the lease has run out', async () => {
        const all = await claim(later(999_000), { rowsMax: 9, until: later(999_000) });
        const dueAt: Record<string, number> = {
          T00000000007: 1_003_000,
          T00000000008: 1_002_000,
          T00000000009: 1_001_000,
        };
        for (const one of all)
          await stores.payments.postpone(one, inMs(dueAt[one.payment.paymentId] ?? 9_999_000));
        const until = later(1_060_000);
        expect(idsOf(await claim(later(1_000_999), { until }))).toEqual([]);
        expect(idsOf(await claim(later(1_010_000), { until }))).toEqual(['T00000000008', 'T00000000009']);
        expect(idsOf(await claim(later(1_010_000), { until }))).toEqual(['T00000000007']);
        expect(idsOf(await claim(later(1_059_999), { until }))).toEqual([]);
        expect(idsOf(await claim(later(1_060_000), { until, rowsMax: 9 }))).toEqual([
          'T00000000007',
          'T00000000008',
          'T00000000009',
        ]);
      });

      test('of two claims at once each payment goes to one', async () => {
        const now = later(1_060_000);
        const [one, other] = await Promise.all([
          claim(now, { rowsMax: 9, until: later(1_070_000) }),
          claim(now, { rowsMax: 9, until: later(1_070_000) }),
        ]);
        expect([...idsOf(one), ...idsOf(other)].sort()).toEqual([
          'T00000000007',
          'T00000000008',
          'T00000000009',
        ]);
      });

      test('each claim has a higher number, and only the last one may put the next question off', async () => {
        const first = await claim(later(1_070_000), { rowsMax: 9, until: later(1_080_000) });
        const last = await claim(later(1_080_000), { rowsMax: 9, until: later(1_090_000) });
        expect(last.map(({ fence }) => fence)).toEqual(first.map(({ fence }) => fence + 1));
        const [late, inTime] = [first[0] as ClaimedPayment, last[0] as ClaimedPayment];
        const asClaimed = await stores.payments.findById('cb', 'T00000000007');
        expect(asClaimed?.leg).toMatchObject({ adviceCount: 1, nextAdviceAt: later(1_090_000) });
        const next = { adviceCount: 7, at: later(2_000_000), heard: 'unknown: nobody answers' };
        expect(await stores.payments.postpone(late, next)).toBe(false);
        expect(await stores.payments.findById('cb', 'T00000000007')).toEqual(asClaimed);
        expect(await stores.payments.postpone(inTime, next)).toBe(true);
        expect((await stores.payments.findById('cb', 'T00000000007'))?.leg).toMatchObject({
          adviceCount: 7,
          nextAdviceAt: later(2_000_000),
        });
      });

      test('a question is not put off once the payment has moved', async () => {
        const [claimed] = await claim(later(1_090_000), { rowsMax: 1, until: later(1_100_000) });
        const { payment, fence } = claimed as ClaimedPayment;
        const moved = { payment: { ...payment, state: 'SUSPECT' as const }, fence };
        expect(await stores.payments.postpone(moved, inMs(2_000_000))).toBe(false);
        expect(await stores.payments.postpone({ payment, fence }, inMs(2_000_000))).toBe(true);
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
