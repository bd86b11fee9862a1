import { ok, type Result } from '#lib/kernel';
import { readStrictJson } from '#lib/platform';

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

/**
 * Reads a JSON object by the strict rules of `readStrictJson`, with its numbers as text.
 * @returns the object, or in one sentence why it is none; the sentence quotes nothing of the body.
 */
export function readSnapObject(raw: Buffer, depthMax: number): Result<JsonObject, string> {
  const read = readStrictJson(raw, depthMax);
  if (!read.ok) return read;
  const { value, numbers } = read.value;
  for (const { path, digits } of numbers) keepNumber(value, path, digits);
  return ok(value as JsonObject);
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
