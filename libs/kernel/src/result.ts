/** What the business expects comes back as a value; only bugs and broken infrastructure are thrown. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };

/** Wraps a value that went well. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Wraps a reason to stop. */
export function fail<E>(error: E): { ok: false; error: E } {
  return { ok: false, error };
}
