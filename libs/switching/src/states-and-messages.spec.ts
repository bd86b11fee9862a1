import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_CODES, resendReferenceOf } from '#lib/kernel';
import { checkLedgerInvariants } from '#lib/ledger';
import type { Behaviour, FakeBiller, ReversalBehaviour } from '../../../test/support/fake-biller';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';
import { checkPaymentInvariants } from './invariants';
import { isSettled, type Payment } from './payment';
import { statusOf, type PaymentEvent } from './payment.states';
import type { Said } from './payment.evidence';
import { unitOfNextLeg } from './payment.writes';
import { resendRow } from './resend.orders';
import type { Reversal } from './reversal';

const PAGE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'states-and-messages.md'), 'utf8');
const STATES = [
  'none',
  'SENT',
  'SUSPECT',
  'UNRESOLVED',
  'PAID',
  'being reversed',
  'DECLINED',
  'REVERSED',
  'RESENT',
  'UNSERVED',
] as const;
type State = (typeof STATES)[number];

interface Cell {
  state: State;
  message: string;
  promise: string;
}

/** Every cell of every table of the page. */
function cellsOf(page: string): Cell[] {
  const tables = page.split(/\n\n+/).filter((block) => block.startsWith('| state'));
  return tables.flatMap((table) => {
    const [header = [], , ...rows] = table.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(rows.map(([state]) => state)).toEqual(STATES);
    return rows.flatMap(([state = '', ...promises]) =>
      promises.map((promise, at) => ({ state: state as State, message: header[at + 1] ?? '', promise })),
    );
  });
}

const CELLS = cellsOf(PAGE);
const UNKNOWN: Said = { kind: 'unknown', evidence: {} };
const DECLINED: Said = { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} };
const NOBODY = 'T0TBR00615QG';

let world: SwitchWorld;
let water: FakeBiller;
let serial = 0;
beforeAll(async () => {
  world = await aSwitch();
  water = world.water;
  world.routes.add('pdam-tirta-jaya', { billerId: 'story', source: 'STORY01' });
});
afterAll(() => world.close());

beforeEach(async () => {
  Object.assign(water, {
    behaviour: 'approves',
    reversalBehaviour: 'accepts',
    adviceSays: undefined,
    adviceGate: Promise.resolve(),
    gate: Promise.resolve(),
  });
  // What earlier cells left open is nobody's business here.
  const later = new Date(world.clock.now().getTime() + 86_400_000_000);
  await world.store.admin.run('UPDATE payment_leg SET next_advice_at = ? WHERE next_advice_at IS NOT NULL', [
    later,
  ]);
  await world.store.admin.run('UPDATE reversal SET next_try_at = ? WHERE next_try_at IS NOT NULL', [later]);
});

function aGate(): { gate: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate, open };
}

/** A payment in a state, with the calls under way that may still be answered. */
interface Stage {
  reference: string;
  inquiryId: string;
  total: bigint;
  paymentId: string;
  answerPayment(behaviour: Behaviour): Promise<void>;
  answerAdvice(says: FakeBiller['adviceSays']): Promise<void>;
  answerReversal(behaviour: ReversalBehaviour): Promise<void>;
}

/** Forms a payment whose answer is under way; then brings it to the state by what is said meanwhile. */
async function stageOf(state: State, message: string): Promise<Stage> {
  serial += 1;
  const ask = { productId: 'pdam-tirta-jaya', customerNumber: `70${String(serial).padStart(6, '0')}` };
  const offered = await world.inquire(ask);
  if (offered.kind !== 'offer') throw new Error(JSON.stringify(offered));
  const order = {
    reference: `CELL-${serial}`,
    inquiryId: offered.inquiry.inquiryId,
    total: offered.inquiry.offer.total,
  };
  const nothing = async (): Promise<void> => undefined;
  if (state === 'none')
    return {
      ...order,
      paymentId: NOBODY,
      answerPayment: nothing,
      answerAdvice: nothing,
      answerReversal: nothing,
    };

  const [payment, advice] = [aGate(), aGate()];
  water.gate = payment.gate;
  const sentSoFar = water.received.length;
  const paying = world.pay(order);
  while (water.received.length === sentSoFar) await sleep(2);
  const { paymentId } = await formed(order.reference);

  let asking: Promise<number> | undefined;
  const askAdvice = async (): Promise<void> => {
    if (!message.startsWith('advice')) return;
    water.adviceGate = advice.gate;
    // After the quiet time, so that "no such payment" counts.
    world.clock.advance(40_000);
    const askedSoFar = water.advised;
    asking = world.advice.adviseDue();
    while (water.advised === askedSoFar) await sleep(2);
  };
  if (state === 'SENT') await askAdvice();
  else await say(order.reference, 'answer lost', UNKNOWN);
  if (state !== 'SENT') await askAdvice();

  let inFlight: { reversal: Reversal; payment: Payment } | undefined;
  if (message.startsWith('reversal ')) inFlight = await orderInFlight(order.reference);
  await bring(state, order.reference);
  if (message.startsWith('reversal, ')) await orderOnce(state, paymentId);

  return {
    ...order,
    paymentId,
    async answerPayment(behaviour) {
      water.behaviour = behaviour;
      payment.open();
      await paying;
    },
    async answerAdvice(says) {
      world.clock.advance(1);
      water.adviceSays = says;
      advice.open();
      expect(await asking).toBe(1);
    },
    async answerReversal(behaviour) {
      if (!inFlight) throw new Error('no reversal is under way');
      world.clock.advance(1);
      water.reversalBehaviour = behaviour;
      // It was paid there, whatever was heard of it here.
      approval(inFlight.payment);
      await world.delivery.send(inFlight.reversal, inFlight.payment, world.clock.now());
    },
  };
}

