import type { Socket } from 'node:net';

/** What a gate needs to know of one socket; of a TLS socket and of the plain one under it that is the same. */
type Ends = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/**
 * Stands before the lines of one port, so that who cannot sign on cannot keep out who can: an address that no channel
 * may call from is let go at once, and of more lines than may wait for their sign-on the oldest goes.
 */
export class Gate {
  private readonly waiting = new Map<string, Socket>();

  constructor(
    private readonly waitingMax: number,
    private readonly isKnown: (address: string) => boolean,
  ) {}

  /** Takes in a socket that has just connected, or destroys it. */
  take(socket: Socket): void {
    if (socket.remoteAddress === undefined || !this.isKnown(socket.remoteAddress)) {
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    this.waiting.set(name, socket);
    socket.once('close', () => {
      if (this.waiting.get(name) === socket) this.waiting.delete(name);
    });
    const [oldest] = this.waiting;
    if (!oldest || this.waiting.size <= this.waitingMax) return;
    this.waiting.delete(oldest[0]);
    oldest[1].destroy();
  }

  /** One of them has signed on, and waits no more. */
  signedOn(socket: Ends): void {
    this.waiting.delete(nameOf(socket));
  }
}

function nameOf({ remoteAddress, remotePort }: Ends): string {
  return `${remoteAddress} ${remotePort}`;
}
