import { Problem } from './problem';

/** How far a list was read: what tells its last row apart, so that the next page begins behind it. */
export function cursorOf(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What a cursor says. @throws Problem for one that no answer of this list gave. */
export function partsOf(cursor: string, isThat: (parts: readonly string[]) => boolean): readonly string[] {
  const parts = read(cursor);
  if (!parts || !isThat(parts))
    throw new Problem('REQUEST_MALFORMED', 'cursor: is none of this list', { field: 'cursor' });
  return parts;
}

function read(cursor: string): string[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.every((one): one is string => typeof one === 'string')
      ? parts
      : undefined;
  } catch {
    return undefined;
  }
}
