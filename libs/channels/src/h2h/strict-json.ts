import { ok, type Result } from '#lib/kernel';
import { readStrictJson } from '#lib/platform';

/** Reads a request's body by the strict rules of `readStrictJson`, its numbers as JSON has them. */
export function readJsonObject(raw: Buffer, depthMax: number): Result<Record<string, unknown>, string> {
  const read = readStrictJson(raw, depthMax);
  return read.ok ? ok(read.value.value) : read;
}
