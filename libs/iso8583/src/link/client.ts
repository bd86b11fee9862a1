import type { Socket } from 'node:net';
import { fail } from '#lib/kernel';
import { Iso8583Link, type LinkCounters, type LinkHandlers, type LinkOptions } from './link';
import type { BackOffLimits } from './link-limits';
import type { LinkAnswer } from './pending-requests';
import type { IsoMessage } from '../message';

/** What a client does besides what a link does. */
export interface ClientOptions extends LinkOptions {
  /** Opens a new socket: plain, or with TLS. */
  connect: () => Socket;
  backOff: BackOffLimits;
  signOnWithinMs: number;
}

/** The calling side of a link: connects, signs on, and comes back after a loss with growing waits. */
export class Iso8583Client {
  private link: Iso8583Link | undefined;
  private connecting: Socket | undefined;
  private failures = 0;
  private again: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** While a line is being opened, for the first time or after a loss: ends when it stands, or has failed again. */
  private opening: { isOver: Promise<void>; over: () => void } | undefined;
  /** How often a line was opened. */
  connections = 0;

  constructor(
    private readonly options: ClientOptions,
    private readonly handlers: LinkHandlers,
  ) {
    this.connect();
  }

  /** Whether a question would leave now. */
  get isReady(): boolean {
    return this.link?.isOpen === true && this.link.isSignedOn;
  }

  /**
   * Waits while a line is being opened, and no longer than that; not for the next try after one that failed.
   * @returns whether a question would leave now.
   */
  async whenReady(withinMs: number): Promise<boolean> {
    if (this.isReady || !this.opening) return this.isReady;
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      late = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.opening.isOver, tooLate]);
    clearTimeout(late);
    return this.isReady;
  }

  /** What passed over the line that stands now. */
  get counters(): LinkCounters | undefined {
    return this.link?.counters;
  }

  /** The next number for a message; undefined while there is no line. */
  nextStan(): string | undefined {
    return this.link?.nextStan();
  }

  /** As the link's own; `not sent` while there is no line. */
  async request(message: IsoMessage, withinMs: number): Promise<LinkAnswer> {
    if (!this.link || !this.isReady)
      return fail({ kind: 'not sent', detail: 'there is no line that is signed on' });
    return this.link.request(message, withinMs);
  }

  /** Signs off and goes. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.opened();
    clearTimeout(this.again);
    this.connecting?.destroy();
    const { link } = this;
    if (this.isReady) await link?.signOff(this.options.signOnWithinMs);
    link?.end('closed by us');
  }

  private opened(): void {
    this.opening?.over();
    this.opening = undefined;
  }

  private begin(): void {
    let over = (): void => undefined;
    const isOver = new Promise<void>((resolve) => {
      over = resolve;
    });
    this.opening ??= { isOver, over };
  }

  private connect(): void {
    this.begin();
    const socket = this.options.connect();
    this.connecting = socket;
    socket.once('connect', () => {
      this.connecting = undefined;
      this.connections += 1;
      const link = new Iso8583Link(socket, this.options, {
        ...this.handlers,
        serve: (question) => this.handlers.serve(question),
        ended: (reason) => {
          this.handlers.ended?.(reason);
          this.comeBack();
        },
      });
      this.link = link;
      void this.signOn(link);
    });
    socket.once('error', () => undefined);
    // Once there is a link, it says itself when the line is gone.
    socket.once('close', () => {
      if (this.connecting === socket) this.comeBack();
    });
  }

  private async signOn(link: Iso8583Link): Promise<void> {
    if (this.options.needsSignOn) {
      const signedOn = await link.signOn(this.options.signOnWithinMs);
      if (!signedOn.ok) return link.end(`sign-on failed: ${signedOn.error.detail}`);
    }
    this.failures = 0;
    this.opened();
  }

  private comeBack(): void {
    this.connecting = undefined;
    // A line that stood until now is opened again at once: who asks meanwhile waits for it.
    if (this.failures === 0 && !this.isClosed) this.begin();
    else this.opened();
    if (this.isClosed) return;
    const { firstMs, maxMs } = this.options.backOff;
    const waitMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures, 20));
    this.failures += 1;
    // Between half and all of it, so that many clients do not come back at once.
    this.again = setTimeout(() => this.connect(), waitMs * (0.5 + Math.random() / 2));
  }
}
