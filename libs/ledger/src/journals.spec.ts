import fc from 'fast-check';
import { rupiah } from '#lib/kernel';
import { contentHash, type JournalDraft } from './journal-draft';
import {
  adjustmentJournal,
  captureJournal,
  holdJournal,
  refundJournal,
  reversalJournal as reversalOn,
  topUpJournal,
  voidJournal,
  type PaymentMoney,
} from './journals';

const AT = new Date('2026-07-14T05:00:00Z');
const NEXT_DAY = '2026-07-15';
const reversalJournal = (money: PaymentMoney, at: Date) => reversalOn(money, NEXT_DAY, at);

/** Any payment whose fee shares fit its admin fee, with commission immediate or settled later. */
const aPayment = fc
  .record({
    amount: fc.bigInt({ min: 1n, max: 10_000_000_000n }),
    billerFee: fc.bigInt({ min: 0n, max: 5_000n }),
    ownFee: fc.bigInt({ min: 0n, max: 5_000n }),
    commission: fc.bigInt({ min: 0n, max: 5_000n }),
    isImmediate: fc.boolean(),
    drawsFloat: fc.boolean(),
  })
  .map(({ amount, billerFee, ownFee, commission, isImmediate, drawsFloat }): PaymentMoney => {
    const adminFee = billerFee + ownFee + commission;
    return {
      paymentId: 'T0TBR00615QG',
      channelId: 'ca',
      billerId: 'pln',
      reference: 'R-1',
      businessDate: '2026-07-14',
      amount: rupiah(amount),
      adminFee: rupiah(adminFee),
      billerFee: rupiah(billerFee),
      commission: rupiah(commission),
      charge: rupiah(amount + adminFee - (isImmediate ? commission : 0n)),
      drawsFloat,
    };
  });

function balances(...journals: JournalDraft[]): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { postings } of journals)
    for (const { accountId, amount } of postings) totals[accountId] = (totals[accountId] ?? 0n) + amount;
  return totals;
}

test('whatever happens to a payment, debits equal credits', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      for (const make of [holdJournal, captureJournal, voidJournal, reversalJournal]) {
        const { postings } = make(money, AT);
        expect(postings.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
      }
    }),
  );
});

test('hold and void leave every account as it was', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      const totals = balances(holdJournal(money, AT), voidJournal(money, AT));
      expect(Object.values(totals).every((total) => total === 0n)).toBe(true);
    }),
  );
});

test('hold and capture: nothing stays held, the biller gets bill and share, the channel keeps its commission', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      const totals = balances(holdJournal(money, AT), captureJournal(money, AT));
      const isImmediate = money.charge !== money.amount + money.adminFee || money.commission === 0n;
      expect(totals['channel:ca:held']).toBe(0n);
      expect(totals['channel:ca:deposit']).toBe(money.charge);
      const [fromFloat, owed] = money.drawsFloat ? [money.amount, 0n] : [0n, money.amount];
      expect(totals['biller:pln:float'] ?? 0n).toBe(-fromFloat);
      expect(totals['biller:pln:clearing'] ?? 0n).toBe(-(owed + money.billerFee));
      expect(totals['own:fee-income'] ?? 0n).toBe(-(money.adminFee - money.billerFee - money.commission));
      expect(totals['channel:ca:commission'] ?? 0n).toBe(isImmediate ? 0n : -money.commission);
    }),
  );
});

test('hold, capture and reversal leave every account as it was', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      const totals = balances(holdJournal(money, AT), captureJournal(money, AT), reversalJournal(money, AT));
      expect(Object.values(totals).every((total) => total === 0n)).toBe(true);
    }),
  );
});

test('what a journal says of the deposit is what its postings do', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      for (const make of [holdJournal, captureJournal, voidJournal, reversalJournal]) {
        const draft = make(money, AT);
        const totals = balances(draft);
        const [deposit, held] = [totals['channel:ca:deposit'] ?? 0n, totals['channel:ca:held'] ?? 0n];
        expect(draft.heldChange).toBe(-held);
        expect(draft.postedChange).toBe(-(deposit + held));
      }
    }),
  );
});

test('a changed amount, account or date changes the hash', () => {
  const draft = topUpJournal({
    topUpId: 'T1',
    channelId: 'ca',
    amount: rupiah(1_000n),
    businessDate: '2026-07-14',
    at: AT,
  });
  const hash = contentHash(draft).toString('hex');
  const [first, second] = draft.postings as [JournalDraft['postings'][0], JournalDraft['postings'][0]];
  const changed: JournalDraft[] = [
    { ...draft, businessDate: '2026-07-15' },
    { ...draft, channelId: 'cb' },
    { ...draft, postings: [{ ...first, amount: rupiah(999n) }, second] },
    { ...draft, postings: [{ ...first, accountId: 'own:fee-income' }, second] },
    { ...draft, postings: [second, first] },
  ];
  for (const other of changed) expect(contentHash(other).toString('hex')).not.toBe(hash);
});

test('a reversal stands on the day it happens, not on that of the payment', () => {
  fc.assert(
    fc.property(aPayment, (money) => {
      expect(reversalJournal(money, AT).businessDate).toBe(NEXT_DAY);
      expect(captureJournal(money, AT).businessDate).toBe(money.businessDate);
    }),
  );
});

test('a refund or an adjustment moves the deposit by its amount, and what it says of why is part of its hash', () => {
  const given = fc.bigInt({ min: 1n, max: 10_000_000n });
  fc.assert(
    fc.property(aPayment, given, fc.boolean(), (money, amount, isOurs) => {
      const common = { reason: 'a reason', businessDate: NEXT_DAY, at: AT };
      const refund = refundJournal(money, {
        ...common,
        refundId: 'RF-1',
        amount: rupiah(amount),
        borneBy: isOurs ? 'us' : 'biller',
      });
      const adjustment = adjustmentJournal({
        ...common,
        adjustmentId: 'AJ-1',
        channelId: 'ca',
        amount: rupiah(isOurs ? amount : -amount),
        against: 'own:bank',
      });
      for (const draft of [refund, adjustment]) {
        const totals = balances(draft);
        expect(Object.values(totals).reduce((sum, total) => sum + total, 0n)).toBe(0n);
        expect(draft.postedChange).toBe(-(totals['channel:ca:deposit'] ?? 0n));
        expect(draft.heldChange).toBe(0n);
        const otherwise = contentHash({ ...draft, reason: 'another reason' });
        expect(otherwise.equals(contentHash(draft))).toBe(false);
        const aboutOther = contentHash({ ...draft, about: { subjectId: 'OTHER', kind: 'capture' } });
        expect(aboutOther.equals(contentHash(draft))).toBe(false);
      }
    }),
  );
});
