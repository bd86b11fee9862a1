import { visit } from 'jsonc-parser';
import { fail, ok, type Result } from '#lib/kernel';

/** A number as it stood in the text: twenty digits stay twenty digits, and 10.00 stays 10.00. */
export class BareNumber {
  constructor(readonly text: string) {}
}

export type Json = string | boolean | null | BareNumber | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** Whether a value is an object: no list, and no number of ours. */
export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BareNumber)
  );
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object with its numbers as text: valid UTF-8, no BOM, no name twice in one object (an escape is the
 * character it names), no `__proto__`, no deeper than allowed.
 * @returns the object, or in one sentence why it is none; the sentence quotes nothing of the body.
 */
export function readSnapObject(raw: Buffer, depthMax: number): Result<JsonObject, string> {
  let text: string;
  try {
    text = UTF8.decode(raw);
  } catch {
    return fail('the body is not valid UTF-8');
  }
  if (text.startsWith('\uFEFF')) return fail('the body begins with a byte order mark');
  // Before it is parsed, so that a deep body meets the bound and not the stack.
  if (isDeeper(text, depthMax)) return fail(`the body is nested deeper than ${depthMax}`);
  const looked = lookAt(text);
  if (!looked.ok) return looked;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('the body is not a JSON object');
  for (const { path, digits } of looked.value) keepNumber(value, path, digits);
  return ok(value as JsonObject);
}

interface NumberAt {
  path: readonly (string | number)[];
  digits: string;
}

function isDeeper(text: string, depthMax: number): boolean {
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

/** Whether a name stands twice, and where the numbers are. */
function lookAt(text: string): Result<NumberAt[], string> {
  const names: Set<string>[] = [];
  const numbers: NumberAt[] = [];
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

function keepNumber(root: object, path: readonly (string | number)[], digits: string): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let holder = root as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
  holder[last] = new BareNumber(digits);
}

/** Values as `JSON.stringify` writes them, with each number as the text it came as. */
export function plainOf(json: Json): unknown {
  if (json instanceof BareNumber) return json.text;
  if (Array.isArray(json)) return json.map(plainOf);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, plainOf(value)]));
}
