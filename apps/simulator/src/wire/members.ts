import { isCalendarDate } from '../jakarta';

/** Reads one member; undefined where it is not as it must be. */
export type Check<Value> = ((value: unknown) => Value | undefined) & { readonly isOptional?: true };
export type Shape = Readonly<Record<string, Check<unknown>>>;
export type Read<S extends Shape> = {
  readonly [Name in keyof S]: S[Name] extends Check<infer Value>
    ? S[Name] extends { readonly isOptional: true }
      ? Value | undefined
      : Value
    : never;
};

/** Reads the members of an object; undefined where one is missing or not as it must be. Further members are left alone. */
export function members<S extends Shape>(value: unknown, shape: S): Read<S> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const read: Record<string, unknown> = {};
  for (const name in shape) {
    const check = shape[name];
    if (!check) continue;
    const member = (value as Record<string, unknown>)[name];
    if (check.isOptional && (member === undefined || member === null || member === '')) continue;
    const seen = check(member);
    if (seen === undefined) return undefined;
    read[name] = seen;
  }
  return read as Read<S>;
}

/** A member that may be missing, null or empty. */
export function optional<Value>(check: Check<Value>): Check<Value> & { readonly isOptional: true } {
  return Object.assign((value: unknown) => check(value), { isOptional: true as const });
}

/** A text of this form. */
export function text(pattern: RegExp): Check<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

/** Any text of so many characters at most. */
export function textUpTo(most: number): Check<string> {
  return (value) => (typeof value === 'string' && value.length <= most ? value : undefined);
}

/** The caller's word for a payment. */
export const reference = text(/^[A-Za-z0-9._-]{1,64}$/);
export const customerNumber = text(/^[0-9|]{4,32}$/);
export const word = text(/^[a-z0-9-]{1,40}$/);
export const trace = textUpTo(64);

/** Rupiah above nothing, as a JSON integer or as digits; read as digits. */
export const rupiah: Check<string> = (value) => {
  const digits = typeof value === 'number' && Number.isSafeInteger(value) ? value.toString() : value;
  return typeof digits === 'string' && /^[1-9]\d{0,12}$/.test(digits) ? digits : undefined;
};

/** Rupiah as a text with two decimals that are nothing; read as digits. */
export const rupiahWithDecimals: Check<string> = (value) =>
  typeof value === 'string' && /^[1-9]\d{0,12}\.00$/.test(value) ? value.slice(0, -3) : undefined;

/** A count, as a JSON integer or as digits. */
export const count: Check<number> = (value) => {
  const number = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 9_999
    ? number
    : undefined;
};

/** A date such as `2026-07-14`. */
export const date: Check<string> = (value) =>
  typeof value === 'string' && isCalendarDate(value) ? value : undefined;

/** A date such as `20260714`; read with its dashes. */
export const compactDate: Check<string> = (value) =>
  typeof value === 'string' && /^\d{8}$/.test(value)
    ? date(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`)
    : undefined;

/** Parses JSON; undefined where it is none. */
export function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}