async function formed(reference: string): Promise<Payment> {
  const payment = await world.payments.findByReference('ppob-nusantara', reference);
  if (!payment) throw new Error(`${reference} formed nothing`);
  return payment;
}

async function say(reference: string, event: PaymentEvent, said: Said): Promise<void> {
  world.clock.advance(1);
  await world.payments.record(await formed(reference), event, said, world.clock.now());
}

function approval(payment: Payment): Said {
  const billerReference = `EB${payment.leg.reference}`;
  water.truth.push({
    biller: water.id,
    legReference: payment.leg.reference,
    amount: payment.offer.amount.toString(),
    kind: 'paid',
  });
  return { kind: 'approved', billerReference, amount: payment.offer.amount, receipt: {}, evidence: {} };
}

/** An order that a worker has claimed and sent, and whose answer is still under way. */
async function orderInFlight(reference: string): Promise<{ reversal: Reversal; payment: Payment }> {
  const payment = await formed(reference);
  await world.reverse({ paymentId: payment.paymentId, reference: `FLIGHT-${payment.paymentId}` });
  const ordered = await world.reversals.findEffective(payment.paymentId);
  const reversal = ordered && (await world.reversals.claim(ordered, world.clock.now()));
  if (!reversal) throw new Error(`${reference} has no order to send`);
  return { reversal, payment };
}

/** From SUSPECT to the state, by what is said and ordered. */
async function bring(state: State, reference: string): Promise<void> {
  const payment = await formed(reference);
  switch (state) {
    case 'none':
    case 'SENT':
    case 'SUSPECT':
      return;
    case 'UNRESOLVED':
      return say(reference, 'advice exhausted', UNKNOWN);
    case 'DECLINED':
      return say(reference, 'biller declined', DECLINED);
    case 'PAID':
      return say(reference, 'biller approved', approval(payment));
    case 'RESENT':
    case 'UNSERVED':
      await say(reference, 'biller approved', approval(payment));
      await sendAgain(reference);
      if (state === 'UNSERVED') await say(reference, 'biller declined', DECLINED);
      return;
    case 'being reversed':
      await say(reference, 'biller approved', approval(payment));
      water.reversalBehaviour = 'loses the request';
      if (!payment.isReversalOrdered)
        await world.reverse({ paymentId: payment.paymentId, reference: `ONCE-${payment.paymentId}` });
      return;
    case 'REVERSED': {
      await say(reference, 'biller approved', approval(payment));
      const sent = await world.reversals.findEffective(payment.paymentId);
      const again = sent && (await world.reversals.claim(sent, world.clock.now()));
      if (again) await world.delivery.send(again, await formed(reference), world.clock.now());
      else await world.reverse({ paymentId: payment.paymentId, reference: `ONCE-${payment.paymentId}` });
    }
  }
}

/** Sends a paid payment once more, as two people have ordered. */
async function sendAgain(reference: string): Promise<void> {
  const payment = await formed(reference);
  const { paymentId, leg } = payment;
  const now = world.clock.now();
  const nextAdviceAt = new Date(now.getTime() + 86_400_000_000);
  const next: Payment = {
    ...payment,
    state: 'RESENT',
    lastEventNo: payment.lastEventNo + 1,
    leg: { ...leg, legNo: 2, reference: resendReferenceOf(paymentId), nextAdviceAt },
  };
  const order = { resendId: `brk_${paymentId}-3`, paymentId, legNo: 1, by: 'ani, budi', at: now };
  const unit = unitOfNextLeg(payment, next, { event: 'sent again', evidence: {}, decision: null, now });
  const { table, values } = resendRow(order).row;
  const done = { table, values: { ...values, state: 'SENT', next_try_at: null, ended_at: now } };
  const result = await world.writer.commit({
    ...unit,
    inserts: (deposit) => [...unit.inserts(deposit), done],
  });
  expect(result.kind).toBe('committed');
}

