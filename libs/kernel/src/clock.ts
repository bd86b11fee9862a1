/** The time of day, injected so that tests and drills can move it. Read it once per flow and pass it down. */
export abstract class Clock {
  abstract now(): Date;
}

/** The machine's clock, moved by a fixed offset (zero in production). */
export class SystemClock extends Clock {
  constructor(private readonly offsetMs = 0) {
    super();
  }

  override now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

/** A clock that a test holds in its hand. */
export class ManualClock extends Clock {
  constructor(private instant: Date) {
    super();
  }

  override now(): Date {
    return new Date(this.instant);
  }

  /** Moves the clock on by so many milliseconds. */
  advance(ms: number): void {
    this.instant = new Date(this.instant.getTime() + ms);
  }
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a clock offset such as `+3d`, `-90m` or `+1d12h`.
 * @returns the offset in milliseconds; 0 for an empty text.
 * @throws RangeError when the text is not an offset.
 */
export function clockOffsetMs(text: string): number {
  if (text === '') return 0;
  if (!/^[+-](\d+[smhd])+$/.test(text))
    throw new RangeError(`"${text}" is not a clock offset; write for example +3d, -90m or +1d12h`);
  const sign = text.startsWith('-') ? -1 : 1;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g))
    total += Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  return sign * total;
}
