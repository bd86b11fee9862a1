import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Clock, type Result } from '#lib/kernel';
import type { Logger } from '#lib/platform';
import { BareNumber, readMessage, readSnapObject, type JsonObject } from '#lib/snap';
import type { Payments, SealedNumbers } from '#lib/switching';
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
import { faultOf, NAME_USED, snapRefusal, type SnapRefusal } from './refused';
import { INQUIRY_SHAPES, isPayment, PAYMENT_SHAPES, type Shape } from './shapes';
import type { StatusDesk } from './status.desk';
import type { TokenDesk } from './token.desk';

type Transaction = Exclude<Served, 'token'>;

/** A message as far as it is known before its members are. */
type Known = Pick<SnapMessage, 'peer' | 'body' | 'name' | 'at' | 'isLate'>;

/** The payment that a message is about. */
interface About {
  shape: Shape;
  reference: string;
}

type Reading = Result<{ body: JsonObject; members: Record<string, unknown> }, SnapRefusal>;

/** The services of the door, each in the same order: who calls, under which name, what is said, what is answered. */
export class SnapDesk {
  /**
   * It looks for nothing to mask: of a message it is handed what `maskedMessage` lets through, and nothing else of its
   * lines is a secret. To look through a whole message costs ten times what its line does.
   */
  private readonly messages: Logger;

  constructor(
    private readonly admission: SnapAdmission,
    private readonly externalIds: ExternalIds,
    private readonly tokens: TokenDesk,
    private readonly inquiries: InquiryDesk,
    private readonly payments: PaymentDesk,
    private readonly statuses: StatusDesk,
    private readonly books: Payments,
    private readonly numbers: Pick<SealedNumbers, 'traceOf'>,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.messages = logger.child({}, { redact: [] });
  }

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
    const about = paymentIn(service, body);
    const name = this.externalIds.of(
      { ...nameOf(call, peer, at, about?.reference), bodyHash: this.numbers.traceOf(call.body) },
      at,
    );
    const known = { peer, body, name, at, isLate: call.isLate };
    const result = await this.decide(service, known, reading, about);
    // Of a payment whose number cannot be read nobody can say that it failed.
    const understood = isPayment(service) && !about ? undefined : body;
    const answer = result.ok ? result.value : refusalAnswer(service, result.error, peer.profile, understood);
    this.log(call, peer, body, answer, result.ok ? undefined : result.error.detail);
    return this.write(call, answer);
  }

  private async decide(
    service: Transaction,
    known: Known,
    reading: Reading,
    about: About | undefined,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    if (about && reading.ok) return this.payments.pay(about.shape, messageOf(known, reading.value.members));

    // Whatever forms no payment uses its name up by itself.
    const conflict = conflictOf(service, known.peer, await known.name.use(), about);
    if (conflict) return this.refuseUnlessFormed(known, conflict, about);
    if (!reading.ok) return this.refuseUnlessFormed(known, reading.error, about);
    const { members } = reading.value;
    const message = messageOf(known, members);
    switch (service) {
      case 'inquiry':
      case 'inquiryIntrabank':
        return this.inquiries.inquire(INQUIRY_SHAPES[service], message);
      case 'payment':
      case 'paymentIntrabank':
        return fail(snapRefusal('40002', PAYMENT_SHAPES[service].number, 'a payment has no number'));
      case 'status':
        return this.statuses.ofAccount(message);
      case 'transferStatus':
        return this.statuses.ofTransfer(known.peer, members, known.body);
    }
  }

  /** A payment that exists is never denied, however broken the message that speaks of it again. */
  private async refuseUnlessFormed(
    known: Known,
    refusal: SnapRefusal,
    about: About | undefined,
  ): Promise<Result<SnapAnswer, SnapRefusal>> {
    if (!about) return fail(refusal);
    const { channelId } = known.peer.channel.channel;
    const formed = await this.books.findByReference(channelId, about.reference);
    if (!formed) return fail(refusal);
    const message: SnapMessage = { ...known, members: {}, identity: identityIn(known.body) };
    return this.payments.standing(about.shape, message, formed);
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
    this.messages.info(
      {
        channelId,
        service: call.service,
        externalId: header(call, 'x-external-id'),
        case: snapCase,
        detail,
        paymentId: paymentIdIn(members),
        said: maskedMessage(body),
      },
      'SNAP message',
    );
  }
}

/** Looks for what a payment's answer carries, wherever the profile has it. */
function paymentIdIn(members: Readonly<Record<string, unknown>>): string | undefined {
  for (const value of [members, ...Object.values(members)]) {
    const info = (value as { additionalInfo?: { paymentId?: unknown } } | null)?.additionalInfo;
    if (typeof info?.paymentId === 'string') return info.paymentId;
  }
  return undefined;
}

function read(peer: SnapPeer, service: Transaction, body: JsonObject): Reading {
  const message = readMessage(peer.fields[service], body);
  return message.ok ? ok({ body, members: message.value }) : fail(faultOf(message.error));
}

/** The payment that a message is about, where its service orders payments and its number can be read. */
function paymentIn(service: Transaction, body: JsonObject): About | undefined {
  if (!isPayment(service)) return undefined;
  const shape = PAYMENT_SHAPES[service];
  const value = Object.hasOwn(body, shape.number) ? body[shape.number] : undefined;
  return typeof value === 'string' && value.trim() !== ''
    ? { shape, reference: referenceOf(value) }
    : undefined;
}

function nameOf(call: SnapCall, { channel, profile }: SnapPeer, at: Date, reference: string | undefined) {
  return {
    channelId: channel.channel.channelId,
    businessDate: businessDateOf(at, { ...JAKARTA_MIDNIGHT, at: profile.externalId.dayEndsAt }),
    scope: profile.externalId.scope === 'service' ? codeOf(call.service) : '*',
    externalId: header(call, 'x-external-id'),
    reference,
  };
}

/** A name that was used today. A payment has a number of its own besides, so its message is judged by that. */
function conflictOf(
  service: Transaction,
  { profile }: SnapPeer,
  naming: Naming,
  about: About | undefined,
): SnapRefusal | undefined {
  if (naming.kind === 'new') return undefined;
  const isForgiven = isPayment(service)
    ? about !== undefined && naming.isSameReference
    : naming.isSameBody && profile.externalId.repeatedQuestion === 'asked again';
  return isForgiven ? undefined : NAME_USED;
}

function messageOf(known: Known, members: SnapMessage['members']): SnapMessage {
  return { members, identity: identityIn(members), ...known };
}

/** The account in members that were read, or in a body that could not be: there digits may stand as a bare number. */
function identityIn(members: Readonly<Record<string, unknown>>): SnapMessage['identity'] {
  const text = (name: string) => {
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (value instanceof BareNumber) return value.text;
    return typeof value === 'string' ? value : '';
  };
  return {
    partnerServiceId: text('partnerServiceId'),
    customerNo: text('customerNo'),
    virtualAccountNo: text('virtualAccountNo'),
  };
}
