import { rupiah, type Rupiah } from '#lib/kernel';
import { isFinal, type Answer, type InquiryRequest, type Payment, type StoredInquiry } from '#lib/switching';
import type { Installation, RunningSwitch } from './installation';
import { judge, type Surroundings } from './process';

/** As the H2H door waits, and then a little for the network. */
const ANSWER_WITHIN_MS = 14_000;
const GIVE_UP_AFTER_MS = 16_000;

/** What a caller heard: an answer, an error page, or nothing at all. */
type Heard = Answer | { kind: 'error' } | { kind: 'nothing' };

/** What a channel has written down of one of its references: the content it first sent, and all it heard. */
export interface Entry {
  channelId: string;
  reference: string;
  content: { inquiryId: string; total: Rupiah };
  /** Answers to this content; those to another content under the same reference are apart. */
  heard: Heard[];
  heardOfOther: Heard[];
  sentOther: number;
  sent: number;
}

/** A partner that sells: it asks, pays, repeats what was not answered, and sometimes makes mistakes. */
export class VirtualChannel {
  readonly book = new Map<string, Entry>();
  private orders = 0;
  private busy = 0;

  /** @param onAnswer sees each answer in the moment it leaves the switch. */
  constructor(
    readonly channelId: string,
    private readonly around: Surroundings,
    private readonly installation: Installation,
    private readonly onAnswer: (answer: Answer) => void,
  ) {}

  get isIdle(): boolean {
    return this.busy === 0;
  }

  /** Sells one thing to a customer, from the question to the last repeat. */
  async sell(customerNumber: string): Promise<void> {
    this.busy += 1;
    try {
      const { random } = this.around;
      const offer = await this.inquire(customerNumber);
      if (!offer) return;
      this.orders += 1;
      const reference = `R-${this.orders}`;
      const content = { inquiryId: offer.inquiryId, total: offer.offer.total };
      const wrongTotal = { ...content, total: rupiah(content.total + 1n) };
      if (random.chance(0.05)) await this.request(`W-${this.orders}`, wrongTotal);
      const twin = random.chance(0.15) ? this.payUntilAnswered(reference, content) : undefined;
      const rival = random.chance(0.05) ? this.payUntilAnswered(`S-${this.orders}`, content) : undefined;
      await this.payUntilAnswered(reference, content);
      await Promise.all([twin, rival]);
    } finally {
      this.busy -= 1;
    }
  }

  private async inquire(customerNumber: string): Promise<StoredInquiry | undefined> {
    const { random } = this.around;
    const isBill = random.chance(0.6);
    const question: InquiryRequest = {
      channelId: this.channelId,
      reference: `I-${this.orders}`,
      productId: isBill ? 'water-bill' : 'power-token',
      customerNumber,
      amount: isBill ? undefined : rupiah(20_000n),
      billCount: undefined,
      months: undefined,
      year: undefined,
      extra: undefined,
      answerWithinMs: ANSWER_WITHIN_MS,
    };
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const heard = await this.ask(({ inquiries }) => inquiries.inquire(question));
      if (heard.kind === 'offer') return heard.inquiry;
      if (heard.kind === 'refused' && heard.refusal.code !== 'BILLER_UNAVAILABLE') return undefined;
    }
    return undefined;
  }

  /** Repeats a payment until it is final or refused, as the guide for partners says; and now and then once more. */
  private async payUntilAnswered(reference: string, content: Entry['content']): Promise<void> {
    const { time, random } = this.around;
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const heard = await this.request(reference, content);
      if (random.chance(0.06))
        await this.request(reference, { ...content, total: rupiah(content.total + 7n) });
      const isDone = heard.kind === 'refused' || (heard.kind === 'payment' && isFinal(heard.payment.state));
      if (isDone && !random.chance(0.3)) return;
      await time.sleep(random.between(50, 20_000));
    }
  }

  private async request(reference: string, content: Entry['content']): Promise<Heard> {
    const entry = this.entry(reference, content);
    const isSame = content.total === entry.content.total && content.inquiryId === entry.content.inquiryId;
    if (isSame) entry.sent += 1;
    else entry.sentOther += 1;
    const heard = await this.ask(({ paying }) =>
      paying.pay({
        channelId: this.channelId,
        reference,
        ...content,
        contentHash: Buffer.from(`${content.inquiryId} ${content.total}`.padEnd(32).slice(0, 32)),
        answerWithinMs: ANSWER_WITHIN_MS,
      }),
    );
    (isSame ? entry.heard : entry.heardOfOther).push(heard);
    return heard;
  }

  private entry(reference: string, content: Entry['content']): Entry {
    const known = this.book.get(reference);
    if (known) return known;
    const { channelId } = this;
    const entry = { channelId, reference, content, heard: [], heardOfOther: [], sent: 0, sentOther: 0 };
    this.book.set(reference, entry);
    return entry;
  }

  private async heardFrom(answering: Promise<Answer>): Promise<Heard> {
    try {
      const answer = await answering;
      this.onAnswer(answer);
      return answer;
    } catch (error) {
      judge(error, this.around);
      return { kind: 'error' };
    }
  }

  /** One call of the switch: there, whatever it does, and back; nothing at all after a while. */
  private ask(call: (one: RunningSwitch) => Promise<Answer>): Promise<Heard> {
    const { time, random, weather } = this.around;
    return new Promise((resolve) => {
      time.after(GIVE_UP_AFTER_MS, () => resolve({ kind: 'nothing' }));
      const travel = () => (random.chance(weather.late) ? random.between(50, 20_000) : random.between(1, 20));
      const back = (heard: Heard) => {
        if (!random.chance(weather.lost)) time.after(travel(), () => resolve(heard));
      };
      if (random.chance(weather.lost)) return;
      time.after(travel(), () => {
        const one = this.installation.anySwitch();
        one?.process.reach(() => {
          if (!one.process.crossEdge()) return;
          void this.heardFrom(call(one)).then(back);
        });
      });
    });
  }
}

/** The first final answer that a channel heard about a reference, if it heard one. */
export function finalHeard({ heard }: Entry): Payment | undefined {
  for (const answer of heard)
    if (answer.kind === 'payment' && isFinal(answer.payment.state)) return answer.payment;
  return undefined;
}
