import { visit } from 'jsonc-parser';
import { fail, ok, type Result } from '#lib/kernel';

/** A number of a JSON text, where it stands, with its digits as they were written. */
export interface NumberInJson {
  path: readonly (string | number)[];
  digits: string;
}

/** A JSON object that was read, and its numbers. */
export interface StrictJson {
  value: Record<string, unknown>;
  numbers: readonly NumberInJson[];
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object as RFC 8259 writes it: valid UTF-8, no BOM, no name twice in one object (`\u0030` is the
 * character it names), no `__proto__`, no deeper than allowed.
 * @returns the object, or in one sentence why it is none; the sentence quotes nothing of the body.
 */
export function readStrictJson(raw: Buffer, depthMax: number): Result<StrictJson, string> {
  let text: string;
  try {
    text = UTF8.decode(raw);
  } catch {
    return fail('the body is not valid UTF-8');
  }
  if (text.startsWith('\uFEFF')) return fail('the body begins with a byte order mark');
  // Before it is parsed, so that a deep body meets the bound and not the stack.
  if (isDeeper(text, depthMax)) return fail(`the body is nested deeper than ${depthMax}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the body, which may be about a customer.
    return fail('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('the body is not a JSON object');
  const numbers = isPlain(text, value) ? ok([]) : lookAt(text);
  return numbers.ok ? ok({ value: value as Record<string, unknown>, numbers: numbers.value }) : numbers;
}

function isDeeper(text: string, depthMax: number): boolean {
  if (begins(text, '{', depthMax) + begins(text, '[', depthMax) <= depthMax) return false;
  let depth = 0;
  // Brackets within strings count too; no message has so many.
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x7b || character === 0x5b) depth += 1;
    else if (character === 0x7d || character === 0x5d) depth -= 1;
    if (depth > depthMax) return true;
  }
  return false;
}

/** How often a bracket stands in a text; counted no further than to one more than so many. */
function begins(text: string, bracket: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(bracket); at >= 0 && count <= most; at = text.indexOf(bracket, at + 1))
    count += 1;
  return count;
}

const END_OF_NAME = /"[\t\n\r ]*:/g;

/**
 * Whether there is nothing to look for, which is told at a tenth of what looking costs: no number, and as many names
 * as the text has ends of names. A name that stands twice is read once, and an end that is part of a text counts too:
 * then there are more ends than names.
 */
function isPlain(text: string, value: object): boolean {
  const names = namesOf(value);
  return names !== undefined && text.match(END_OF_NAME)?.length === names;
}

/** How many names an object has in all, or undefined where it holds a number or a name that is not allowed. */
function namesOf(value: object): number | undefined {
  let names = 0;
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (typeof member === 'number' || name === '__proto__') return undefined;
    names += Array.isArray(value) ? 0 : 1;
    if (typeof member !== 'object' || member === null) continue;
    const within = namesOf(member);
    if (within === undefined) return undefined;
    names += within;
  }
  return names;
}

/** Whether a name stands twice, and where the numbers are. */
function lookAt(text: string): Result<NumberInJson[], string> {
  const names: Set<string>[] = [];
  const numbers: NumberInJson[] = [];
  let objection: string | undefined;
  visit(text, {
    onObjectBegin: () => {
      names.push(new Set());
    },
    onObjectEnd: () => {
      names.pop();
    },
    onObjectProperty: (name) => {
      const seen = names.at(-1);
      if (name === '__proto__') objection ??= 'the body has a member named __proto__';
      if (seen?.has(name)) objection ??= 'a member stands twice';
      seen?.add(name);
    },
    onLiteralValue: (value: unknown, offset, length, _line, _column, path) => {
      if (typeof value === 'number')
        numbers.push({ path: path(), digits: text.slice(offset, offset + length) });
    },
  });
  return objection === undefined ? ok(numbers) : fail(objection);
}
