import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fail, type Clock } from '#lib/kernel';
import {
  Iso8583Client,
  StanCounter,
  type IsoFields,
  type IsoMessage,
  type Iso8583Spec,
  type LinkAnswer,
  type LinkFailure,
} from '#lib/iso8583';
import { numberSetting, setting, SettingError } from '#lib/platform';
import type { Iso8583BillerSpec } from './spec';

/** What happens on a biller's lines besides answers in time, for people who have to explain it later. */
export type LineEvents = (event: string, what: Readonly<Record<string, unknown>>) => void;

/** What lines may be told besides their spec. */
export interface LineOptions {
  tell?: LineEvents | undefined;
  /** The number of the first message, where that must be known before; by chance where left out. */
  firstStan?: number | undefined;
}

const PORT_MAX = 65_535;

/**
 * The connections to one biller: signed on, kept awake, opened again when lost. A message goes out on one of them, once;
 * nothing is ever sent again by itself.
 */
export class BillerLines {
  private readonly clients: readonly Iso8583Client[];
  private readonly stans: StanCounter;
  private readonly tell: LineEvents;
  private turn = 0;

  /** @throws SettingError when the biller's address is not in the environment, or is none. */
  constructor(
    private readonly spec: Iso8583BillerSpec,
    private readonly dialect: Iso8583Spec,
    clock: Clock,
    { tell = () => undefined, firstStan = 1 + Math.trunc(Math.random() * 900_000) }: LineOptions,
  ) {
    this.tell = tell;
    const { line } = spec;
    const open = socketOf(spec);
    const options = {
      spec: dialect,
      limits: limitsOf(line),
      clock,
      identity: spec.fields as IsoFields,
      needsSignOn: line.signOn,
      connect: open,
      backOff: line.backOff,
      signOnWithinMs: line.signOnWithinMs,
    };
    this.clients = Array.from(
      { length: line.connections },
      () => new Iso8583Client(options, this.handlers()),
    );
    const { stanField } = dialect.definition;
    // Another start for each process, so that two of them seldom use one number in the same second.
    this.stans = new StanCounter(dialect.widthOf(stanField), firstStan - 1);
  }

  /** The next number for a message that is never asked about by it. */
  nextStan(): string {
    return this.stans.next();
  }

  /** Whether a message would leave now. */
  get isReady(): boolean {
    return this.clients.some((client) => client.isReady);
  }

  /** Waits for a line that is just being opened. @returns whether a message would leave now. */
  async whenReady(withinMs: number): Promise<boolean> {
    const ready = this.clients.map(async (client) => {
      if (!(await client.whenReady(withinMs))) throw new Error('this line is not open');
    });
    // The first that stands is enough; where none does, all have been waited for.
    await Promise.any(ready).catch(() => undefined);
    return this.isReady;
  }

  /**
   * Asks on a line that is signed on; where all are just being opened, waits for one, within the same time.
   * @returns the answer that agrees in every key field, or why there is none: `not sent` only where no byte has left.
   */
  async ask(message: IsoMessage, withinMs: number, onSending?: () => void): Promise<LinkAnswer> {
    const client = this.readyOne();
    if (client) {
      onSending?.();
      return client.request(message, withinMs);
    }
    const begun = performance.now();
    const readyWithinMs = Math.min(withinMs, this.spec.line.readyWithinMs);
    await this.whenReady(readyWithinMs);
    const late = this.readyOne();
    if (!late) return notSent('there is no line that is signed on');
    onSending?.();
    return late.request(message, withinMs - (performance.now() - begun));
  }

  /** Signs off and closes every line. What waits for an answer learns that there is none. */
  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  /** The next in turn of those that would send now. */
  private readyOne(): Iso8583Client | undefined {
    for (let tried = 0; tried < this.clients.length; tried += 1) {
      this.turn = (this.turn + 1) % this.clients.length;
      const client = this.clients[this.turn];
      if (client?.isReady) return client;
    }
    return undefined;
  }

  private handlers() {
    const { dialect, tell } = this;
    return {
      // A biller asks us nothing but network messages, which the link answers; whatever else it sends is refused.
      serve: (question: IsoMessage): Promise<IsoMessage> => {
        tell('question we do not answer', { message: dialect.masked(question) });
        const { field, malformed } = dialect.definition.codes;
        return Promise.resolve(dialect.answerTo(question, { [field]: malformed }));
      },
      late: (answer: IsoMessage, question: IsoMessage) =>
        tell('late answer', { message: dialect.masked(answer), question: dialect.masked(question) }),
      unmatched: (answer: IsoMessage) =>
        tell('answer to nothing we asked', { message: dialect.masked(answer) }),
      unreadable: ({ path, problem, raw }: { path: string; problem: string; raw: string }) =>
        tell('message refused', { path, problem, raw }),
      fault: (error: unknown) => tell('line ended by a fault of our own', { err: error }),
      ended: (reason: string) => tell('line ended', { reason }),
    };
  }
}

function limitsOf(line: Iso8583BillerSpec['line']) {
  const { pendingMax, inHandMax, frameWithinMs, echoEveryMs, echoWithinMs, unsentMaxBytes, lateKeptMax } =
    line;
  return { pendingMax, inHandMax, frameWithinMs, echoEveryMs, echoWithinMs, unsentMaxBytes, lateKeptMax };
}

function socketOf({ biller, host: hostName, port: portName, tls }: Iso8583BillerSpec): () => Socket {
  const purpose = `where biller ${biller} listens`;
  const host = setting(hostName, purpose);
  const port = numberSetting(portName, purpose);
  if (port < 1 || port > PORT_MAX) throw new SettingError(`${portName}=${port} is no port: ${purpose}`);
  return () => (tls ? connectTls({ host, port, servername: host }) : connect({ host, port }));
}

function notSent(detail: string): LinkAnswer {
  return fail<LinkFailure>({ kind: 'not sent', detail });
}
