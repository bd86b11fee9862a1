import { rupiah } from '#lib/kernel';
import type { Payment } from '#lib/switching';
import { presentPayment, presentStanding } from './presenter';
import { PaymentAnswer } from './answers';

const [FIRST, ANEW] = ['EB1', 'EB2'].map((billerReference) => ({ lines: [], fields: { billerReference } }));
const money = rupiah(1_000n);

/** A payment that its biller has taken at the second try, as far as it is told. */
const SENT_AGAIN = {
  paymentId: 'T0TBR00615QG',
  channelReference: 'R-1',
  state: 'PAID',
  code: 'APPROVED',
  isReversalOrdered: false,
  offer: { total: money, amount: money, adminFee: money, commission: money, charge: money },
  receipt: FIRST,
  billerReference: 'EB1',
  reissued: ANEW,
  balanceAfter: money,
  businessDate: '2026-07-14',
  leg: {
    reference: 'Y0TBR00615QG',
    billerReference: 'EB2',
    told: { billerReference: 'EB1', legReference: 'T0TBR00615QG' },
  },
} as unknown as Payment;

test('a payment that was sent again is answered as it was first', () => {
  const answer = PaymentAnswer.parse(presentPayment(SENT_AGAIN));
  expect(answer).toMatchObject({ billerReference: 'EB1', legReference: 'T0TBR00615QG', receipt: FIRST });
  expect(answer).not.toHaveProperty('reissued');
});

test('whoever asks how it stands is told what the biller has given anew beside it', () => {
  const { reissued, ...answer } = PaymentAnswer.parse(presentStanding(SENT_AGAIN));
  expect(answer).toEqual(presentPayment(SENT_AGAIN));
  expect(reissued).toEqual({ receipt: ANEW, billerReference: 'EB2', legReference: 'Y0TBR00615QG' });
});

test('nothing of it is told of a payment that was taken back, or was never sent again', () => {
  for (const change of [{ state: 'REVERSED' as const }, { reissued: null }])
    expect(presentStanding({ ...SENT_AGAIN, ...change })).not.toHaveProperty('reissued');
});