/** The order whose repeat is to be played; where one brought the payment to its state already, that one. */
async function orderOnce(state: State, paymentId: string): Promise<void> {
  if (state !== 'being reversed' && state !== 'REVERSED')
    await world.reverse({ paymentId, reference: `ONCE-${paymentId}` });
}

/** How the channel's answer reads on its wire. */
function wireOf(answer: Answer): string {
  if (answer.kind === 'refused') return `${RESPONSE_CODES[answer.refusal.code].http} ${answer.refusal.code}`;
  if (answer.kind !== 'payment') return answer.kind;
  return `${isSettled(answer.payment) ? 200 : 202} ${statusOf(answer.payment.state)}`;
}

async function get(reference: string): Promise<Answer> {
  const payment = await world.payments.findByReference('ppob-nusantara', reference);
  const refusal = { code: 'PAYMENT_UNKNOWN', detail: '' } as const;
  return payment
    ? { kind: 'payment', payment, isRepeat: false }
    : { kind: 'refused', refusal, payment: undefined };
}

/** Plays a message. @returns how it was answered, or how the payment stands after it. */
async function play(message: string, stage: Stage): Promise<string> {
  const { paymentId, reference, inquiryId, total } = stage;
  const once = `ONCE-${paymentId}`;
  const after = async (said: Promise<void>): Promise<string> => {
    await said;
    return (await formed(reference)).state;
  };
  switch (message) {
    case 'payment, same again':
      return wireOf(await world.pay({ reference, inquiryId, total }));
    case 'payment, other content':
      return wireOf(await world.pay({ reference, inquiryId: 'inq_another', total }));
    case 'GET':
      return wireOf(await get(reference));
    case 'reversal':
      return wireOf(await world.reverse({ paymentId, reference: `FIRST-${serial}` }));
    case 'reversal, same again':
      return wireOf(await world.reverse({ paymentId, reference: once }));
    case 'reversal, other content':
      return wireOf(await world.reverse({ paymentId, reference: once, reason: 'another' }));
    case 'approved':
      return after(stage.answerPayment('approves'));
    case 'declined':
      return after(stage.answerPayment('declines'));
    case 'declined, try another':
      return after(stage.answerPayment('is closed'));
    case 'lost':
      return after(stage.answerPayment('loses the request'));
    case 'advice: paid':
    case 'advice: declined':
    case 'advice: unknown':
    case 'advice: no such payment':
      return after(stage.answerAdvice(message.slice('advice: '.length) as FakeBiller['adviceSays']));
    case 'reversal accepted':
      return after(stage.answerReversal('accepts'));
    case 'reversal refused':
      return after(stage.answerReversal('refuses'));
    case 'reversal lost':
      return after(stage.answerReversal('loses the request'));
    default:
      throw new Error(`the page speaks of a message "${message}" that nobody plays`);
  }
}

/** Everything durable that can be an effect, as one line each. */
async function effects(): Promise<string[]> {
  const rows = await world.store.database.rows<{ id: string; effect: string }>(
    "SELECT CONCAT('0 ', subject_id, ' ', kind) AS id, kind AS effect FROM journal WHERE kind <> 'top_up' UNION ALL " +
      "SELECT CONCAT('1 ', payment_id, ' ', reference), IF(effective_payment_id IS NULL, 'noted', 'order') FROM reversal " +
      "UNION ALL SELECT CONCAT('2 ', payment_id, ' ', HEX(fingerprint)), " +
      "IF(contradiction IS NULL, 'evidence', 'contradiction') FROM payment_evidence UNION ALL " +
      "SELECT CONCAT('3 ', payment_id, ' ', leg_no), 'leg' FROM payment_leg WHERE leg_no > 1",
  );
  return rows.map(({ id, effect }) => `${id}|${effect}`);
}

const ORDER = ['order', 'noted', 'leg', 'hold', 'capture', 'void', 'reversal', 'evidence', 'contradiction'];

function told(before: readonly string[], after: readonly string[]): string {
  const known = new Set(before);
  const names = after.filter((row) => !known.has(row)).map((row) => row.split('|')[1] ?? '');
  names.sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  return names.length === 0 ? 'nothing' : names.join(' + ');
}

test('the page has a cell for every state and message', () => {
  expect(CELLS).toHaveLength(STATES.length * (6 + 4 + 4 + 3));
});

test.each(CELLS.filter(({ promise }) => promise !== '—'))(
  '$state, $message: $promise',
  async ({ state, message, promise }) => {
    const stage = await stageOf(state, message);
    const before = await effects();
    const answer = await play(message, stage);
    expect(`${answer}; ${told(before, await effects())}`).toBe(promise);
  },
);

test('after all of them the books are sound', async () => {
  // The biller of these cells contradicts itself, so its own record is left aside.
  const verdicts = [
    ...(await checkLedgerInvariants(world.store.database)),
    ...(await checkPaymentInvariants(world.store.database, undefined, world.clock.now())),
  ];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
});
