import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { refusal, rupiahFromText, type Rupiah } from '#lib/kernel';
import type { OpenChannel } from '#lib/catalog';
import { depositBalance } from '#lib/ledger';
import { maskNumber } from '#lib/platform';
import type { Answer } from '#lib/switching';
import type { DoorParts } from '../door';
import { hasPinnedCertificate } from '../http/caller';
import { isLate } from '../http/intake';
import { RefusedRequest } from '../http/refused-request';
import { balanceAnswer, offerAnswer, paymentAnswer, refusalAnswer, type TextAnswer } from './answer-line';
import { COMMANDS, type CommandName, type TextProfile } from './profile';
import { objectionTo, type TextCall } from './protection';
import { readQuery } from './query';

const REFERENCE = /^[A-Za-z0-9._-]{1,64}$/;
const AMOUNT = /^(0|[1-9]\d{0,14})$/;

/** What a request asks for: our names, the partner's values. */
type Asked = ReadonlyMap<keyof TextProfile['parameters'], string>;

/** One profile's desk: it reads a query, does what is asked, and answers in one line. */
export class TextDesk {
  constructor(
    readonly name: string,
    readonly profile: TextProfile,
    private readonly parts: DoorParts,
  ) {}

  /**
   * Serves one call, whose query says everything.
   * @throws what is not a refusal: then nothing is known, and nothing may be said.
   */
  async serve(request: FastifyRequest): Promise<TextAnswer> {
    const { ip, originalUrl } = request;
    const query = originalUrl.includes('?') ? originalUrl.slice(originalUrl.indexOf('?') + 1) : '';
    const { parameters, protection } = this.profile;
    const read = readQuery(query, [...Object.values(parameters), protection.parameter]);
    const asked: Asked = read.ok ? inOurWords(read.value, parameters) : new Map();
    try {
      if (!read.ok) throw malformed(read.error);
      const channel = this.admitted(request, { query, values: read.value, ip }, asked.get('member') ?? '');
      return await this.done(channel.channel.channelId, asked, isLate(request));
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      const { code, detail } = error.refusal;
      const paymentId = error.payment?.paymentId;
      this.parts.logger.info(
        { profile: this.name, ip, code, detail, paymentId, said: masked(asked) },
        'refused',
      );
      return refusalAnswer(error.refusal, asked.get('reference') ?? '', this.profile, this.parts.clock.now());
    }
  }

  private admitted(request: FastifyRequest, call: TextCall, member: string): OpenChannel {
    const known = this.parts.catalog.channel(member);
    // By name: another profile of this protocol has another desk, and other rules.
    const isOurs = known && known.channel.protocol === 'text' && known.channel.profile === this.name;
    const channel = isOurs ? known : undefined;
    const objection = objectionTo(call, channel, this.profile.protection);
    if (!channel || objection !== undefined)
      throw new RefusedRequest(refusal('SIGNATURE_INVALID', objection ?? 'not a channel of this profile'));
    if (!hasPinnedCertificate(request, channel))
      throw new RefusedRequest(refusal('SIGNATURE_INVALID', 'not a certificate that is pinned'));
    if (!this.parts.rates.allow(channel.channel))
      throw new RefusedRequest(
        refusal('RATE_LIMITED', `more than ${channel.channel.requestsPerSecond} a second`),
      );
    return channel;
  }

  /** @param late whether it has waited so long at the door that nothing may be formed of it any more. */
  private async done(channelId: string, asked: Asked, late: boolean): Promise<TextAnswer> {
    const now = () => this.parts.clock.now();
    switch (this.commandOf(asked)) {
      case 'inquire':
        return this.answerTo(await this.inquire(channelId, asked));
      case 'buy':
        return this.answerTo(await this.buy(channelId, asked, late));
      case 'pay':
        return this.answerTo(await this.pay(channelId, asked, late));
      case 'status': {
        const payment = await this.parts.payments.findByReference(channelId, referenceOf(asked));
        if (!payment) throw new RefusedRequest(refusal('PAYMENT_UNKNOWN', 'not of this channel'));
        return paymentAnswer(payment, this.profile, now());
      }
      case 'balance':
        return balanceAnswer(await depositBalance(this.parts.statements, channelId), this.profile, now());
    }
  }

