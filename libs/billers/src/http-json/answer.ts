import { rupiah, type Rupiah } from '#lib/kernel';

/** The answer lacks a member, or it is not of the kind its spec says: nothing in it is believed. */
export class UnreadableAnswer extends Error {}

const TEXT_MAX = 500;

/** As seconds more than thirty years; a larger count is a mistake, and would make a date no database can keep. */
const COUNT_MAX = 1_000_000_000;

/** A biller's answer, read by dotted paths. It is hostile input: every value is checked as it is read. */
export class BillerAnswer {
  constructor(
    private readonly members: unknown,
    private readonly rupiahAs: 'string' | 'number',
  ) {}

  /** @throws UnreadableAnswer when the text is not JSON. */
  static parse(text: string, rupiahAs: 'string' | 'number'): BillerAnswer {
    try {
      return new BillerAnswer(JSON.parse(text), rupiahAs);
    } catch {
      // The parser's own message quotes the text, which may hold a customer's data.
      throw new UnreadableAnswer('the answer is not JSON');
    }
  }

  /** The member as text, or undefined when it is not there or its biller has none. */
  text(path: string | undefined): string | undefined {
    const value = this.at(path);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new UnreadableAnswer(`${path} is neither text nor number`);
    return String(value).slice(0, TEXT_MAX);
  }

  /** @throws UnreadableAnswer when it is missing. */
  requiredText(path: string): string {
    const text = this.text(path);
    if (text === undefined || text === '') throw new UnreadableAnswer(`${path} is missing`);
    return text;
  }

  /** The texts that are there, by our own names for them. */
  texts(paths: Readonly<Record<string, string>>): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [name, path] of Object.entries(paths)) {
      const text = this.text(path);
      if (text !== undefined && text !== '') found[name] = text;
    }
    return found;
  }

  /** A count, or undefined as for `text`. @throws UnreadableAnswer when it is there and no count. */
  count(path: string | undefined): number | undefined {
    const value = this.at(path);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > COUNT_MAX)
      throw new UnreadableAnswer(`${path} is not a count`);
    return value;
  }

  /** Whole rupiah, never negative. @throws UnreadableAnswer when it is anything else. */
  rupiah(path: string): Rupiah {
    const value = this.at(path);
    const isText = this.rupiahAs === 'string' && typeof value === 'string' && /^\d{1,15}$/.test(value);
    const isNumber =
      this.rupiahAs === 'number' && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    if (!isText && !isNumber) throw new UnreadableAnswer(`${path} is not whole rupiah as a ${this.rupiahAs}`);
    return rupiah(BigInt(value));
  }

  /** The items of a list. @throws UnreadableAnswer when it is no list. */
  items(path: string): BillerAnswer[] {
    const value = this.at(path);
    if (!Array.isArray(value)) throw new UnreadableAnswer(`${path} is not a list`);
    return value.map((item) => new BillerAnswer(item, this.rupiahAs));
  }

  private at(path: string | undefined): unknown {
    if (path === undefined) return undefined;
    let value: unknown = this.members;
    for (const name of namesOf(path)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  }
}

/** Paths come from specs, so there are few of them. */
const splitPaths = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
  let names = splitPaths.get(path);
  if (!names) splitPaths.set(path, (names = path.split('.')));
  return names;
}
