import { maskNumber } from '#lib/platform';
import { readJsonObject } from './strict-json';

/** Members that say nothing of a person. Whatever is not listed is masked. */
const SAFE = new Set(['reference', 'product', 'inquiryId', 'amount', 'total', 'billCount', 'months', 'year']);

/** A text longer than any of ours is a stranger's, and not for our log. */
const TEXT_MAX = 64;

/** What support reads of a body: members by name, a customer number by its last four digits. */
export function maskedBody(body: Buffer, depthMax: number): Record<string, unknown> | string {
  const read = readJsonObject(body, depthMax);
  if (!read.ok) return `${body.length} bytes: ${read.error}`;
  return Object.fromEntries(
    Object.entries(read.value).map(([name, value]) => {
      const isShort = typeof value === 'number' || (typeof value === 'string' && value.length <= TEXT_MAX);
      if (name === 'customerNumber' && typeof value === 'string') return [name, maskNumber(value)];
      return [name.slice(0, TEXT_MAX), SAFE.has(name) && isShort ? value : '[masked]'];
    }),
  );
}
