import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoorParts } from './door';
import { openIso8583, type Iso8583Settings } from './iso8583/open-iso8583';
import { ChannelProfiles } from './profiles';
import { snapDoors } from './snap/snap.module';
import { textDoors } from './text/text.door';
import type { SecretBox } from '#lib/platform';

const CONFIG = join(__dirname, '..', '..', '..', 'config');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simpul-shown-'));
  cpSync(CONFIG, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Changes one line of a configuration file. */
function change(file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

/** What a door is opened with, where these products keep their customers' numbers masked. */
function partsWith(...masked: string[]): DoorParts {
  const products = () => masked.map((productId) => ({ productId, isNumberMasked: true }));
  const profiles = ChannelProfiles.read(join(folder, 'channels'));
  return { profiles, catalog: { products } } as unknown as DoorParts;
}

const settings = (): Iso8583Settings =>
  ({ configDirectory: folder, listeningOf: () => undefined }) as unknown as Iso8583Settings;

test('a card in an account number: start is refused with file, line and remedy', () => {
  change('channels/snap-strict.yaml', ', customerIn: cardNumber', '');
  expect(() => snapDoors(partsWith('credit-card-nusa'), undefined as unknown as SecretBox)).toThrow(
    /snap-strict\.yaml:\d+: accounts\.rules\.\d+\.product: the numbers of credit-card-nusa may not be shown, and .*let customerIn name/,
  );
});

test('a card in an address: start is refused with file, line and remedy', () => {
  change(
    'channels/text-pin.yaml',
    'PDAMTJ: { product: pdam-tirta-jaya }',
    'CARD: { product: credit-card-nusa }',
  );
  expect(() => textDoors(partsWith('credit-card-nusa'))).toThrow(
    /text-pin\.yaml:\d+: products\.CARD\.product: .*take the product out/,
  );
});

test('a card in a data element that logs show: start is refused with file, line and remedy', async () => {
  await expect(openIso8583(partsWith('credit-card-nusa'), settings())).resolves.toEqual([]);
  change(
    'iso8583/bank-87.yaml',
    '48: { name: privateData, format: ans...999 }',
    '48: { name: privateData, format: ans...999, mask: safe }',
  );
  await expect(openIso8583(partsWith('credit-card-nusa'), settings())).rejects.toThrow(
    /bank-87\.yaml:\d+: products\.230001\.product: .*DE 48 shows them in logs: .*config\/iso8583\/bank-87\.yaml/,
  );
});
