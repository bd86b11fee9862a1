import type { Socket } from 'node:net';
import { fail, ok, type Clock, type Result } from '#lib/kernel';
import { FrameReader } from '../frame/frame-reader';
import type { IsoFields, IsoMessage } from '../message';
import type { Iso8583Spec } from '../spec/spec';
import { WireError } from '../wire-error';
import type { LinkLimits } from './link-limits';
import { PendingRequests, type LinkAnswer, type LinkFailure } from './pending-requests';
import { StanCounter } from './stan';

/** What a link needs from who holds it. */
export interface LinkOptions {
  spec: Iso8583Spec;
  limits: LinkLimits;
  clock: Clock;
  /** Fields that our own network messages carry where their type lists them, such as 32, 33 and 41. */
  identity?: IsoFields;
  /** Whether messages need a sign-on before them. */
  needsSignOn: boolean;
}

/** What a link tells and asks. A promise that fails is answered as busy, and told. */
export interface LinkHandlers {
  /** A question of theirs, complete by its type's table. @returns the answer. */
  serve(question: IsoMessage): Promise<IsoMessage>;
  /** Their sign-on. @returns the answer code; undefined lets them in. */
  admit?(signOn: IsoMessage): string | undefined;
  /** The answer to a question whose time had passed: evidence. */
  late?(answer: IsoMessage, question: IsoMessage): void;
  /** An answer to nothing we asked: evidence. */
  unmatched?(answer: IsoMessage): void;
  /** Bytes or a message that were refused. */
  unreadable?(error: WireError): void;
  /** A fault of our own while answering. */
  broken?(error: unknown, question: IsoMessage): void;
  /** A fault of our own that leaves a message unanswered; it ends the line. */
  fault?(error: unknown): void;
  /** The line is gone. */
  ended?(reason: string): void;
}

/** What has passed over a link. */
export interface LinkCounters {
  received: number;
  sent: number;
  heartbeats: number;
  unreadable: number;
  unmatched: number;
  late: number;
  timedOut: number;
  busy: number;
}

