import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { companionOf } from './companion';
import { formatOn, readFormats } from './format';
import { readSettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';

const ROOT = join(__dirname, '..', '..', '..');
const GOLDEN = join(ROOT, 'fixtures', 'formats');
const formats = readFormats(join(ROOT, 'config', 'formats'));
const sources = readdirSync(join(ROOT, 'config', 'formats'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

test.each(sources)('the golden sample of %s is read in our words', async (source) => {
  const folder = join(GOLDEN, source);
  const format = formatOn(formats, source.toUpperCase(), '2026-07-14');
  if (!format) throw new Error(`no format for ${source}`);
  const [name = ''] = readdirSync(folder).filter((file) => format.name.read(file));
  const companion = companionOf(format, join(folder, name));
  const rows: DetailRow[] = [];

  const result = await readSettlementFile({
    path: join(folder, name),
    name,
    format,
    companionPath: companion,
    onRows: async (batch) => void rows.push(...batch),
  });

  expect(result).toMatchObject({ ok: true, value: { businessDate: '2026-07-14', details: rows.length } });
  expect(rows.map(({ status }) => status)).toContain('S');
});
