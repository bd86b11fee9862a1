import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rupiah, ZERO, type ResponseCode } from '#lib/kernel';
import { SecretBox } from '#lib/platform';
import { SealedNumbers, type Offer, type Payment, type StoredInquiry } from '#lib/switching';
import { answerFields, standingOf, type Reply } from '../src/iso8583/answer';
import { speechOf } from '../src/iso8583/open-iso8583';
import { callOf, readQuestion, type Question } from '../src/iso8583/question';
import type { Speech } from '../src/iso8583/speech';
import { ChannelProfiles } from '../src/profiles';

const ROOT = join(__dirname, '..', '..', '..');
const CONFIG = join(ROOT, 'config');
const RECORDED = join(ROOT, 'fixtures', 'channels');

const speeches = [...ChannelProfiles.read(join(CONFIG, 'channels')).all('iso8583')].map(([name, profile]) =>
  speechOf(name, profile, CONFIG),
);

/** One message of a partner, what we read of it, what the flows said, and the message that answers it. */
interface Recorded {
  asked: string;
  question: Record<string, unknown>;
  /** An offer, a payment in some state, or the code of a refusal. */
  said: 'offer' | 'paid' | 'in progress' | 'being reversed' | ResponseCode;
  answered: string;
}

const CASES = speeches.flatMap((speech) =>
  readdirSync(join(RECORDED, speech.name)).map((file): [string, string, Speech] => [
    speech.name,
    file,
    speech,
  ]),
);

const OFFER: Offer = {
  customerName: 'BUDI SANTOSO',
  lines: [
    {
      period: '202607',
      amount: rupiah(150_000n),
      penalty: ZERO,
      details: { dueDate: '20260720', previousReading1: '00012000', currentReading1: '00012150' },
    },
  ],
  remaining: 0,
  amount: rupiah(150_000n),
  adminFee: rupiah(2_500n),
  total: rupiah(152_500n),
  billerFee: rupiah(500n),
  commission: rupiah(1_300n),
  charge: rupiah(151_200n),
  details: { tariff: 'R1', power: '1300' },
  echo: {},
};
const INQUIRY_ID = 'inq_mrjmx5c04f1d2a9b8c7e6f5a4b3c';

const numbers = new SealedNumbers(new SecretBox(randomBytes(32).toString('base64')));

/** The customer's number as the books have it. */
function bookedIn({ productId, customerNumber }: Question): string {
  const product = { numberRules: null, isNumberMasked: productId === 'credit-card-nusa' };
  return numbers.named(product, customerNumber ?? '531100010000').customerNumber;
}

function inquiryOf(question: Question): StoredInquiry {
  return {
    inquiryId: INQUIRY_ID,
    channelId: 'a-bank',
    reference: 'r',
    productId: 'pln-postpaid',
    customerNumber: bookedIn(question),
    offer: OFFER,
    askedAt: new Date('2026-07-14T08:15:30Z'),
    billHolder: null,
    route: null,
    validUntil: new Date('2026-07-14T08:30:30Z'),
  };
}

function paymentOf(question: Question, said: Recorded['said']): Payment {
  const isPaid = said !== 'in progress';
  return {
    paymentId: 'P0TBR00615QG',
    inquiryId: INQUIRY_ID,
    productId: question.productId ?? 'pln-postpaid',
    customerNumber: bookedIn(question),
    state: isPaid ? 'PAID' : 'SUSPECT',
    code: isPaid ? 'APPROVED' : 'IN_PROGRESS',
    offer: OFFER,
    receipt: isPaid ? { lines: [], fields: { token: '12345678901234567890', kwh: '6710' } } : null,
    billerReference: isPaid ? '0A1B2C3D4E5F' : null,
    businessDate: '2026-07-14',
    isReversalOrdered: said === 'being reversed',
  } as unknown as Payment;
}

function replyOf(question: Question, said: Recorded['said']): Reply {
  switch (said) {
    case 'offer':
      return { kind: 'offer', inquiry: inquiryOf(question) };
    case 'paid':
    case 'in progress':
    case 'being reversed': {
      const payment = paymentOf(question, said);
      return { kind: 'payment', code: standingOf(payment), payment };
    }
    default:
      return { kind: 'refused', code: said };
  }
}

/** What a fixture says of a question: amounts as digits, what is not there left out. */
function shown(question: Question): Record<string, unknown> {
  const { data: _, ...named } = question;
  const entries = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  );
}

// SIMPUL_WRITE_FIXTURES=1 npm test -- iso8583-recorded writes down what is read and answered; look at it before you keep it.
test.each(CASES)('%s: %s is read and answered as it was', (name, file, speech) => {
  const path = join(RECORDED, name, file);
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded;
  const message = speech.spec.unpack(Buffer.from(recorded.asked, 'latin1'));
  if (!message.ok) throw message.error;
  expect(speech.spec.check(message.value)).toEqual(message);
  expect(speech.spec.pack(message.value).toString('latin1')).toBe(recorded.asked);

  const call = callOf(speech, message.value);
  if (!call) throw new Error('it asks for nothing');
  const question = readQuestion(speech, call, message.value);
  if (question.objection) throw new Error(question.objection.detail);
  const fields = answerFields(speech, question, replyOf(question, recorded.said));
  const answer = speech.spec.answerTo(message.value, fields);
  expect(speech.spec.check(answer)).toEqual({ ok: true, value: answer });
  const answered = speech.spec.pack(answer).toString('latin1');
  if (process.env['SIMPUL_WRITE_FIXTURES'])
    writeFileSync(
      path,
      `${JSON.stringify({ ...recorded, question: shown(question), answered }, undefined, 2)}\n`,
    );
  else {
    expect(shown(question)).toEqual(recorded.question);
    expect(answered).toBe(recorded.answered);
  }
});

test('every profile has recorded messages, and every kind of call is among them', () => {
  for (const speech of speeches) {
    const calls = readdirSync(join(RECORDED, speech.name)).map((file) => {
      const { question } = JSON.parse(readFileSync(join(RECORDED, speech.name, file), 'utf8')) as Recorded;
      return question['call'];
    });
    expect(new Set(calls)).toEqual(new Set(['inquiry', 'payment', 'advice', 'reversal']));
  }
});