/** One socket that carries many messages in both directions at once; either side of it. */
export class Iso8583Link {
  readonly counters: LinkCounters = {
    received: 0,
    sent: 0,
    heartbeats: 0,
    unreadable: 0,
    unmatched: 0,
    late: 0,
    timedOut: 0,
    busy: 0,
  };
  private readonly reader: FrameReader;
  private readonly pending: PendingRequests;
  private readonly stans: StanCounter;
  private isSignedOnNow = false;
  private endedBy: string | undefined;
  private inHand = 0;
  private whenIdle: (() => void) | undefined;
  private wholeBy: NodeJS.Timeout | undefined;
  private readonly silence: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly options: LinkOptions,
    private readonly handlers: LinkHandlers,
  ) {
    const { spec, limits } = options;
    this.reader = new FrameReader(spec.framing);
    this.pending = new PendingRequests(limits.pendingMax, limits.lateKeptMax, () => {
      this.counters.timedOut += 1;
    });
    this.stans = new StanCounter(
      spec.widthOf(spec.definition.stanField),
      Math.trunc(Math.random() * 900_000),
    );
    this.silence = setTimeout(() => void this.askForEcho(), limits.echoEveryMs);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      try {
        this.take(chunk);
      } catch (error) {
        this.fault(error);
      }
    });
    socket.on('error', (error) => this.end(`the socket failed: ${error.message}`));
    socket.on('close', () => this.end('the other side closed'));
  }

  /** Whether business messages may pass. */
  get isSignedOn(): boolean {
    return this.isSignedOnNow || !this.options.needsSignOn;
  }

  get isOpen(): boolean {
    return this.endedBy === undefined;
  }

  /** The next number for a message of ours. */
  nextStan(): string {
    return this.stans.next();
  }

  /**
   * Asks the other side. The time is one total limit from now, whatever arrives meanwhile.
   * @returns the answer that agrees in every key field, or why there is none.
   */
  async request(message: IsoMessage, withinMs: number): Promise<LinkAnswer> {
    if (!this.isSignedOn) return notSent('the link is not signed on');
    return this.ask(message, withinMs);
  }

  /** Signs on. Business messages may pass once the other side has approved. */
  async signOn(withinMs: number): Promise<Result<void, LinkFailure>> {
    const done = await this.network(this.options.spec.definition.network.signOn, withinMs);
    if (done.ok) this.isSignedOnNow = true;
    return done;
  }

  /** Asks the other side whether it is there. */
  async echo(withinMs: number): Promise<Result<void, LinkFailure>> {
    return this.network(this.options.spec.definition.network.echo, withinMs);
  }

  /** Signs off: no business message passes any more, and those in flight may still be answered. */
  async signOff(withinMs: number): Promise<Result<void, LinkFailure>> {
    this.isSignedOnNow = false;
    return this.network(this.options.spec.definition.network.signOff, withinMs);
  }

  /** Takes no new business message, which is answered as busy, and waits until those in hand are answered. */
  async drain(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
      if (this.inHand === 0) resolve();
    });
  }

  /** Ends the line. Whatever waits for an answer learns that there is none. */
  end(reason: string): void {
    if (this.endedBy !== undefined) return;
    this.endedBy = reason;
    this.isSignedOnNow = false;
    clearTimeout(this.silence);
    clearTimeout(this.wholeBy);
    this.pending.endAll(reason);
    this.socket.end();
    // A peer that does not take the last bytes would otherwise keep the socket for ever.
    const giveUp = setTimeout(() => this.socket.destroy(), 1_000);
    giveUp.unref();
    this.socket.once('close', () => clearTimeout(giveUp));
    this.handlers.ended?.(reason);
  }

  private async network(code: string, withinMs: number): Promise<Result<void, LinkFailure>> {
    const { spec, identity = {}, clock } = this.options;
    const { network, stanField, codes } = spec.definition;
    const known = spec.fieldsOf(network.request);
    const all: IsoFields = {
      ...identity,
      ...spec.stamps(clock.now()),
      [stanField]: this.nextStan(),
      [network.codeField]: code,
    };
    const fields: IsoFields = Object.fromEntries(
      Object.entries(all).filter(([number]) => known.has(Number(number))),
    );
    const answer = await this.ask({ mti: network.request, fields }, withinMs);
    if (!answer.ok) return answer;
    const said = answer.value.fields[codes.field];
    return said === codes.approved ? ok(undefined) : fail({ kind: 'refused', detail: `answered ${said}` });
  }

  private async ask(message: IsoMessage, withinMs: number): Promise<LinkAnswer> {
    const { spec } = this.options;
    if (this.endedBy !== undefined) return notSent(this.endedBy);
    if (withinMs <= 0) return notSent('its time has passed');
    const key = spec.matchKey(message);
    const objection = this.pending.objectionTo(key);
    if (objection !== undefined) return notSent(objection);
    let frame: Buffer;
    try {
      frame = spec.packFrame(message);
    } catch (error) {
      if (error instanceof WireError) return notSent(error.message);
      throw error;
    }
    if (!this.socket.writable) return notSent('the socket takes no more');
    const answer = this.pending.wait(key, message, withinMs);
    this.write(frame);
    return answer;
  }

  private write(frame: Buffer): void {
    if (!this.socket.writable) return;
    // What is answered in one turn leaves in one segment.
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    this.socket.write(frame);
    this.counters.sent += 1;
    if (this.socket.writableLength > this.options.limits.unsentMaxBytes)
      this.end('the other side does not read');
  }

  private take(chunk: Buffer): void {
    if (this.endedBy !== undefined) return;
    const { limits } = this.options;
    this.silence.refresh();
    const { messages, heartbeats, error } = this.reader.push(chunk);
    this.counters.heartbeats += heartbeats;
    if (messages.length > 0 || this.reader.heldBytes === 0) {
      clearTimeout(this.wholeBy);
      this.wholeBy = undefined;
    }
    if (this.reader.heldBytes > 0)
      this.wholeBy ??= setTimeout(
        () => this.end(`a message did not arrive whole within ${limits.frameWithinMs} ms`),
        limits.frameWithinMs,
      );
    for (const message of messages) if (this.isOpen) this.takeMessage(message);
    if (!error || !this.isOpen) return;
    this.unreadable(error);
    this.end(`the framing is lost: ${error.message}`);
  }

  private takeMessage(bytes: Buffer): void {
    const { spec } = this.options;
    this.counters.received += 1;
    const read = spec.unpack(bytes);
    const checked = read.ok ? spec.check(read.value) : read;
    const message = checked.ok ? checked.value : checked.error.partial;
    const isQuestion = message !== undefined && spec.answerTypeOf(message.mti) !== undefined;
    if (!checked.ok) this.unreadable(checked.error);
    if (message !== undefined && !isQuestion)
      this.takeAnswer(message, checked.ok ? undefined : checked.error);
    else if (checked.ok) this.takeQuestion(checked.value);
    else this.refuse(message, checked.error);
  }

  private takeAnswer(message: IsoMessage, error: WireError | undefined): void {
    const key = this.options.spec.matchKey(message);
    const answer: LinkAnswer = error ? fail({ kind: 'unreadable', detail: error.message }) : ok(message);
    if (this.pending.settle(key, answer)) return;
    const question = this.pending.takeExpired(key);
    if (question) {
      this.counters.late += 1;
      this.handlers.late?.(message, question);
    } else {
      this.counters.unmatched += 1;
      this.handlers.unmatched?.(message);
    }
  }

  private takeQuestion(question: IsoMessage): void {
    const { spec, limits } = this.options;
    const { codes, network } = spec.definition;
    if (question.mti === network.request) this.answer(question, this.networkCode(question));
    else if (!this.isSignedOn) this.answer(question, codes.signOnFirst);
    else if (this.inHand >= limits.inHandMax || this.whenIdle !== undefined) {
      this.counters.busy += 1;
      this.answer(question, codes.busy);
    } else void this.serve(question).catch((error: unknown) => this.fault(error));
  }

  private async serve(question: IsoMessage): Promise<void> {
    this.inHand += 1;
    try {
      this.write(this.options.spec.packFrame(await this.handlers.serve(question)));
    } catch (error) {
      this.handlers.broken?.(error, question);
      this.answer(question, this.options.spec.definition.codes.busy);
    } finally {
      this.inHand -= 1;
      if (this.inHand === 0) this.whenIdle?.();
    }
  }

  /** Their network message, done. @returns the answer code. */
  private networkCode(question: IsoMessage): string {
    const { codes, network } = this.options.spec.definition;
    switch (question.fields[network.codeField]) {
      case network.signOn: {
        const refused = this.handlers.admit?.(question);
        this.isSignedOnNow = refused === undefined;
        return refused ?? codes.approved;
      }
      case network.signOff:
        this.isSignedOnNow = false;
        return codes.approved;
      case network.echo:
        return codes.approved;
      default:
        return codes.networkCodeUnknown;
    }
  }

  private answer(question: IsoMessage, code: string, more: IsoFields = {}): void {
    const { spec } = this.options;
    this.write(spec.packFrame(spec.answerTo(question, { ...more, [spec.definition.codes.field]: code })));
  }

  /** Refuses what cannot be read, in the dialect where its STAN can be told, and by closing where it cannot. */
  private refuse(partial: IsoMessage | undefined, error: WireError): void {
    const { stanField, codes } = this.options.spec.definition;
    if (partial?.fields[stanField] !== undefined)
      this.answer(partial, codes.malformed, this.options.spec.blame(partial, error.path));
    else this.end(`a message cannot be read: ${error.message}`);
  }

  private unreadable(error: WireError): void {
    this.counters.unreadable += 1;
    this.handlers.unreadable?.(error);
  }

  /** What goes wrong on one line is that line's end, and no other's. */
  private fault(error: unknown): void {
    this.handlers.fault?.(error);
    this.end('a fault of our own');
  }

  private async askForEcho(): Promise<void> {
    // Whatever arrives, the answer included, begins the next silence.
    const answer = await this.echo(this.options.limits.echoWithinMs);
    if (!answer.ok && answer.error.kind !== 'refused') this.end(`no echo: ${answer.error.detail}`);
  }
}

function notSent(detail: string): LinkAnswer {
  return fail({ kind: 'not sent', detail });
}
