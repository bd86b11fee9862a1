import type { BusinessDate } from '#lib/kernel';
import { datePattern } from './date-pattern';

/** What a file's name says about it. */
export interface NameParts {
  businessDate: BusinessDate;
  /** 1 where the name has none. */
  seq: number;
}

/** The names of one source's files, for example `LPB01_{yyyyMMdd}_{seq}.txt`. */
export interface FileNamePattern {
  text: string;
  /** Undefined for a name of another kind: a half-written `.part`, another source, a path. */
  read(name: string): NameParts | undefined;
  /** Whether a name that says nothing to `read` was probably meant for a date: case, blanks, other digits, `(1)`. */
  isNearly(name: string, businessDate: BusinessDate): boolean;
  /** The name of a file; a sequence gets three digits, or as many as it needs. */
  write(parts: NameParts): string;
}

/** Dates as sources write them by mistake. */
const OTHER_DATES = ['yyyyMMdd', 'ddMMyyyy', 'yyMMdd', 'yyyy-MM-dd', 'dd-MM-yyyy'].map(datePattern);
/** A longer name is no slip of the pen. */
const NEARLY_MAX = 200;

/**
 * Compiles a name pattern: literal text, one `{date pattern}` and at most one `{seq}` (1 to 9 digits).
 * @throws RangeError when a part is missing, doubled, or could lead out of a folder.
 */
export function fileNamePattern(text: string): FileNamePattern {
  if (!/^[A-Za-z0-9._{}-]+$/.test(text) || text.startsWith('.'))
    throw new RangeError(`name pattern "${text}" may use letters, digits, ".", "_", "-" and {…} only`);
  const inBraces = [...text.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const dates = inBraces.filter((part) => part !== 'seq');
  if (dates.length !== 1 || inBraces.length > 2)
    throw new RangeError(
      `name pattern "${text}" must have one date such as {yyyyMMdd} and at most one {seq}`,
    );
  const date = datePattern(dates[0] ?? '');
  const hasSeq = inBraces.includes('seq');
  const isSeqFirst = inBraces[0] === 'seq';
  const whole = new RegExp(
    `^${text
      .replace(/[.-]/g, '\\$&')
      .replace(/\{([^{}]*)\}/g, (_, part: string) => (part === 'seq' ? '(\\d{1,9})' : date.source))}$`,
  );
  const read = (name: string): NameParts | undefined => {
    const groups = whole.exec(name)?.slice(1);
    if (!groups) return undefined;
    const seq = hasSeq ? Number(isSeqFirst ? groups.shift() : groups.pop()) : 1;
    const businessDate = date.fromGroups(groups);
    return businessDate === undefined ? undefined : { businessDate, seq };
  };
  return {
    text,
    read,
    isNearly(name, businessDate) {
      if (name.length > NEARLY_MAX || read(name)) return false;
      const written = [...OTHER_DATES, date].map((pattern) => pattern.write(businessDate));
      const loose = text
        .replace(/[-_.]/g, '[-_.]?')
        .replace(/\{([^{}]*)\}/g, (_, part: string) =>
          part === 'seq' ? '\\d*' : `(?:${[...new Set(written)].join('|')})`,
        );
      return new RegExp(`^${loose}$`, 'i').test(name.replace(/\s+|\(\d+\)/g, ''));
    },
    write({ businessDate, seq }) {
      return text.replace(/\{([^{}]*)\}/g, (_, part: string) =>
        part === 'seq' ? String(seq).padStart(3, '0') : date.write(businessDate),
      );
    },
  };
}
