import { businessDateOf, JAKARTA_MIDNIGHT, rupiah } from '#lib/kernel';
import { topUpDeposit, type InvariantVerdict, type MoneyWriter } from '#lib/ledger';
import { isFinal, type Answer, type BillerLeg, type Payment } from '#lib/switching';
import { paymentFrom, type Books } from '../memory';
import { VirtualBiller } from './biller';
import type { Breakage } from './breakages';
import { aFixedCatalog, BILLER_IDS, calendarOf, CHANNELS, SOURCE_DAYS } from './catalog';
import { VirtualChannel } from './channel';
import { compareBooks, nameOf } from './four-books';
import { Installation } from './installation';
import type { Surroundings } from './process';
import { Random } from './random';
import { inMemory, type Ground } from './stores';
import { VirtualTime } from './virtual-time';
import { CALM, drawWeather } from './weather';

const OPENING = Date.parse('2026-07-14T16:58:00Z');
const FAULTS_FOR_MS = 120_000;
const HEALED_WITHIN_MS = 60_000;
const GIVE_UP_AFTER_MS = 3_600_000;
const ORDERS_MAX = 40;

/** How a run ended. */
export interface Run {
  seed: number;
  payments: number;
  virtualSeconds: number;
  /** What must not be; empty when all is well. */
  findings: string[];
  /** The end in words that two runs can be compared by: every payment, every deposit. */
  end: string[];
  /** What happened, where it was asked for. */
  story: string[];
}

/** What may be other than usual in a run. */
export interface RunOptions {
  breakage?: Breakage;
  /** Keeps the books elsewhere than in memory. */
  ground?: (at: Date) => Promise<Ground>;
  /** Tells what happens as it happens. */
  tell?: (line: string) => void;
}

/**
 * Plays one seed: channels sell while processes die, lines break and billers mumble; then all is healed, and what is
 * open must come to its end. The same seed is the same run.
 */
export async function simulate(seed: number, options: RunOptions = {}): Promise<Run> {
  const random = new Random(seed);
  const time = new VirtualTime(OPENING);
  const story: string[] = [];
  const findings = new Set<string>();
  const note = (text: string): void => {
    const line = `${time.now().toISOString()} ${text}`;
    story.push(line);
    options.tell?.(line);
  };
  const around: Surroundings = {
    time,
    random,
    weather: drawWeather(random),
    note,
    find: (finding) => findings.add(finding),
  };
  const ground = await (options.ground?.(time.now()) ?? inMemory(time.now(), options.breakage));
  const billers = BILLER_IDS.map((billerId) => new VirtualBiller(billerId, around));
  const sent = new Set<string>();

  const onSend = (leg: BillerLeg): void => {
    note(`${leg.reference} is sent`);
    if (sent.has(leg.reference)) findings.add(`${leg.reference} was sent twice`);
    sent.add(leg.reference);
    if (ground.isIntendedNow && !ground.isIntendedNow(leg.reference))
      findings.add(`${leg.reference} was sent before its intent was durable`);
  };
  const onAnswer = (answer: Answer): void => {
    if (answer.kind !== 'payment') return;
    const { paymentId, state } = answer.payment;
    note(`${paymentId} is answered ${state}`);
    const there = ground.stateNow?.(paymentId);
    if (ground.stateNow && isFinal(state) && there !== state)
      findings.add(`${paymentId} was answered ${state} while it was ${there}`);
  };

  const calendar = calendarOf(random.pick(SOURCE_DAYS));
  const parts = {
    around,
    stores: ground.stores,
    catalog: aFixedCatalog(),
    calendar,
    billers,
    breakage: options.breakage,
    onSend,
  };
  const installation = new Installation(parts, random.between(1, 3), random.between(1, 2));
  const channels = CHANNELS.map(
    ({ channelId }) => new VirtualChannel(channelId, around, installation, onAnswer),
  );
  sellAtRandom(channels, around);
  const toppedUp = topUpAtRandom(ground.stores.writer, around);

  await time.run(() => false, OPENING + FAULTS_FOR_MS);
  note('all is healed');
  around.weather = CALM;
  await time.run(() => false, OPENING + FAULTS_FOR_MS + 2 * HEALED_WITHIN_MS);
  const truth = () => billers.flatMap((biller) => biller.truth);
  for (const finding of brokenIn(await ground.verify(truth(), time.now()))) findings.add(finding);

  let open = 1;
  while (open > 0 && time.nowMs < OPENING + GIVE_UP_AFTER_MS) {
    await time.run(() => false, time.nowMs + HEALED_WITHIN_MS);
    const areIdle = channels.every((channel) => channel.isIdle);
    open = areIdle ? openIn(await ground.books()) : 1;
  }
  if (open > 0) findings.add(`${open} payments have not come to an end`);

  const books = await ground.books();
  const payments = paymentsOf(books);
  const entries = channels.flatMap((channel) => [...channel.book.values()]);
  for (const finding of brokenIn(await ground.verify(truth(), time.now()))) findings.add(finding);
  const { scheduleSeconds } = installation.limits;
  for (const finding of givenUpTooSoon(books, payments, ({ leg }) =>
    Math.max(
      calendar.endOf(leg.source, leg.sourceBusinessDate).getTime(),
      leg.sentAt.getTime() + scheduleSeconds.reduce((sum, seconds) => sum + seconds, 0) * 1_000,
    ),
  ))
    findings.add(finding);
  for (const finding of compareBooks(books, entries, truth(), payments, toppedUp)) findings.add(finding);
  return {
    seed,
    payments: payments.size,
    virtualSeconds: (time.nowMs - OPENING) / 1_000,
    findings: [...findings],
    end: endOf(books, payments),
    story,
  };
}

