import { createHash } from 'node:crypto';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Clock, type Result } from '#lib/kernel';
import type { Logger } from '#lib/platform';
import { readMessage, readSnapObject, type JsonObject } from '#lib/snap';
import type { Payments } from '#lib/switching';
import type { WireAnswer } from '../http/dialect';
import type { SnapAdmission } from './admission';
import { codeOf, writeAnswer, type SnapAnswer } from './answer';
import { header, type SnapCall } from './call';
import type { ExternalIds, Naming } from './external-ids';
import type { InquiryDesk } from './inquiry.desk';
import { maskedMessage } from './masked-message';
import type { SnapMessage } from './message';
import type { SnapPeer } from './partners';
import type { PaymentDesk } from './payment.desk';
import type { Served } from './profile';
import { refusalAnswer } from './refusal-answer';
import { referenceOf } from './reference';
import { faultOf, snapRefusal, type SnapRefusal } from './refused';
import { INQUIRY_SHAPES, PAYMENT_SHAPES } from './shapes';
import type { StatusDesk } from './status.desk';
import type { TokenDesk } from './token.desk';

type Transaction = Exclude<Served, 'token'>;
type Reading = Result<{ body: JsonObject; members: Record<string, unknown> }, SnapRefusal>;

/** The services of the door, each in the same order: who calls, under which name, what is said, what is answered. */
export class SnapDesk {
  constructor(
    private readonly admission: SnapAdmission,
    private readonly externalIds: ExternalIds,
    private readonly tokens: TokenDesk,
    private readonly inquiries: InquiryDesk,
    private readonly payments: PaymentDesk,
    private readonly statuses: StatusDesk,
    private readonly books: Payments,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Answers a call. Never answers a payment as failed that may have been formed.
   * @throws where the books are away: then nobody knows, and nothing is answered.
   */
  async answer(call: SnapCall): Promise<WireAnswer> {
    const { service } = call;
    if (service === 'token') return this.tokens.answer(call);
    const admitted = this.admission.ofTransaction(call);
    if (!admitted.ok) return this.write(call, refusalAnswer(service, admitted.error, undefined));
    const peer = admitted.value;
    const at = this.clock.now();
    const parsed = readSnapObject(call.body, peer.profile.jsonDepthMax);
    const body = parsed.ok ? parsed.value : {};
    const reading: Reading = parsed.ok
      ? read(peer, service, parsed.value)
      : fail(snapRefusal('40000', undefined, parsed.error));
    const reference = paymentNumber(service, body);
    const naming = await this.externalIds.use(nameOf(call, peer, at, reference), at);
    const result = await this.decide(call, { peer, body, naming, at }, reading, reference);
    const answer = result.ok ? result.value : refusalAnswer(service, result.error, peer.profile, body);
    this.log(call, peer, body, answer, result.ok ? undefined : result.error.detail);
    return this.write(call, answer);
  }

  private async decide(
    { service }: SnapCall,
    known: Pick<SnapMessage, 'peer' | 'body' | 'naming' | 'at'>,
    reading: Reading,
    reference: string | undefined,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    const conflict = conflictOf(service as Transaction, known.peer, known.naming, reference);
    const objection = conflict ?? (reading.ok ? undefined : reading.error);
    if (objection || !reading.ok)
      return this.refuseUnlessFormed(
        service,
        known,
        objection ?? snapRefusal('40000', undefined, ''),
        reference,
      );
    const { members } = reading.value;
    const message: SnapMessage = { ...known, members, identity: identityIn(members) };
    switch (service as Transaction) {
      case 'inquiry':
      case 'inquiryIntrabank':
        return this.inquiries.inquire(INQUIRY_SHAPES[service as 'inquiry'], message);
      case 'payment':
      case 'paymentIntrabank':
        return this.payments.pay(PAYMENT_SHAPES[service as 'payment'], message);
      case 'status':
        return this.statuses.ofAccount(message);
      case 'transferStatus':
        return this.statuses.ofTransfer(known.peer, members, known.body);
    }
  }

  /** A payment that exists is never denied, however broken the message that speaks of it again. */
  private async refuseUnlessFormed(
    service: Served,
    known: Pick<SnapMessage, 'peer' | 'body' | 'naming' | 'at'>,
    refusal: SnapRefusal,
    reference: string | undefined,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    if (reference === undefined) return fail(refusal);
    const formed = await this.books.findByReference(known.peer.channel.channel.channelId, reference);
    if (!formed) return fail(refusal);
    const message: SnapMessage = { ...known, members: {}, identity: identityIn({}) };
    return ok(this.payments.standing(PAYMENT_SHAPES[service as 'payment'], message, formed));
  }

  private write({ service }: SnapCall, answer: SnapAnswer): WireAnswer {
    return writeAnswer(service, answer, this.clock.now());
  }

  /** What support finds by the Payment ID or by the partner's number. */
  private log(
    call: SnapCall,
    peer: SnapPeer,
    body: JsonObject,
    { snapCase, members }: SnapAnswer,
    detail: string | undefined,
  ): void {
    const { channelId } = peer.channel.channel;
    this.logger.info(
      {
        channelId,
        service: call.service,
        externalId: header(call, 'X-EXTERNAL-ID'),
        case: snapCase,
        ...(detail === undefined ? {} : { detail }),
        ...paymentIdIn(members),
        said: maskedMessage(body),
      },
      'SNAP message',
    );
  }
}

/** Looks for what a payment's answer carries, wherever the profile has it. */
function paymentIdIn(members: Readonly<Record<string, unknown>>): { paymentId?: string } {
  for (const value of [members, ...Object.values(members)]) {
    const info = (value as { additionalInfo?: { paymentId?: unknown } } | null)?.additionalInfo;
    if (typeof info?.paymentId === 'string') return { paymentId: info.paymentId };
  }
  return {};
}

function read(peer: SnapPeer, service: Transaction, body: JsonObject): Reading {
  const message = readMessage(peer.fields[service], body);
  return message.ok ? ok({ body, members: message.value }) : fail(faultOf(message.error));
}

/** The number of the payment that a message is about, if it is about one. */
function paymentNumber(service: Served, body: JsonObject): string | undefined {
  if (service !== 'payment' && service !== 'paymentIntrabank') return undefined;
  const { number } = PAYMENT_SHAPES[service];
  const value = Object.hasOwn(body, number) ? body[number] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? referenceOf(value) : undefined;
}

function nameOf(call: SnapCall, { channel, profile }: SnapPeer, at: Date, reference: string | undefined) {
  return {
    channelId: channel.channel.channelId,
    businessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
    scope: profile.externalId.scope === 'service' ? codeOf(call.service) : '*',
    externalId: header(call, 'X-EXTERNAL-ID'),
    reference,
    bodyHash: createHash('sha256').update(call.body).digest(),
  };
}

/** A name that was used today. A payment has a number of its own besides, so its message is judged by that. */
function conflictOf(
  service: Transaction,
  { profile }: SnapPeer,
  naming: Naming,
  reference: string | undefined,
): SnapRefusal | undefined {
  if (naming.kind === 'new') return undefined;
  const isPayment = service === 'payment' || service === 'paymentIntrabank';
  if (isPayment && reference !== undefined && naming.isSameReference) return undefined;
  const isAskedAgain = profile.externalId.repeatedQuestion === 'asked again' && naming.isSameBody;
  if (!isPayment && isAskedAgain) return undefined;
  return snapRefusal('40900', undefined, 'the X-EXTERNAL-ID was used today');
}

function identityIn(members: Readonly<Record<string, unknown>>): SnapMessage['identity'] {
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : '');
  return {
    partnerServiceId: text('partnerServiceId'),
    customerNo: text('customerNo'),
    virtualAccountNo: text('virtualAccountNo'),
  };
}
