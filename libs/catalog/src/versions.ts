/** A row of the catalog for a time: from its first instant until the first at which it is over. */
export interface Version {
  validFrom: Date;
  /** Null: no end. */
  validUntil: Date | null;
}

/** The row in force at an instant. Of two that both are, the later one: what was agreed last. */
export function inForce<T extends Version>(versions: readonly T[] | undefined, at: Date): T | undefined {
  if (versions === undefined) return undefined;
  for (let last = versions.length - 1; last >= 0; last -= 1) {
    const version = versions[last];
    if (version && isInForce(version, at)) return version;
  }
  return undefined;
}

/** Whether a row is in force at an instant. */
export function isInForce({ validFrom, validUntil }: Version, at: Date): boolean {
  return validFrom <= at && (validUntil === null || at < validUntil);
}

/** Versions by what they are versions of, each list in order of time. */
export function byKey<T extends Version>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const versions = new Map<string, T[]>();
  for (const row of rows) {
    const known = versions.get(keyOf(row));
    if (known) known.push(row);
    else versions.set(keyOf(row), [row]);
  }
  for (const list of versions.values())
    if (list.length > 1) list.sort((one, other) => one.validFrom.getTime() - other.validFrom.getTime());
  return versions;
}
