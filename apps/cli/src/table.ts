/** Prints rows below their heads, in columns as wide as what stands in them; nothing when there are no rows. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const lines = [heads, ...rows.map((row) => row.map(oneLine))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** What people and billers write may hold anything; on a terminal it is text and nothing else. */
export function oneLine(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}
