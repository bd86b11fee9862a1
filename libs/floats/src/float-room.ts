import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Rupiah } from '#lib/kernel';
import { warnOfStale, type Database, type Logger, type Statements } from '#lib/platform';
import { Floats, type FloatDraw } from '#lib/switching';
import { pausedBillers } from './alerts';
import { foldChanges, lockBalances } from './balances';
import { claimsOfOthers, dropClaims, keepClaims } from './claims';
import { sumRemaining, sumUnderWay } from './figures';
import type { FloatLimits } from './float-limits';
import { floatLevels } from './levels';

/** A claim outlives its owner's use of it by as long as a payment may take from the decision to its commit. */
const COMMITTED_WITHIN_MS = 15_000;

/** What one process may form of one biller's payments. All amounts in rupiah. */
interface Share {
  /** What was claimed at the last look. */
  claimed: bigint;
  /** Taken of it before the look that is under way now began. */
  takenBefore: bigint;
  /** Taken since that look began, or since the last one. */
  taken: bigint;
  /** Of all that was taken, what is not known to be written yet. */
  pending: bigint;
  look: number;
  /** Until when the claim may be used, by this process's own running time. */
  usableUntil: number;
  isPaused: boolean;
}

/** What a look brought for one biller. */
interface Seen {
  claimed: bigint;
  isPaused: boolean;
}

/**
 * The floats as one switch process may use them. A look, off the payment path, reads what is left and what is under way
 * everywhere, and claims a part of the rest in a row of its own, under the lock of the float's balance; between looks
 * payments are admitted from memory up to the claim. So however many processes there are, what all of them admit leaves
 * each float at its stop level or above.
 */
export class FloatRoom extends Floats {
  private readonly shares = new Map<string, Share>();
  private readonly owner = `${hostname().slice(0, 50)}-${process.pid}-${randomBytes(4).toString('hex')}`;
  private timer: NodeJS.Timeout | undefined;
  private inHand: Promise<void> = Promise.resolve();
  private lookedAt = 0;
  private isClosing = false;

  private constructor(
    private readonly database: Database,
    private readonly limits: Pick<FloatLimits, 'refreshMs' | 'claimForMs'>,
    private readonly logger: Logger,
  ) {
    super();
  }

  /** Looks once, so that it is ready, and then again and again until `close()`. */
  static async open(
    database: Database,
    limits: Pick<FloatLimits, 'refreshMs' | 'claimForMs'>,
    logger: Logger,
  ): Promise<FloatRoom> {
    const room = new FloatRoom(database, limits, logger);
    await dropClaims(database, room.owner);
    await room.look();
    room.lookAgain();
    return room;
  }

  override draw(billerId: string, amount: Rupiah): FloatDraw | 'not prefunded' | 'short' {
    const share = this.shares.get(billerId);
    if (!share) return 'not prefunded';
    const isUsable = !share.isPaused && performance.now() < share.usableUntil;
    if (!isUsable || share.takenBefore + share.taken + amount > share.claimed) return 'short';
    share.taken += amount;
    share.pending += amount;
    const { look } = share;
    return {
      keep() {
        share.pending -= amount;
      },
      giveBack() {
        share.pending -= amount;
        // What was taken before the last look began comes back with the next one.
        if (share.look === look) share.taken -= amount;
      },
    };
  }

  /** Admits nothing more of this biller until a look finds its pause ended. */
  pause(billerId: string): void {
    const share = this.shares.get(billerId);
    if (share) share.isPaused = true;
  }

  /** Reads the floats and claims a part of each. One look at a time. */
  look(): Promise<void> {
    const looking = this.inHand.then(() => this.lookOnce());
    this.inHand = looking.catch(() => undefined);
    return looking;
  }

  /** Gives its claims back. */
  async close(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.inHand;
    await dropClaims(this.database, this.owner).catch((error: unknown) =>
      this.logger.warn({ err: error }, 'claims on floats were not given back; they run out by themselves'),
    );
  }

  private lookAgain(): void {
    this.timer = setTimeout(() => {
      (this.isLookOwed() ? this.look() : Promise.resolve())
        .catch(warnOfStale(this.logger, 'the floats could not be looked at'))
        .finally(() => {
          if (!this.isClosing) this.lookAgain();
        });
    }, this.limits.refreshMs).unref();
  }

  /** Where nothing was taken a claim needs no look before a good part of its time is over. */
  private isLookOwed(): boolean {
    const isDrawn = [...this.shares.values()].some(({ taken }) => taken !== 0n);
    return isDrawn || performance.now() - this.lookedAt > this.limits.claimForMs / 3;
  }

  private async lookOnce(): Promise<void> {
    this.lookedAt = performance.now();
    const usableUntil = this.lookedAt + this.limits.claimForMs;
    for (const share of this.shares.values()) {
      share.takenBefore += share.taken;
      share.taken = 0n;
      share.look += 1;
    }
    const pendingThen = new Map([...this.shares].map(([billerId, { pending }]) => [billerId, pending]));
    const seen = await this.database.transaction((statements) => this.claim(statements, pendingThen));
    for (const billerId of this.shares.keys()) if (!seen.has(billerId)) this.shares.delete(billerId);
    for (const [billerId, { claimed, isPaused }] of seen) {
      const share = this.shares.get(billerId) ?? { taken: 0n, pending: 0n, look: 0 };
      this.shares.set(billerId, Object.assign(share, { claimed, isPaused, takenBefore: 0n, usableUntil }));
    }
  }

  private async claim(
    statements: Statements,
    pendingThen: ReadonlyMap<string, bigint>,
  ): Promise<ReadonlyMap<string, Seen>> {
    const levels = await floatLevels(statements);
    if (levels.length === 0) return new Map();
    const billerIds = levels.map(({ billerId }) => billerId);
    await lockBalances(statements, billerIds);
    const underWay = await sumUnderWay(statements, billerIds);
    await foldChanges(statements, billerIds);
    const remaining = await sumRemaining(statements, billerIds);
    const others = await claimsOfOthers(statements, billerIds, this.owner);
    const paused = await pausedBillers(statements, billerIds);
    const seen = new Map<string, Seen>();
    const told = new Map<string, bigint>();
    for (const { billerId, stop } of levels) {
      const pending = pendingThen.get(billerId) ?? 0n;
      const { amount: claimedElsewhere, count } = others.get(billerId) ?? { amount: 0n, count: 0 };
      const left = (remaining.get(billerId) ?? 0n) - (underWay.get(billerId) ?? 0n);
      const claimed = partOf(left - stop - claimedElsewhere - pending, count);
      seen.set(billerId, { claimed, isPaused: paused.has(billerId) });
      // While this look lasts, payments are admitted by the last claim: what is left of it counts as well.
      const share = this.shares.get(billerId);
      const unused = share ? share.claimed - share.takenBefore : 0n;
      told.set(billerId, (claimed > unused ? claimed : unused) + pending);
    }
    await keepClaims(statements, this.owner, told, this.limits.claimForMs + COMMITTED_WITHIN_MS);
    return seen;
  }
}

/**
 * How much of the room one process claims: never all of it, so that another one, or the one that follows after a
 * crash, finds some; half where others claim too, which leads to equal parts look by look.
 */
function partOf(room: bigint, others: number): bigint {
  if (room <= 0n) return 0n;
  return others === 0 ? room - room / 16n : room / 2n;
}
