import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { HttpLimits } from './limits';

type IntakeLimits = Pick<HttpLimits, 'takenInPerTurn' | 'crowdAfterMs' | 'lateAfterMs'>;

/** Those who waited so long in a crowd that there is no time left to form anything for them. */
const late = new WeakSet<object>();

/** Whether a request comes too late to form a payment: the time is better spent on a fresh one. */
export function isLate(request: object): boolean {
  return late.has(request);
}

/** Which channel of ours a request names itself by, if it names one that there is; nothing is proved by it. */
export type ChannelClaim = (headers: IncomingHttpHeaders) => string | undefined;

/**
 * Whose line a request joins: a channel's at that address, or the one of all others there. A name that is no channel's
 * makes no line, or whoever invents many would have as many turns.
 */
export function lineOf({ headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>, claim: ChannelClaim): string {
  const channelId = claim(headers);
  return channelId === undefined ? ip : `${ip} ${channelId}`;
}

/**
 * Takes in so many requests in each turn of the event loop and no more, and none while those inside are busy, so that
 * what was accepted before is worked on between them: where more come than can be answered, answers of databases and
 * billers would otherwise wait behind all that has just arrived, at every step of a payment. A door with nobody before it
 * keeps nobody waiting.
 *
 * Callers have lines of their own (`lineOf`) and are taken in by turns, so that one who floods the door makes only himself
 * wait.
 */
export class Intake {
  /** By caller, the next one to be taken from first. */
  private readonly lines = new Map<string, Line>();
  private waiting = 0;
  private takenInTurn = 0;
  private isTurnPlanned = false;

  /** @param isBusy whether those inside have enough to do: until they have less, nobody is taken in but to hear no. */
  constructor(
    private readonly limits: IntakeLimits,
    private readonly isBusy: () => boolean = () => false,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Begins a request now, or in one of the next turns.
   * @param caller whose line it joins.
   */
  enter(caller: string, request: FastifyRequest, begin: () => void): void {
    this.planTurn(0);
    if (this.waiting === 0 && this.takenInTurn < this.limits.takenInPerTurn && !this.isBusy()) {
      this.takenInTurn += 1;
      return begin();
    }
    const line = this.lines.get(caller) ?? new Line(this.limits);
    this.lines.set(caller, line);
    line.join({ request, begin, at: this.now() });
    this.waiting += 1;
  }

  private turn(): void {
    this.isTurnPlanned = false;
    this.takenInTurn = 0;
    if (this.waiting === 0) return;
    const now = this.now();
    for (const [caller, line] of this.lines) {
      if (this.takenInTurn === this.limits.takenInPerTurn) break;
      const next = line.take(now, { isBusy: this.isBusy(), isForLate: this.takenInTurn % 2 === 0 });
      if (!next) {
        if (line.isOver(now)) this.lines.delete(caller);
        continue;
      }
      // To the end of the lines, where this very loop finds it again.
      this.lines.delete(caller);
      this.lines.set(caller, line);
      this.waiting -= 1;
      this.takenInTurn += 1;
      // Whoever has hung up meanwhile may have asked again, and heard that there is no such payment.
      if (!next.request.raw.socket.destroyed) next.begin();
    }
    this.planTurn(this.takenInTurn === 0 ? LOOK_AGAIN_MS : 0);
  }

  private planTurn(inMs: number): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    const turn = () => this.turn();
    if (inMs === 0) setImmediate(turn);
    else setTimeout(turn, inMs);
  }
}

/** A request at the door. */
interface Arrival {
  request: FastifyRequest;
  begin: () => void;
  at: number;
}

/** While nobody can be taken in. */
const LOOK_AGAIN_MS = 1;

/** A crowd has ended when nobody of it was late for so long. */
const CROWD_LASTS_MS = 2_000;

/**
 * The requests of one caller, taken as they came. Where the next one had waited too long for a while without a break,
 * more come than can be answered: of such a crowd the newest goes first, for it can still be answered in time, and half
 * of the places are for those who are late, to hear so.
 */
class Line {
  private readonly late: Arrival[] = [];
  private readonly fresh: Arrival[] = [];
  private lateSince: number | undefined;
  private crowdUntil = -Infinity;

  constructor(private readonly limits: Pick<IntakeLimits, 'crowdAfterMs' | 'lateAfterMs'>) {}

  /** Whether nothing of it need be remembered. */
  isOver(now: number): boolean {
    return this.late.length + this.fresh.length === 0 && now >= this.crowdUntil;
  }

  join(arrival: Arrival): void {
    if (this.late.length + this.fresh.length === 0) this.lateSince = undefined;
    this.fresh.push(arrival);
  }

  /**
   * @param isBusy whether only those are taken who will form nothing.
   * @param isForLate whether the place goes to one who is late, if there is one.
   */
  take(now: number, { isBusy, isForLate }: { isBusy: boolean; isForLate: boolean }): Arrival | undefined {
    this.setApart(now);
    if (now >= this.crowdUntil) return isBusy ? undefined : (this.late.shift() ?? this.fresh.shift());
    const fresh = isBusy || (isForLate && this.late.length > 0) ? undefined : this.fresh.pop();
    if (fresh) return fresh;
    const next = this.late.shift();
    if (next) late.add(next.request);
    return next;
  }

  /** Who is late by now, and whether that makes it a crowd. */
  private setApart(now: number): void {
    const { crowdAfterMs, lateAfterMs } = this.limits;
    for (let [next] = this.fresh; next && now - next.at > lateAfterMs; [next] = this.fresh) {
      this.fresh.shift();
      this.late.push(next);
    }
    if (this.late.length === 0) this.lateSince = undefined;
    else {
      this.lateSince ??= now;
      if (now < this.crowdUntil || now - this.lateSince > crowdAfterMs)
        this.crowdUntil = now + CROWD_LASTS_MS;
    }
  }
}
