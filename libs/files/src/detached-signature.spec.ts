import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { signatureOf } from './detached-signature';
import { filesOfDay, findFiles, type Drop, type RemoteFile } from './drop';
import { readFormat } from './format';
import { readSettlementFile } from './read-settlement-file';

const ROOT = join(__dirname, '..', '..', '..');
const CONFIG = readFileSync(join(ROOT, 'config', 'formats', 'lpb01.yaml'), 'utf8');
const NAME = 'LPB01_20260714_001.txt';
const GOLDEN = readFileSync(join(ROOT, 'fixtures', 'formats', 'lpb01', NAME));
const PGP = join(ROOT, 'fixtures', 'pgp');
const THEIRS = readFileSync(join(PGP, 'lpb01.public.asc'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'simpul-signed-'));

afterAll(() => rmSync(folder, { recursive: true }));

function formatWith(lines: string) {
  const yaml = join(folder, 'format.yaml');
  writeFileSync(yaml, `${CONFIG}${lines}\n`);
  return readFormat(yaml);
}

const BESIDE = 'pgp: { verify: THEIRS, detached: .sig }';

async function read(
  signature: Uint8Array | string | undefined,
  {
    content = GOLDEN,
    lines = BESIDE,
    keys = { THEIRS },
  }: { content?: Uint8Array; lines?: string; keys?: Record<string, string> } = {},
) {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const signaturePath = join(folder, 'signature');
  if (signature !== undefined) writeFileSync(signaturePath, signature);
  return readSettlementFile({
    path,
    name: NAME,
    format: formatWith(lines),
    ...(signature !== undefined && { signaturePath }),
    secret: (name) => keys[name] ?? '',
  });
}

const sound = { ok: true, value: { details: 6, amount: 1_074_500n } };
const golden = (ending: string) => readFileSync(join(PGP, `${NAME}${ending}`));

test.each(['.sig', '.asc'])('a file that GnuPG has signed beside it (%s) is read', async (ending) => {
  const lines = `pgp: { verify: THEIRS, detached: ${ending} }`;
  expect(await read(golden(ending), { lines })).toMatchObject(sound);
  expect(signatureOf(formatWith(lines), NAME)).toBe(`${NAME}${ending}`);
});

test('one byte more, or another, and the whole file is refused', async () => {
  const changed = Buffer.from(GOLDEN);
  changed[100] = (changed[100] ?? 0) ^ 1;
  for (const content of [changed, Buffer.concat([GOLDEN, Buffer.from('\n')]), GOLDEN.subarray(0, -1)])
    expect(await read(golden('.sig'), { content })).toMatchObject({
      ok: false,
      error: { gate: 'signature_wrong', reason: expect.stringContaining('the key of THEIRS') as string },
    });
});

test.each([
  ['none came', undefined, `its signature ${NAME}.sig is not there`],
  ['it is empty', '', `${NAME}.sig is no OpenPGP signature: it is empty`],
  ['it is something else', 'count=6;amount=1074500', 'is no OpenPGP signature'],
  ['it is too large to be one', 'x'.repeat(65_537), 'more than 65536 bytes'],
])('without a signature (%s) nothing is read', async (_, signature, reason) => {
  expect(await read(signature)).toMatchObject({
    ok: false,
    error: { gate: 'signature_wrong', reason: expect.stringContaining(reason) as string },
  });
});

describe('with keys of our own', () => {
  let theirs: openpgp.PrivateKey;
  let stranger: openpgp.PrivateKey;
  let keys: Record<string, string>;

  beforeAll(async () => {
    const made = async (name: string) =>
      (await openpgp.generateKey({ userIDs: [{ name }], format: 'object' })).privateKey;
    [theirs, stranger] = await Promise.all([made('theirs'), made('stranger')]);
    keys = { THEIRS: theirs.toPublic().armor(), OURS: theirs.armor() };
  });

  const signed = async (content: Uint8Array, ...by: openpgp.PrivateKey[]): Promise<Uint8Array> =>
    openpgp.sign({
      message: await openpgp.createMessage({ binary: content }),
      signingKeys: by,
      detached: true,
      format: 'binary',
    });

  test('a stranger’s signature is none, and beside theirs it does no harm', async () => {
    expect(await read(await signed(GOLDEN, stranger), { keys })).toMatchObject({
      ok: false,
      error: { gate: 'signature_wrong', stated: `key ${stranger.getKeyID().toHex()}` },
    });
    expect(await read(await signed(GOLDEN, stranger, theirs), { keys })).toMatchObject(sound);
  });

  test('it stands for the bytes as they came: packed, or encrypted to us', async () => {
    const packed = gzipSync(GOLDEN);
    expect(
      await read(await signed(packed, theirs), { content: packed, lines: `${BESIDE}\nzip: gz`, keys }),
    ).toMatchObject(sound);
    const sealed = await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: GOLDEN }),
      encryptionKeys: theirs.toPublic(),
      format: 'binary',
    });
    const lines = 'pgp: { decrypt: OURS, verify: THEIRS, detached: .sig }';
    expect(await read(await signed(sealed, theirs), { content: sealed, lines, keys })).toMatchObject(sound);
    expect(await read(await signed(GOLDEN, theirs), { content: sealed, lines, keys })).toMatchObject({
      error: { gate: 'signature_wrong' },
    });
  });
});

test('a file waits on the drop for its signature, and says so', async () => {
  const at = (name: string): RemoteFile => ({ name, folder: '/out', size: 1, modifiedAt: 1_000 });
  const format = formatWith(BESIDE);
  const drop = (...names: string[]): Drop => ({
    list: async () => names.map(at),
    read: async function* () {},
    close: async () => undefined,
  });
  expect(await findFiles(drop(NAME), format, '2026-07-14', 0)).toEqual({
    kind: 'growing',
    name: NAME,
    lacks: `${NAME}.sig`,
  });
  const ready = filesOfDay([at(NAME), at(`${NAME}.sig`)], format, '2026-07-14');
  expect(await findFiles(drop(NAME, `${NAME}.sig`), format, '2026-07-14', 0)).toEqual({
    kind: 'ready',
    files: ready,
  });
  expect(ready).toMatchObject([{ signature: { name: `${NAME}.sig` } }]);
});

test.each([
  ['pgp: { detached: .sig }', 'needs decrypt, verify or both'],
  ['pgp: { decrypt: OURS, detached: .sig }', 'detached needs verify'],
  ['pgp: { verify: THEIRS, detached: .txt }', 'pgp.detached'],
  ['pgp: { verify: THEIRS, detached: .sig }\ncompanion: .sig', 'the ending of the companion'],
])('a format that says %j is refused', (lines, why) => {
  expect(() => formatWith(lines)).toThrow(why);
});

test('what is only signed beside it may be a zip, unlike a message of PGP', () => {
  expect(() => formatWith(`${BESIDE}\nzip: zip`)).not.toThrow();
});
