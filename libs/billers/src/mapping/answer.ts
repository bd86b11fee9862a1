import { rupiah, type Rupiah } from '#lib/kernel';
import { UnreadableAnswer } from '../unreadable-answer';
import { readAmount, type Money } from './money';
import { stepsOf } from './path';

/** Fifty serial numbers of a stamp fit; a text that is cut off would lose what was paid for. */
const TEXT_MAX = 4_000;

/** As seconds more than thirty years; a larger count is a mistake, and would make a date no database can keep. */
const COUNT_MAX = 1_000_000_000;

/** A biller's answer, read by dotted paths. It is hostile input: every value is checked as it is read. */
export class BillerAnswer {
  constructor(
    private readonly members: unknown,
    private readonly money: Money,
    /** Where a wire cannot tell one item from a list of one. */
    private readonly options: { oneIsAList: boolean } = { oneIsAList: false },
  ) {}

  /** @throws UnreadableAnswer when the text is not JSON. */
  static parse(text: string, money: Money): BillerAnswer {
    try {
      return new BillerAnswer(JSON.parse(text), money);
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

  /** Whether a member is there and repeats this text. */
  repeats(path: string, sent: string): boolean {
    const value = this.at(path);
    return (typeof value === 'string' || typeof value === 'number') && String(value) === sent;
  }

  /** A count, as a number or as digits, or undefined as for `text`. @throws UnreadableAnswer when it is there and no count. */
  count(path: string | undefined): number | undefined {
    const value = this.at(path);
    if (value === undefined || value === null) return undefined;
    const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > COUNT_MAX)
      throw new UnreadableAnswer(`${path} is not a count`);
    return count;
  }

  /** Whole rupiah, never negative. @throws UnreadableAnswer when it is anything else. */
  rupiah(path: string): Rupiah {
    const amount = readAmount(this.at(path), this.money);
    if (amount === undefined) throw new UnreadableAnswer(`${path} is not whole rupiah as a ${this.money}`);
    return rupiah(amount);
  }

  /** The items of a list. @throws UnreadableAnswer when it is no list. */
  items(path: string): BillerAnswer[] {
    const value = this.at(path);
    const isOne = this.options.oneIsAList && typeof value === 'object' && value !== null;
    if (!Array.isArray(value) && !isOne) throw new UnreadableAnswer(`${path} is not a list`);
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => new BillerAnswer(item, this.money, this.options));
  }

  private at(path: string | undefined): unknown {
    if (path === undefined) return undefined;
    let value: unknown = this.members;
    for (const { name, isJson } of stepsOf(path)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
      if (isJson) value = inside(value);
    }
    return value;
  }
}

/** What a member's text says, where it is JSON itself; undefined where it is not. */
function inside(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
