import { open, rm } from 'node:fs/promises';
import type { Cell } from '../definition';
import { csvLine } from '../csv';
import { makeWhole, partOf } from '../whole-file';
import type { Closing, Opening, ReportWriter } from './writer';

/** What people may want otherwise. */
export interface CsvOptions {
  /** Spreadsheets take a CSV for UTF-8 only by its byte order mark; other programs trip over it. */
  hasByteOrderMark: boolean;
  /** Only the table: its headings, its rows and nothing around them. */
  isBare: boolean;
}

const CHUNK = 65_536;

/** CSV: the full length of a report, streamed. What it is about stands above the table, its totals below. */
export async function openCsv(path: string, opening: Opening, options: CsvOptions): Promise<ReportWriter> {
  const { title, about, facts, columns, language } = opening;
  const name = `${path}.csv`;
  const part = partOf(name);
  const handle = await open(part, 'wx', 0o600);
  let text = options.hasByteOrderMark ? '\uFEFF' : '';

  const put = async (...cells: Cell[]) => {
    text += csvLine(cells);
    if (text.length >= CHUNK) await flush();
  };
  const flush = async () => {
    const chunk = text;
    text = '';
    await handle.appendFile(chunk);
  };

  if (!options.isBare) {
    await put(title);
    await put(about);
    for (const fact of facts) await put(...fact);
    await put();
  }
  await put(...columns.map(({ title: heading }) => heading[language]));
  return {
    async add(rows) {
      for (const cells of rows) await put(...cells);
    },
    async finish(closing: Closing) {
      if (!options.isBare) {
        if (closing.totals.some((cell) => cell !== null)) await put(...closing.totals);
        await put();
        for (const fact of closing.facts) await put(...fact);
      }
      await flush();
      await handle.close();
      await makeWhole(part, name);
      return [name];
    },
    async abandon() {
      await handle.close().catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}
