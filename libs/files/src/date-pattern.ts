/** Reads and writes dates by a pattern of `yyyy` or `yy`, `MM dd HH mm ss` and literal characters. */
export interface DatePattern {
  text: string;
  /** Source of a regular expression with one group per token, for use inside a larger one. */
  source: string;
  /** `2026-07-14`, with ` 23:41:09` where the pattern has a time; undefined when it is not a date that exists. */
  read(text: string): string | undefined;
  /** The same, from the groups of `source` in the order they stand. */
  fromGroups(groups: readonly (string | undefined)[]): string | undefined;
  /** Writes `2026-07-14` or `2026-07-14 23:41:09`; a pattern with a time takes a day without one as its midnight. */
  write(date: string): string;
  /** Where each part stands in a date of this pattern. */
  parts: readonly { token: Token; at: number }[];
  /** Characters of every date of this pattern. */
  length: number;
}

const TOKENS = ['yyyy', 'yy', 'MM', 'dd', 'HH', 'mm', 'ss'] as const;
export type Token = (typeof TOKENS)[number];

/**
 * Compiles a date pattern.
 * @throws RangeError when it names no whole date, names a part twice, or is not made of these tokens.
 */
export function datePattern(text: string): DatePattern {
  const order: Token[] = [];
  const parts: { token: Token; at: number }[] = [];
  let length = 0;
  const source = text.replace(/yyyy|yy|MM|dd|HH|mm|ss|[\s\S]/g, (part) => {
    length += part.length;
    if ((TOKENS as readonly string[]).includes(part)) {
      order.push(part as Token);
      parts.push({ token: part as Token, at: length - part.length });
      return `(\\d{${part.length}})`;
    }
    if (/[A-Za-z]/.test(part)) throw new RangeError(`"${part}" in date pattern "${text}" is not a date part`);
    return part.replace(/[^\w]/, '\\$&');
  });
  const has = (token: Token) => order.filter((other) => other === token).length;
  const time = has('HH') + has('mm') + has('ss');
  const isWhole = has('yyyy') + has('yy') === 1 && has('MM') === 1 && has('dd') === 1;
  if (!isWhole || (time !== 0 && !(has('HH') === 1 && has('mm') === 1 && has('ss') === 1)))
    throw new RangeError(
      `date pattern "${text}" must have yyyy (or yy), MM and dd once, and HH, mm and ss all or none`,
    );

  const at = Object.fromEntries(order.map((token, index) => [token, index])) as Record<Token, number>;
  const whole = new RegExp(`^${source}$`);
  const fromGroups = (groups: readonly (string | undefined)[]): string | undefined => {
    const part = (token: Token) => groups[at[token]] ?? '';
    const year = has('yyyy') === 1 ? part('yyyy') : `20${part('yy')}`;
    if (!isDay(Number(year), Number(part('MM')), Number(part('dd')))) return undefined;
    const day = `${year}-${part('MM')}-${part('dd')}`;
    if (time === 0) return day;
    if (part('HH') > '23' || part('mm') > '59' || part('ss') > '59') return undefined;
    return `${day} ${part('HH')}:${part('mm')}:${part('ss')}`;
  };
  return {
    text,
    source,
    fromGroups,
    parts,
    length,
    write(date) {
      const values: Record<Token, string> = {
        yyyy: date.slice(0, 4),
        yy: date.slice(2, 4),
        MM: date.slice(5, 7),
        dd: date.slice(8, 10),
        HH: date.slice(11, 13) || '00',
        mm: date.slice(14, 16) || '00',
        ss: date.slice(17, 19) || '00',
      };
      return text.replace(/yyyy|yy|MM|dd|HH|mm|ss/g, (token) => values[token as Token]);
    },
    read(value) {
      const match = whole.exec(value);
      return match ? fromGroups(match.slice(1)) : undefined;
    },
  };
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
  return year >= 2000 && day >= 1 && day <= days;
}
