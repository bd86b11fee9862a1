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
 * Takes in so many requests in each turn of the event loop and no more, so that what was accepted before is worked on
 * between them: where more come than can be answered, answers of databases and billers would otherwise wait behind all
 * that has just arrived, at every step of a payment. A door with nobody before it keeps nobody waiting.
 *
 * Callers have lines of their own (`lineOf`) and are taken in by turns, so that one who floods the door makes only himself
 * wait.
 */
export class Intake {
  /** By caller, the next one to be taken from first. Only lines in which somebody waits. */
  private readonly lines = new Map<string, Line>();
  private takenInTurn = 0;
  private isTurnPlanned = false;
  private crowdUntil = 0;

  constructor(
    private readonly limits: IntakeLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Begins a request now, or in one of the next turns.
   * @param caller whose line it joins.
   */
  enter(caller: string, request: FastifyRequest, begin: () => void): void {
    this.planTurn();
    if (this.lines.size === 0 && this.takenInTurn < this.limits.takenInPerTurn) {
      this.takenInTurn += 1;
      return begin();
    }
    const line = this.lines.get(caller) ?? new Line(this.now());
    this.lines.set(caller, line);
    line.join({ request, begin, at: this.now() });
  }

  private turn(): void {
    this.isTurnPlanned = false;
    this.takenInTurn = 0;
    if (this.lines.size === 0) return;
    this.planTurn();
    const now = this.now();
    const lateBefore = this.isCrowd(now) ? now - this.limits.lateAfterMs : undefined;
    for (const [caller, line] of this.lines) {
      if (this.takenInTurn === this.limits.takenInPerTurn) return;
      const isForLate = this.takenInTurn % 2 === 0;
      const next = lateBefore === undefined ? line.takeOldest() : line.takeFresh(lateBefore, isForLate);
      // To the end of the lines, where this very loop finds it again.
      this.lines.delete(caller);
      if (line.length > 0) this.lines.set(caller, line);
      this.takenInTurn += 1;
      // Whoever has hung up meanwhile may have asked again, and heard that there is no such payment.
      if (next && !next.request.raw.socket.destroyed) next.begin();
    }
  }

  /** Whether more come than can be answered; for a while also after their line has ended once. */
  private isCrowd(now: number): boolean {
    for (const { since } of this.lines.values())
      if (now - since > this.limits.crowdAfterMs) this.crowdUntil = now + CROWD_LASTS_MS;
    return now < this.crowdUntil;
  }

  private planTurn(): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    setImmediate(() => this.turn());
  }
}

/** A request at the door. */
interface Arrival {
  request: FastifyRequest;
  begin: () => void;
  at: number;
}

const CROWD_LASTS_MS = 2_000;

/** So many places of those who were taken from the front are given back at once; until then they keep what they held. */
const FRONT_MAX = 64;

/**
 * The requests of one caller. A few that came at once are taken as they came. In a crowd that does not end the newest goes
 * first, for it can still be answered in time; half of the places are for those who are late, to hear so.
 */
class Line {
  private waiting: Arrival[] = [];
  private first = 0;

  /** @param since when its first one came. */
  constructor(readonly since: number) {}

  get length(): number {
    return this.waiting.length - this.first;
  }

  join(arrival: Arrival): void {
    this.waiting.push(arrival);
  }

  /**
   * @param lateBefore who came before that is late.
   * @param isForLate whether the place goes to one who is late, if there is one.
   */
  takeFresh(lateBefore: number, isForLate: boolean): Arrival | undefined {
    const oldest = this.waiting[this.first];
    const next = isForLate && oldest && oldest.at < lateBefore ? this.takeOldest() : this.waiting.pop();
    if (next && next.at < lateBefore) late.add(next.request);
    return next;
  }

  takeOldest(): Arrival | undefined {
    const oldest = this.waiting[this.first];
    this.first += 1;
    if (this.first === FRONT_MAX) {
      this.waiting = this.waiting.slice(FRONT_MAX);
      this.first = 0;
    }
    return oldest;
  }
}
