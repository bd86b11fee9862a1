/** An amount, a count, or nothing; a column of them stands at the right, digit below digit. */
const FIGURE = /^(-?(Rp )?\d{1,3}(\.\d{3})*|-?\d+|)$/;

/** Prints rows below their heads, in columns as wide as what stands in them; nothing when there are no rows. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const lines = [heads, ...rows.map((row) => row.map(oneLine))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isFigures = heads.map((_, column) => lines.slice(1).every((line) => FIGURE.test(line[column] ?? '')));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) =>
          isFigures[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    );
}

/** What people and billers write may hold anything; on a terminal it is text and nothing else. */
export function oneLine(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}

/** `1 break`, `2 breaks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
