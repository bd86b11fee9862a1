import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Receipts } from './receipts';
import { readSample, renderSample } from './sample';

const ROOT = join(__dirname, '..', '..', '..');
const FIXTURES = join(ROOT, 'fixtures', 'receipts');
const receipts = Receipts.read(join(ROOT, 'config', 'receipts'));

// npx simpul receipt preview <name> --write makes what comes out the golden sample.
test.each(receipts.names())('%s: every output is as its golden sample', async (name) => {
  const folder = join(FIXTURES, name);
  const definition = receipts.definition(name);
  if (!definition) throw new Error(`no definition ${name}`);
  const files = await renderSample(definition, readSample(join(folder, 'payment.yaml')));
  for (const [file, bytes] of files) {
    const path = join(folder, file);
    expect({ file, text: existsSync(path) ? readFileSync(path, 'latin1') : 'missing' }).toEqual({
      file,
      text: bytes.toString('latin1'),
    });
  }
  expect(readdirSync(folder).sort()).toEqual([...files.keys(), 'payment.yaml'].sort());
});
