import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Behaviour } from '../billers/behaviour';
import type { Counter } from '../billers/counter';
import type { Reaction } from '../billers/desk';
import type { Framing } from './framing';
import { type Forms, type IsoMessage, packed, unpacked } from './message';

const HOST = '127.0.0.1';
const LINES_MAX = 200;
const ECHO_AFTER_MS = 30_000;
const NOISE = Buffer.from('0x9!:<>~~~ no message ~~~');

/** How one ISO 8583 biller speaks. */
export type IsoDialect = {
  readonly forms: Forms;
  readonly framing: Framing;
  readonly network: {
    readonly request: string;
    readonly answer: string;
    readonly field: number;
    readonly signOn: string;
    readonly signOff: string;
    readonly codeField: number;
    readonly approved: string;
    readonly signOnFirst: string;
    readonly broken: string;
  };
  /** What our own echo says, by its number. */
  readonly echo: (stan: number, now: Date) => IsoMessage;
  /** Answers a financial message. */
  readonly serve: (counter: Counter, message: IsoMessage, now: Date) => Promise<Reaction<IsoMessage>>;
  /** The answer to a message with this code and nothing more than what is repeated. */
  readonly answered: (message: IsoMessage, code: string) => IsoMessage;
};

type Line = { readonly socket: Socket; isSignedOn: boolean; rest: Buffer; lastAt: number };

/** Listens for the lines of one biller: any number of messages at once on each, answered as they get ready. */
export class IsoHost {
  private server: Server | undefined;
  private readonly lines = new Set<Line>();
  private port: number;
  private echoes = 0;
  private readonly echoTimer: NodeJS.Timeout;

  constructor(
    private readonly dialect: IsoDialect,
    private readonly counter: Counter,
    private readonly behaviour: Behaviour,
    private readonly now: () => Date,
    port: number,
  ) {
    this.port = port;
    this.echoTimer = setInterval(() => this.echo(), ECHO_AFTER_MS / 2).unref();
    behaviour.onMode((id, { mode }) => {
      if (id !== this.counter.biller.id) return;
      if (mode === 'refusing') this.stop();
      else if (!this.server) void this.listen();
    });
  }

  /** Where it listens. */
  get address(): number {
    return this.port;
  }

  /** Listens; a port of 0 becomes one that is free, and stays. */
  async listen(): Promise<void> {
    const server = createServer((socket) => this.open(socket)).listen(this.port, HOST);
    this.server = server;
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address) this.port = address.port;
  }

  /** Ends for good. */
  close(): void {
    clearInterval(this.echoTimer);
    this.stop();
  }

  private stop(): void {
    this.server?.close();
    this.server = undefined;
    for (const { socket } of this.lines) socket.destroy();
  }

  private open(socket: Socket): void {
    if (this.lines.size >= LINES_MAX) return void socket.destroy();
    const line: Line = { socket, isSignedOn: false, rest: Buffer.alloc(0), lastAt: Date.now() };
    this.lines.add(line);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.hear(line, chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.lines.delete(line));
  }

  private hear(line: Line, chunk: Buffer): void {
    line.lastAt = Date.now();
    const came = line.rest.length === 0 ? chunk : Buffer.concat([line.rest, chunk]);
    const split = this.dialect.framing.split(came);
    if (!split) return void line.socket.destroy();
    line.rest = split.rest;
    for (const frame of split.frames) this.read(line, frame);
  }

  private read(line: Line, frame: Buffer): void {
    const message = unpacked(frame.toString('latin1'), this.dialect.forms);
    if (message && !this.isOurEchoAnswered(message)) void this.answer(line, message);
  }

  private isOurEchoAnswered({ type }: IsoMessage): boolean {
    return type === this.dialect.network.answer;
  }

  private async answer(line: Line, message: IsoMessage): Promise<void> {
    const mode = this.behaviour.modeOf(this.counter.biller);
    if (mode.mode === 'dead') return;
    if (mode.mode === 'slow') await sleep(mode.delayMs, undefined, { ref: false });
    const { network, answered } = this.dialect;
    if (message.type === network.request) return this.send(line, this.networked(line, message));
    if (!line.isSignedOn) return this.send(line, answered(message, network.signOnFirst));
    const reaction = await this.dialect.serve(this.counter, message, this.now());
    switch (reaction.how) {
      case 'answer':
        return this.send(line, reaction.answer);
      case 'error':
        return this.send(line, answered(message, network.broken));
      case 'garbage':
        return void line.socket.write(this.dialect.framing.framed(NOISE));
      case 'reset':
        return void line.socket.resetAndDestroy();
      case 'silence':
        return;
    }
  }

  private networked(line: Line, message: IsoMessage): IsoMessage {
    const { network, answered } = this.dialect;
    const code = message.fields[network.field];
    if (code === network.signOn) line.isSignedOn = true;
    if (code === network.signOff) line.isSignedOn = false;
    return answered(message, network.approved);
  }

  private echo(): void {
    for (const line of this.lines)
      if (line.isSignedOn && Date.now() - line.lastAt >= ECHO_AFTER_MS) {
        this.echoes += 1;
        this.send(line, this.dialect.echo(this.echoes, this.now()));
      }
  }

  private send(line: Line, message: IsoMessage): void {
    if (line.socket.destroyed) return;
    const text = packed(message, this.dialect.forms);
    line.socket.write(this.dialect.framing.framed(Buffer.from(text, 'latin1')));
  }
}
