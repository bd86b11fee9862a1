import { rupiah, type Rupiah } from '#lib/kernel';

/** The answer lacks a member, or it is not of the kind its spec says: nothing in it is believed. */
export class UnreadableAnswer extends Error {}

const TEXT_MAX = 500;

/** A biller's answer, read by dotted paths. It is hostile input: every value is checked as it is read. */
export class BillerAnswer {
  constructor(
    private readonly members: unknown,
    private readonly rupiahAs: 'string' | 'number',
  ) {}

  /** The member as text, or undefined when it is not there. */
  text(path: string): string | undefined {
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

  /** A count. @throws UnreadableAnswer when it is there and no count. */
  count(path: string): number | undefined {
    const value = this.at(path);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
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

  private at(path: string): unknown {
    let value: unknown = this.members;
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  }
}
