import { CommitUnknown, isDatabaseAway } from '#lib/platform';
import type { Random } from './random';
import type { VirtualTime } from './virtual-time';
import type { Weather } from './weather';

/** What surrounds everybody in a run. */
export interface Surroundings {
  time: VirtualTime;
  random: Random;
  /** Changes when the run is healed. */
  weather: Weather;
  /** Writes a line of the run's story. */
  note: (text: string) => void;
  /** Something happened that must not. */
  find: (finding: string) => void;
}

/**
 * An error that reached the edge of a flow, so that its caller hears nothing: a database that is away, or one that did
 * not say whether it committed, is expected; anything else is a bug.
 */
export function judge(error: unknown, { find }: Surroundings): void {
  if (isDatabaseAway(error) || error instanceof CommitUnknown) return;
  find(`a flow broke: ${error instanceof Error ? error.message : String(error)}`);
}

const PAUSE_MAX_MS = 60_000;

/**
 * A process of ours. At each of its awaits it may be killed, and then nothing of it goes on, or paused, and then all
 * that reaches it waits.
 */
export class VirtualProcess {
  private isDead = false;
  private waiting: (() => void)[] | undefined;

  /** @param onDeath is told once, so that another process can be started in its place. */
  constructor(
    readonly name: string,
    private readonly around: Surroundings,
    private readonly onDeath: () => void,
  ) {}

  get isAlive(): boolean {
    return !this.isDead;
  }

  /**
   * Crosses the edge between the process and the rest of the world.
   * @returns whether the process is alive to go on.
   */
  crossEdge(): boolean {
    if (this.isDead) return false;
    const { random, weather } = this.around;
    if (random.chance(weather.crash)) this.kill();
    else if (!this.waiting && random.chance(weather.pause)) this.pause(random.between(100, PAUSE_MAX_MS));
    return !this.isDead;
  }

  /** Something reaches the process from outside: at once, after its pause, or never. */
  reach(act: () => void): void {
    if (this.isDead) return;
    if (this.waiting) this.waiting.push(act);
    else act();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.around.time.after(ms, () => this.reach(resolve)));
  }

  kill(): void {
    if (this.isDead) return;
    this.around.note(`${this.name} is killed`);
    this.isDead = true;
    this.waiting = undefined;
    this.onDeath();
  }

  private pause(ms: number): void {
    this.around.note(`${this.name} is paused for ${ms} ms`);
    this.waiting = [];
    this.around.time.after(ms, () => {
      const { waiting } = this;
      if (!waiting) return;
      this.waiting = undefined;
      this.around.note(`${this.name} goes on`);
      for (const act of waiting) this.around.time.after(0, () => this.reach(act));
    });
  }
}
