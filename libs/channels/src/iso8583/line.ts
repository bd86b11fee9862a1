import type { Socket } from 'node:net';
import type { ResponseCode } from '#lib/kernel';
import { Iso8583Link, type IsoMessage } from '#lib/iso8583';
import type { DoorParts } from '../door';
import { certificateOfPeer } from '../pinned-certificates';
import type { Iso8583Admission, Peer } from './admission';
import { answerFields, codeOf, type Reply } from './answer';
import type { Iso8583Desk } from './desk';
import type { Iso8583Limits } from './limits';
import { callOf, readQuestion, type Question } from './question';
import type { Speech } from './speech';

/** Above the flows' own deadline: what is not answered by then is answered as not known. */
const GRACE_MS = 1_000;

/** What a line of one profile is made of. */
export interface LineParts {
  door: Pick<DoorParts, 'clock' | 'logger' | 'rates'>;
  speech: Speech;
  admission: Iso8583Admission;
  desk: Iso8583Desk;
  limits: Iso8583Limits;
}

/** One partner's socket: who it is, and its messages one by one. */
export class Iso8583Line {
  readonly link: Iso8583Link;
  private channelId: string | undefined;
  private readonly peer: Peer;
  private readonly signOnBy: NodeJS.Timeout;

  constructor(
    socket: Socket,
    private readonly parts: LineParts,
    private readonly told: { signedOn(): void; ended(): void },
  ) {
    const { speech, limits, door } = parts;
    this.peer = { address: socket.remoteAddress ?? '', certificate: certificateOfPeer(socket) };
    this.link = new Iso8583Link(
      socket,
      { spec: speech.spec, limits: limits.link, clock: door.clock, needsSignOn: true },
      {
        serve: (question) => this.serve(question),
        admit: (signOn) => this.admit(signOn),
        late: (answer) => this.log('late answer', { message: speech.spec.masked(answer) }),
        unmatched: (answer) =>
          this.log('answer to nothing we asked', { message: speech.spec.masked(answer) }),
        unreadable: (error) =>
          this.log('message refused', { path: error.path, problem: error.problem, raw: error.raw }),
        broken: (error, question) =>
          door.logger.error(
            { ...this.who(), err: error, message: speech.spec.masked(question) },
            'message not answered',
          ),
        fault: (error) =>
          door.logger.error({ ...this.who(), err: error }, 'line ended by a fault of our own'),
        ended: (reason) => {
          clearTimeout(this.signOnBy);
          door.logger.info({ ...this.who(), reason, counters: this.link.counters }, 'line ended');
          told.ended();
        },
      },
    );
    this.signOnBy = setTimeout(() => {
      if (this.channelId === undefined) this.link.end('nobody signed on');
    }, limits.signOnWithinMs);
  }

  private admit(signOn: IsoMessage): string | undefined {
    const { admission, speech } = this.parts;
    const channel = admission.admit(speech, signOn.fields[speech.profile.institutionField], this.peer);
    this.channelId = channel?.channel.channelId;
    if (channel) this.told.signedOn();
    this.log(channel ? 'signed on' : 'sign-on refused', { message: speech.spec.masked(signOn) });
    return channel ? undefined : speech.wireCode('SIGNATURE_INVALID');
  }

  private async serve(message: IsoMessage): Promise<IsoMessage> {
    const { speech, door } = this.parts;
    const { question, reply } = await this.replyTo(message);
    const answer = this.answerOf(message, question, reply);
    const line = {
      ...this.who(),
      paymentId: reply.kind === 'payment' ? reply.payment.paymentId : undefined,
      code: codeOf(reply),
      message: speech.spec.masked(message),
      answer: speech.spec.masked(answer),
    };
    door.logger.info(line, 'message answered');
    return answer;
  }

  /**
   * What cannot be written, such as a biller's text that no field has room for, is left out: what a payment came to must
   * be said whatever else can be.
   */
  private answerOf(message: IsoMessage, question: Question | undefined, reply: Reply): IsoMessage {
    const { speech, door } = this.parts;
    const { spec } = speech;
    try {
      const blamed = reply.kind === 'refused' && reply.blamed ? spec.blame(message, reply.blamed) : {};
      const answer = spec.answerTo(message, { ...blamed, ...answerFields(speech, question, reply) });
      spec.pack(answer);
      return answer;
    } catch (error) {
      door.logger.error({ ...this.who(), err: error }, 'answer written without its data');
      return spec.answerTo(message, { [spec.definition.codes.field]: speech.wireCode(codeOf(reply)) });
    }
  }

  private async replyTo(message: IsoMessage): Promise<{ question: Question | undefined; reply: Reply }> {
    const { admission, speech, door } = this.parts;
    const institution = message.fields[speech.profile.institutionField];
    const channel = admission.standing(speech, this.channelId ?? '', institution, this.peer);
    if (!channel) return refused('SIGNATURE_INVALID');
    if (!door.rates.allow(channel.channel)) return refused('RATE_LIMITED');
    const call = callOf(speech, message);
    if (!call) return refused('ENDPOINT_UNKNOWN');
    const question = readQuestion(speech, call, message);
    if (question.objection)
      this.log('message objected to', {
        field: question.objection.field,
        problem: question.objection.detail,
      });
    const caller = { channelId: channel.channel.channelId, speech };
    return { question, reply: await this.inTime(question, this.parts.desk.answer(caller, question)) };
  }

  /**
   * Whatever happens inside, the partner is answered in time. What cannot be said of a payment is "in progress": it may
   * have been formed, and lives on.
   */
  private async inTime(question: Question, working: Promise<Reply>): Promise<Reply> {
    const { speech, door } = this.parts;
    const notKnown: Reply = {
      kind: 'refused',
      code: question.call === 'inquiry' ? 'NOT_NOW' : 'IN_PROGRESS',
    };
    const replied = working.catch((error: unknown): Reply => {
      door.logger.error({ ...this.who(), err: error, reference: question.reference }, 'outcome not known');
      return notKnown;
    });
    let late: NodeJS.Timeout | undefined;
    const overdue = new Promise<Reply>((resolve) => {
      late = setTimeout(() => resolve(notKnown), speech.profile.answerWithinMs + GRACE_MS);
    });
    const reply = await Promise.race([replied, overdue]);
    clearTimeout(late);
    return reply;
  }

  private log(event: string, what: object): void {
    this.parts.door.logger.info({ ...this.who(), ...what }, event);
  }

  private who(): object {
    return { channelId: this.channelId, address: this.peer.address, profile: this.parts.speech.name };
  }
}

function refused(code: ResponseCode): { question: undefined; reply: Reply } {
  return { question: undefined, reply: { kind: 'refused', code } };
}
