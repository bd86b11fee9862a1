import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { readFormat } from './format';
import { readSettlementFile } from './read-settlement-file';

const ROOT = join(__dirname, '..', '..', '..');
const CONFIG = readFileSync(join(ROOT, 'config', 'formats', 'lpb01.yaml'), 'utf8');
const GOLDEN = readFileSync(join(ROOT, 'fixtures', 'formats', 'lpb01', 'LPB01_20260714_001.txt'));
const folder = mkdtempSync(join(tmpdir(), 'simpul-packed-'));

afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: Uint8Array, packing: string, keys: Record<string, string> = {}) {
  const yaml = join(folder, 'format.yaml');
  writeFileSync(yaml, `${CONFIG}${packing}\n`);
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return readSettlementFile({
    path,
    name: 'LPB01_20260714_001.txt',
    format: readFormat(yaml),
    secret: (name) => keys[name] ?? '',
  });
}

const sound = { ok: true, value: { details: 6, amount: 1_074_500n } };

interface ZipEntry {
  name: string;
  content: Buffer;
  mode?: number;
  /** What the headers say, where they lie. */
  statedSize?: number;
}

/** A zip file as a sender, or an attacker, writes it. */
function zip(...entries: ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, statedSize = content.length } of entries) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(statedSize, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(0x031e, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    files.push(local);
    directory.push(entry, Buffer.from(name));
    offset += local.length;
  }
  const size = Buffer.concat(directory).length;
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

const file = { name: 'LPB01_20260714_001.txt', content: GOLDEN };
/** A header, and so many equal lines that they pack hundreds to one. */
const [header = '', detail = ''] = GOLDEN.toString().split('\n');
const bomb = Buffer.from(`${header}\n${`${detail}\n`.repeat(100_000)}`);

test('a zip with the one file in it is read, and so is a gzip file', async () => {
  expect(await read(zip(file), 'zip: zip')).toMatchObject(sound);
  expect(await read(gzipSync(GOLDEN), 'zip: gz')).toMatchObject(sound);
});

test.each<[string, string, Buffer, string]>([
  ['a zip bomb', 'zip', zip({ name: 'a.txt', content: bomb }), 'over 200 times as large'],
  ['a gzip bomb', 'gz', gzipSync(bomb), 'over 200 times as large'],
  ['a zip in a zip', 'zip', zip({ name: 'a.zip', content: zip(file) }), 'an archive'],
  ['a gzip in a gzip', 'gz', gzipSync(gzipSync(GOLDEN)), 'an archive'],
  [
    'a name that leads upwards',
    'zip',
    zip({ ...file, name: '../LPB01_20260714_001.txt' }),
    'invalid relative path',
  ],
  ['an absolute name', 'zip', zip({ ...file, name: '/etc/LPB01_20260714_001.txt' }), 'absolute path'],
  ['a name with backslashes', 'zip', zip({ ...file, name: '..\\a.txt' }), 'invalid characters in fileName'],
  ['a folder', 'zip', zip({ name: 'a/', content: Buffer.alloc(0) }), 'a/'],
  ['a link', 'zip', zip({ ...file, mode: 0o120777 }), 'LPB01_20260714_001.txt'],
  ['two files', 'zip', zip(file, { ...file, name: 'b.txt' }), '2 entries'],
  ['no file', 'zip', zip(), '0 entries'],
  [
    'a size that is not the true one',
    'zip',
    zip({ ...file, statedSize: 10 }),
    'too many bytes in the stream',
  ],
  ['a cut zip', 'zip', zip(file).subarray(0, 200), 'End of central directory record signature not found'],
  ['a cut gzip', 'gz', gzipSync(GOLDEN).subarray(0, 100), 'unexpected end of file'],
  ['bytes that are no gzip', 'gz', GOLDEN, 'incorrect header check'],
])('%s is refused', async (_, kind, content, stated) => {
  const result = await read(content, `zip: ${kind}`);

  expect(result).toMatchObject({ ok: false, error: { gate: 'packing_refused', line: null } });
  expect(result).toMatchObject({ error: { stated: expect.stringContaining(stated.slice(0, 40)) as string } });
});

test('a file larger than its format allows is refused before it is read through', async () => {
  const result = await read(gzipSync(GOLDEN), 'zip: { kind: gz, size_max_bytes: 100 }');

  expect(result).toMatchObject({ ok: false, error: { gate: 'packing_refused', computed: 'at most 100' } });
});

describe('OpenPGP', () => {
  const PGP = 'pgp: { decrypt: OURS, verify: THEIRS }';
  let ours: { privateKey: openpgp.PrivateKey; publicKey: openpgp.PublicKey };
  let theirs: typeof ours;
  let stranger: typeof ours;
  let keys: Record<string, string>;

  beforeAll(async () => {
    const pair = async (name: string) =>
      (await openpgp.generateKey({ userIDs: [{ name }], format: 'object' })) as typeof ours;
    [ours, theirs, stranger] = await Promise.all([pair('ours'), pair('theirs'), pair('stranger')]);
    keys = { OURS: ours.privateKey.armor(), THEIRS: theirs.publicKey.armor() };
  });

  async function sealed(content: Buffer, by: typeof ours | undefined, to: typeof ours): Promise<Uint8Array> {
    const message = await openpgp.createMessage({ binary: content });
    return openpgp.encrypt({
      message,
      encryptionKeys: to.publicKey,
      ...(by && { signingKeys: by.privateKey }),
      format: 'binary',
    });
  }

  test('a file that is encrypted to us and signed by them is read', async () => {
    expect(await read(await sealed(GOLDEN, theirs, ours), PGP, keys)).toMatchObject(sound);
  });

  test('an armored one too, and a packed one', async () => {
    const message = await openpgp.createMessage({ binary: gzipSync(GOLDEN) });
    const armored = await openpgp.encrypt({
      message,
      encryptionKeys: ours.publicKey,
      signingKeys: theirs.privateKey,
    });

    expect(await read(Buffer.from(armored), `${PGP}\nzip: gz`, keys)).toMatchObject(sound);
  });

  test('one that is signed and not encrypted is read where that was agreed', async () => {
    const message = await openpgp.createMessage({ binary: GOLDEN });
    const signed = await openpgp.sign({ message, signingKeys: theirs.privateKey, format: 'binary' });

    expect(await read(signed, 'pgp: { verify: THEIRS }', keys)).toMatchObject(sound);
  });

  test('a signature that is not theirs, or missing, refuses the whole file', async () => {
    const byStranger = await read(await sealed(GOLDEN, stranger, ours), PGP, keys);
    const byNobody = await read(await sealed(GOLDEN, undefined, ours), PGP, keys);

    expect(byStranger).toMatchObject({ ok: false, error: { gate: 'signature_wrong' } });
    expect(byNobody).toMatchObject({ ok: false, error: { gate: 'signature_wrong', stated: 'no signature' } });
  });

  test('a message to another key, a changed one and a cut one are refused', async () => {
    const message = Buffer.from(await sealed(GOLDEN, theirs, ours));
    const changed = Buffer.from(message);
    changed[changed.length - 30] = (changed[changed.length - 30] ?? 0) ^ 1;

    for (const content of [await sealed(GOLDEN, theirs, stranger), changed, message.subarray(0, -40)])
      expect(await read(content, PGP, keys)).toMatchObject({ ok: false, error: { gate: 'not_decrypted' } });
  });
});
