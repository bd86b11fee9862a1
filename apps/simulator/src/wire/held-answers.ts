import type { Socket } from 'node:net';

/** Connections that wait for an answer that will never come. */
export class HeldAnswers {
  private readonly held = new Map<Socket, NodeJS.Timeout>();

  /**
   * @param heldMax connections held at once; one more, and the oldest is dropped.
   * @param heldMaxMs milliseconds after which a connection is dropped anyway.
   */
  constructor(
    private readonly heldMax = 1_000,
    private readonly heldMaxMs = 120_000,
  ) {}

  /** Holds a connection in silence until its client leaves or a bound is reached. */
  hold(socket: Socket): void {
    if (socket.destroyed || this.held.has(socket)) return;
    const oldest = this.held.size >= this.heldMax ? this.held.keys().next().value : undefined;
    oldest?.destroy();
    if (oldest) this.forget(oldest);

    this.held.set(
      socket,
      setTimeout(() => socket.destroy(), this.heldMaxMs),
    );
    socket.once('close', () => this.forget(socket));
  }

  /** Drops every connection that is still held. */
  dropAll(): void {
    for (const socket of this.held.keys()) socket.destroy();
  }

  private forget(socket: Socket): void {
    clearTimeout(this.held.get(socket));
    this.held.delete(socket);
  }
}
