import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readFormat } from './format';
import { Refused } from './gates';
import { lineBlocks } from './line-blocks';
import { normaliseFile, readSettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';
import { writeSettlementFile } from './write-settlement-file';

const ROOT = join(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'simpul-hostile-'));
const HEADER = { businessDate: '2026-07-14', seq: 1, createdAt: '2026-07-14 23:50:00' };

afterAll(() => rmSync(folder, { recursive: true }));

function format(of: string, more = '') {
  const path = join(folder, `${of}.yaml`);
  writeFileSync(path, readFileSync(join(ROOT, 'config', 'formats', `${of}.yaml`), 'utf8') + more);
  return readFormat(path);
}

/** A day of a source, as it would write it. */
async function day(by: ReturnType<typeof format>, lines: number) {
  const rows = Array.from({ length: lines }, (_, index) => ({
    ourRef: `P26G${by.source}${String(index).padStart(7, '0')}`,
    theirRef: `T${index}`,
    customerNo: String(531_100_000_000 + index),
    amount: BigInt(10_000 + index),
    status: index % 9 === 0 ? ('F' as const) : ('S' as const),
    paidAt: '2026-07-14 08:00:00',
  }));
  const path = join(folder, 'whole');
  const { name } = await writeSettlementFile(by, HEADER, rows, path);
  const content = readFileSync(path);
  const companionPath = by.companion && `${path}${by.companion}`;
  return { name, content, companionPath };
}

async function read(
  content: Uint8Array,
  file: { name: string; format: ReturnType<typeof format>; companionPath?: string | undefined },
) {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const rows: DetailRow[] = [];
  const result = await readSettlementFile({ path, ...file, onRows: async (some) => void rows.push(...some) });
  return { result, rows, path };
}

test.each(['lpb01', 'bks01', 'agp01', 'sms01', 'gas01', 'dns01'])(
  'a file of %s cut at every 1000th byte is refused, and nothing of it is kept',
  async (of) => {
    const by = format(of);
    const { name, content, companionPath } = await day(by, 400);
    const out = join(folder, 'lines');
    const gates = new Set<string>();
    for (let length = 0; length < content.length; length += 1_000) {
      const path = join(folder, 'file');
      writeFileSync(path, content.subarray(0, length));
      const result = await normaliseFile({ path, name, format: by, companionPath }, out);
      if (result.ok) throw new Error(`cut after ${length} bytes it was accepted`);
      gates.add(result.error.gate);
      expect(() => readFileSync(out)).toThrow('ENOENT');
    }
    // Of nothing at all it is the header that is missed first.
    const expected: Record<string, string[]> = {
      agp01: ['line_invalid', 'control_count'],
      sms01: ['checksum_wrong'],
    };
    expect([...gates]).toEqual(expected[of] ?? ['trailer_missing']);
  },
);

test('the same lines with other line ends, or packed, give the same rows', async () => {
  const plain = format('tj01');
  const { name, content } = await day(plain, 50);
  const { rows } = await read(content, { name, format: plain });

  const windows = await read(Buffer.from(content.toString().replaceAll('\n', '\r\n')), {
    name,
    format: plain,
  });
  const packed = await read(gzipSync(content), { name, format: format('tj01', 'zip: gz\n') });

  expect(rows).toHaveLength(50);
  expect(windows.rows).toEqual(rows);
  expect(packed.rows).toEqual(rows);
});

test('of a line without end no more is taken in than one line may have', async () => {
  let taken = 0;
  const endless = async function* () {
    for (;;) {
      taken += 65_536;
      yield Buffer.alloc(65_536, 'D');
    }
  };
  const reading = async () => {
    for await (const _ of lineBlocks(
      endless(),
      { encoding: 'utf-8', lineEnd: 'any' },
      { line: 0, isTail: false },
    ));
  };

  await expect(reading()).rejects.toThrow(Refused);
  expect(taken).toBeLessThanOrEqual(4 * 65_536);
});

test('what a spreadsheet would take for a formula stays the text it is', async () => {
  const by = format('lpb01');
  const golden = readFileSync(join(ROOT, 'fixtures', 'formats', 'lpb01', 'LPB01_20260714_001.txt'), 'utf8');
  const name = 'LPB01_20260714_001.txt';

  const { rows } = await read(Buffer.from(golden.replace('EB0714000001', "=cmd|'/c")), { name, format: by });
  const shorter = await read(Buffer.from(golden.replace('EB0714000001', '=1+1')), { name, format: by });

  expect(rows).toEqual([]);
  expect(shorter.rows[0]).toMatchObject({ theirRef: '=1+1' });
});

test.each(['lpb01', 'bks01', 'agp01', 'gas01'])(
  'whatever bytes of a file of %s are changed, the reader does not crash, and both its ways agree',
  async (of) => {
    const by = format(of);
    const { name, content, companionPath } = await day(by, 12);
    let state = 11;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const alphabet = Buffer.from('HDT019|;,"\'.\t \r\n\xff\0', 'latin1');
    let refused = 0;
    for (let round = 0; round < 120; round += 1) {
      const changed = Buffer.from(content);
      for (let change = 0; change <= random(4); change += 1)
        changed[random(changed.length)] = alphabet[random(alphabet.length)] ?? 0;
      const { result, path } = await read(changed, { name, format: by, companionPath });
      const lines = await normaliseFile({ path, name, format: by, companionPath }, join(folder, 'out'));
      expect(lines).toEqual(result);
      if (!result.ok) refused += 1;
      else expect(result.value.details).toBe(12);
    }
    expect(refused).toBeGreaterThan(20);
  },
);
