import { fail, type Result } from '#lib/kernel';
import type { IsoMessage } from '../message';

/**
 * Why a question got no answer. `not sent`: proof that no byte left; `refused`: the other side's own word at sign-on;
 * otherwise the other side may have it, and nothing is known.
 */
export interface LinkFailure {
  kind: 'not sent' | 'no answer' | 'unreadable' | 'refused';
  detail: string;
}

/** What comes of a question. */
export type LinkAnswer = Result<IsoMessage, LinkFailure>;

interface Waiting {
  question: IsoMessage;
  timer: NodeJS.Timeout;
  settle: (answer: LinkAnswer) => void;
}

/** Questions that wait for their answers, and those whose time has passed. */
export class PendingRequests {
  private readonly waiting = new Map<string, Waiting>();
  /** Oldest first; what passes the limit is forgotten, and its answer is then an unmatched one. */
  private readonly expired = new Map<string, IsoMessage>();

  constructor(
    private readonly max: number,
    private readonly keptMax: number,
    private readonly onExpired: () => void,
  ) {}

  /** Why a question with this key may not be asked now; undefined where it may. */
  objectionTo(key: string): string | undefined {
    if (this.waiting.size >= this.max) return `${this.max} questions wait for their answers`;
    return this.waiting.has(key) ? 'a question with the same key fields waits for its answer' : undefined;
  }

  /** Waits for the answer with this key, and no longer than that. */
  wait(key: string, question: IsoMessage, withinMs: number): Promise<LinkAnswer> {
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.waiting.delete(key);
        this.remember(key, question);
        this.onExpired();
        settle(fail({ kind: 'no answer', detail: `no answer within ${withinMs} ms` }));
      }, withinMs);
      this.waiting.set(key, { question, timer, settle });
    });
  }

  /** Hands an answer, or why it cannot be read, to who waits for it. @returns false where nobody does. */
  settle(key: string, answer: LinkAnswer): boolean {
    const waiting = this.waiting.get(key);
    if (!waiting) return false;
    clearTimeout(waiting.timer);
    this.waiting.delete(key);
    waiting.settle(answer);
    return true;
  }

  /** The question that a late answer belongs to, once. */
  takeExpired(key: string): IsoMessage | undefined {
    const question = this.expired.get(key);
    this.expired.delete(key);
    return question;
  }

  /** Nothing comes any more. */
  endAll(detail: string): void {
    for (const key of this.waiting.keys()) this.settle(key, fail({ kind: 'no answer', detail }));
  }

  private remember(key: string, question: IsoMessage): void {
    this.expired.set(key, question);
    if (this.expired.size <= this.keptMax) return;
    const [oldest] = this.expired.keys();
    if (oldest !== undefined) this.expired.delete(oldest);
  }
}
