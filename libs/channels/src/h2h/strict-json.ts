import { visit } from 'jsonc-parser';
import { fail, ok, type Result } from '#lib/kernel';

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object as RFC 8259 writes it: valid UTF-8, no BOM, no name twice in one object (`\u0030` is the
 * character it names), no `__proto__`, no deeper than allowed.
 * @returns the object, or in one sentence why it is none.
 */
export function readJsonObject(raw: Buffer, depthMax: number): Result<Record<string, unknown>, string> {
  let text: string;
  try {
    text = UTF8.decode(raw);
  } catch {
    return fail('the body is not valid UTF-8');
  }
  if (text.startsWith('\uFEFF')) return fail('the body begins with a byte order mark');
  // Looked at before it is parsed, so that a deep body meets the bound and not the stack.
  const objection = objectionTo(text, depthMax);
  if (objection !== undefined) return fail(objection);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the body, which may be about a customer.
    return fail('the body is not JSON');
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ok(value as Record<string, unknown>)
    : fail('the body is not a JSON object');
}

function objectionTo(text: string, depthMax: number): string | undefined {
  let objection: string | undefined;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === OPENING_BRACE || unit === OPENING_BRACKET) deepest = Math.max(deepest, (depth += 1));
    else if (unit === CLOSING_BRACE || unit === CLOSING_BRACKET) depth -= 1;
  }
  // Brackets within strings count too; a request of ours has none worth the exception.
  if (deepest > depthMax) return `the body is nested deeper than ${depthMax}`;

  const names: Set<string>[] = [];
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
      if (seen?.has(name)) objection ??= `the member "${name}" stands twice`;
      seen?.add(name);
    },
  });
  return objection;
}