function sellAtRandom(channels: readonly VirtualChannel[], { time, random }: Surroundings): void {
  const orders = random.between(10, ORDERS_MAX);
  for (let order = 0; order < orders; order += 1) {
    const channel = random.pick(channels);
    // Few customers, so that two channels come for the same bill; some of them unknown to the biller.
    const customerNumber = `5311${String(random.below(24)).padStart(8, '0')}`;
    time.after(random.below(FAULTS_FOR_MS - 10_000), () => void channel.sell(customerNumber));
  }
}

/** Channels pay in; some of it is booked twice under one id, which must count once. @returns what each has paid in. */
function topUpAtRandom(
  writer: MoneyWriter,
  { time, random, find, note }: Surroundings,
): ReadonlyMap<string, bigint> {
  const toppedUp = new Map<string, bigint>();
  const book = async (topUpId: string, channelId: string, amount: bigint): Promise<void> => {
    const at = time.now();
    const booking = { topUpId, channelId, amount: rupiah(amount), businessDate: dateOf(at), at };
    const { kind } = await time.outside(topUpDeposit(writer, booking));
    note(`${topUpId} of ${amount} for ${channelId} is ${kind}`);
    if (kind === 'committed') toppedUp.set(channelId, (toppedUp.get(channelId) ?? 0n) + amount);
    else if (kind !== 'clash') find(`${topUpId} was ${kind}`);
  };
  for (let count = random.below(5); count > 0; count -= 1) {
    const { channelId } = random.pick(CHANNELS);
    const amount = BigInt(random.between(1, 9)) * 10_000n;
    for (let times = random.between(1, 2); times > 0; times -= 1)
      time.after(random.below(FAULTS_FOR_MS), () => void book(`top-up ${count}`, channelId, amount));
  }
  return toppedUp;
}

function dateOf(at: Date): string {
  return businessDateOf(at, JAKARTA_MIDNIGHT);
}

function brokenIn(verdicts: readonly InvariantVerdict[]): string[] {
  return verdicts
    .filter(({ ok }) => !ok)
    .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
}

function openIn({ payment }: Books): number {
  return payment.filter((row) => ['SENT', 'SUSPECT'].includes(String(row['state']))).length;
}

/** Payments that advice has given up before the day of their source was over and the schedule was used up. */
function givenUpTooSoon(
  { payment_event }: Books,
  payments: ReadonlyMap<string, Payment>,
  lastAdviceAtMs: (payment: Payment) => number,
): string[] {
  const givenUpAt = new Map(
    payment_event
      .filter((row) => row['event'] === 'advice exhausted')
      .map((row) => [row['payment_id'], row['at'] as Date]),
  );
  return [...payments.values()].flatMap((payment) => {
    const at = givenUpAt.get(payment.paymentId);
    return at && at.getTime() < lastAdviceAtMs(payment)
      ? [`${payment.paymentId} was given up at ${at.toISOString()}, before its last advice`]
      : [];
  });
}

/** Our payments by channel and reference. */
function paymentsOf(books: Books): Map<string, Payment> {
  const legs = new Map(
    books.payment_leg.map((row) => [`${String(row['payment_id'])} ${String(row['leg_no'])}`, row]),
  );
  const events = new Map(
    books.payment_event.map((row) => [`${String(row['payment_id'])} ${String(row['event_no'])}`, row]),
  );
  return new Map(
    books.payment.map((row) => {
      const payment = paymentFrom(
        row,
        legs.get(`${String(row['payment_id'])} ${String(row['leg_no'])}`),
        events.get(`${String(row['payment_id'])} ${String(row['last_event_no'])}`),
      );
      return [nameOf({ channelId: payment.channelId, reference: payment.channelReference }), payment];
    }),
  );
}

function endOf(books: Books, payments: ReadonlyMap<string, Payment>): string[] {
  return [
    ...[...payments].map(
      ([name, { paymentId, state, code, balanceAfter, lastEventNo }]) =>
        `${name} ${paymentId} ${state} ${code} ${balanceAfter} ${lastEventNo}`,
    ),
    ...books.deposit.map(
      (row) =>
        `${String(row['channel_id'])} ${String(row['posted'])} ${String(row['held'])} ${String(row['seq'])}`,
    ),
  ].sort();
}
