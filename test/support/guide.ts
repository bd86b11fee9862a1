import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of `docs/` whose tables are made by the code: each stands between `<!-- its mark -->` and `<!-- end -->`. */
export class Guide {
  private readonly file: string;

  /** @param page its name, such as `connect-h2h.md`. */
  constructor(page: string) {
    this.file = join(__dirname, '..', '..', 'docs', page);
  }

  text(): string {
    return readFileSync(this.file, 'utf8');
  }

  /**
   * The cells of the table under a mark. With SIMPUL_WRITE_DOCS set, `made` is put there first; prettier then sets its
   * columns.
   * @param made the table as the code makes it.
   */
  cellsUnder(mark: string, made: string): string[] {
    const place = new RegExp(`(<!-- ${mark} -->\\n)([^]*?)(<!-- end -->)`);
    if (process.env['SIMPUL_WRITE_DOCS'])
      writeFileSync(
        this.file,
        this.text().replace(place, (_, head: string, _old, tail: string) => `${head}\n${made}\n\n${tail}`),
      );
    return cellsOf(place.exec(this.text())?.[2] ?? '');
  }
}

/** A table's lines without the widths of its columns. */
export function cellsOf(table: string): string[] {
  return table
    .split('\n')
    .map((line) =>
      line
        .replace(/ *\| */g, '|')
        .replace(/-+/g, '-')
        .trim(),
    )
    .filter((line) => line !== '');
}
