import type { Dispatcher } from 'undici';

/** What came of one call. `not sent` only where no byte of it can have left. */
export type Exchange =
  | { kind: 'answer'; status: number; text: string }
  | { kind: 'not sent'; reason: string }
  | { kind: 'lost'; reason: string };

const UTF8 = new TextDecoder();

/**
 * Follows one request to its end, which comes within so many milliseconds whatever the other side does.
 *
 * undici calls `onRequestStart` directly before it writes the first byte and at no other time. That is the proof we
 * rest on: a request that ends without it has not left, one that ends after it may have. An error code would prove
 * less, because a broken link reports ECONNREFUSED or EHOSTUNREACH also long after a request went through it.
 */
export class OneCall implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private sending: Dispatcher.DispatchController | undefined;
  private isOver = false;
  private status = 0;
  private readonly chunks: Buffer[] = [];

  /**
   * @param end called exactly once.
   * @param onSending called directly before the first byte is written, if it ever is.
   */
  constructor(
    withinMs: number,
    private readonly end: (exchange: Exchange) => void,
    private readonly onSending?: () => void,
  ) {
    this.timer = setTimeout(() => this.fail(new Error('no answer in time')), withinMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A call that waited past its deadline must not leave any more, and a second start would be a second payment.
    if (this.isOver || this.sending) controller.abort(new Error('a call is sent once, and in time'));
    else {
      this.sending = controller;
      this.onSending?.();
    }
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = UTF8.decode(Buffer.concat(this.chunks));
    this.settle({ kind: 'answer', status: this.status, text });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error & { code?: string }): void {
    this.settle({ kind: this.sending ? 'lost' : 'not sent', reason: error.code ?? error.message });
    // Nobody waits any more: what the biller still says must not meet the next call on the same connection.
    this.sending?.abort(error);
  }

  private settle(exchange: Exchange): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.end(exchange);
  }
}