  private commandOf(asked: Asked): CommandName {
    const { commands, commandIfNone } = this.profile;
    const word = asked.get('command');
    const command = word === undefined ? commandIfNone : COMMANDS.find((one) => commands[one] === word);
    if (command === undefined) throw malformed('it asks for nothing that is known');
    return command;
  }

  private inquire(channelId: string, asked: Asked): Promise<Answer> {
    return this.parts.inquiryFlow.inquire({
      channelId,
      reference: referenceOf(asked),
      ...this.wanted(asked),
      billCount: undefined,
      months: undefined,
      year: undefined,
      extra: undefined,
      answerWithinMs: this.profile.answerWithinMs,
    });
  }

  private buy(channelId: string, asked: Asked, late: boolean): Promise<Answer> {
    const wanted = this.wanted(asked);
    const { productId, customerNumber, amount } = wanted;
    return this.parts.directPaymentFlow.pay({
      channelId,
      reference: referenceOf(asked),
      ...wanted,
      contentHash: hashOf('buy', productId, customerNumber, amount?.toString() ?? ''),
      isLate: late,
      answerWithinMs: this.profile.answerWithinMs,
    });
  }

  private pay(channelId: string, asked: Asked, late: boolean): Promise<Answer> {
    const inquiryId = required(asked, 'inquiryId');
    const total = amountOf(required(asked, 'total'), 'total');
    return this.parts.paymentFlow.pay({
      channelId,
      reference: referenceOf(asked),
      inquiryId,
      total,
      contentHash: hashOf('pay', inquiryId, total.toString()),
      isLate: late,
      answerWithinMs: this.profile.answerWithinMs,
    });
  }

  /** Product, customer and amount; the partner's word for a product may have its amount in it. */
  private wanted(asked: Asked): { productId: string; customerNumber: string; amount: Rupiah | undefined } {
    const word = required(asked, 'product');
    const known = Object.hasOwn(this.profile.products, word) ? this.profile.products[word] : undefined;
    const sent = asked.get('amount');
    if (known?.amount !== undefined && sent !== undefined)
      throw malformed('the product has its amount already');
    const amount = known?.amount ?? sent;
    const productId = known?.product ?? word;
    // An address is written down by every server on the way.
    if (this.parts.catalog.product(productId)?.isNumberMasked === true)
      throw new RefusedRequest(
        refusal('PRODUCT_UNKNOWN', `${productId} is sold to numbers that may not be shown`),
      );
    return {
      productId,
      customerNumber: required(asked, 'customerNumber'),
      amount: amount === undefined ? undefined : amountOf(amount, 'amount'),
    };
  }

  private answerTo(answer: Answer): TextAnswer {
    const now = this.parts.clock.now();
    switch (answer.kind) {
      case 'refused':
        throw new RefusedRequest(answer.refusal, answer.payment);
      case 'offer':
        return offerAnswer(answer.inquiry, this.profile, now);
      case 'payment':
        return paymentAnswer(answer.payment, this.profile, now);
    }
  }
}

function inOurWords(values: ReadonlyMap<string, string>, parameters: TextProfile['parameters']): Asked {
  const names = Object.entries(parameters) as [keyof TextProfile['parameters'], string][];
  return new Map(
    names.flatMap(([ours, theirs]) => {
      const value = values.get(theirs);
      return value === undefined ? [] : [[ours, value]];
    }),
  );
}

/** What support reads: no PIN and no signature is among it. */
function masked(asked: Asked): Record<string, string> {
  const said = [...asked].map(([name, value]) => [
    name,
    name === 'customerNumber' ? maskNumber(value) : value,
  ]);
  return Object.fromEntries(said) as Record<string, string>;
}

function required(asked: Asked, name: keyof TextProfile['parameters']): string {
  const value = asked.get(name);
  if (value === undefined) throw malformed(`the ${name} is missing`);
  return value;
}

function referenceOf(asked: Asked): string {
  const reference = required(asked, 'reference');
  if (!REFERENCE.test(reference)) throw malformed('the reference must be 1 to 64 of A-Z a-z 0-9 . _ -');
  return reference;
}

function amountOf(text: string, name: string): Rupiah {
  if (!AMOUNT.test(text)) throw malformed(`the ${name} must be whole rupiah in digits`);
  return rupiahFromText(text);
}

function hashOf(...members: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(members)).digest();
}

function malformed(detail: string): RefusedRequest {
  return new RefusedRequest(refusal('REQUEST_MALFORMED', detail));
}
