import type { Clock } from '#lib/kernel';
import { BillerAnswer } from '../mapping/answer';
import { UnreadableAnswer } from '../unreadable-answer';
import type { HttpLink } from './link';
import type { HttpSpec } from './spec';

type TokenSpec = NonNullable<HttpSpec['token']>;

/** A fetched token, or why there is none. */
export type Fetched = { ok: true; token: string } | { ok: false; reason: string };

/** A token that ends while its call travels is refused there; it is not used so close to its end. */
const SPARE_MS = 30_000;

/**
 * The token that a biller's calls carry: fetched when one is first needed, once for all that wait, and kept until shortly
 * before it expires.
 */
export class TokenKeeper {
  private kept: { token: string; until: number } | undefined;
  private fetching: Promise<Fetched> | undefined;

  constructor(
    private readonly spec: TokenSpec,
    private readonly link: HttpLink,
    private readonly clock: Clock,
    private readonly message: (now: Date) => Parameters<HttpLink['send']>[0],
  ) {}

  /** The token, at most so many milliseconds from now; whoever gives up leaves the fetch to the others. */
  async token(withinMs: number): Promise<Fetched> {
    if (this.kept && this.clock.now().getTime() < this.kept.until)
      return { ok: true, token: this.kept.token };
    const fetching = (this.fetching ??= this.fetch().finally(() => (this.fetching = undefined)));
    if (withinMs <= 0) return { ok: false, reason: 'the deadline had passed' };
    return inTime(fetching, withinMs);
  }

  /** The biller refused this token; another is fetched when one is next needed. */
  refused(token: string): void {
    if (this.kept?.token === token) this.kept = undefined;
  }

  private async fetch(): Promise<Fetched> {
    const now = this.clock.now();
    const exchange = await this.link.send(this.message(now), this.spec.withinMs);
    if (exchange.kind !== 'answer') return { ok: false, reason: `no token: ${exchange.reason}` };
    if (exchange.status !== 200) return { ok: false, reason: `no token: HTTP ${exchange.status}` };
    try {
      const answer = BillerAnswer.parse(exchange.text, 'string');
      const token = answer.requiredText(this.spec.token);
      if (!/^[\x21-\x7e]+$/.test(token)) return { ok: false, reason: 'no token: it has odd characters' };
      const seconds = answer.count(this.spec.expiresSeconds) ?? this.spec.seconds ?? 0;
      const goodMs = seconds * 1_000;
      this.kept = { token, until: now.getTime() + goodMs - Math.min(SPARE_MS, goodMs / 2) };
      return { ok: true, token };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return { ok: false, reason: `no token: ${error.message}` };
    }
  }
}

function inTime(fetching: Promise<Fetched>, withinMs: number): Promise<Fetched> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Fetched>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: 'no token in time' }), withinMs);
  });
  return Promise.race([fetching, late]).finally(() => clearTimeout(timer));
}
