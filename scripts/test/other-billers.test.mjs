import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { newBillerKeys } from '../lib/demo-billers.mjs';
import { billersNobodyPlays } from '../lib/other-billers.mjs';

const keys = newBillerKeys();

await test('a biller that the simulator does not play has settings by which nobody is reached', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'billers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const spec =
    'url: BILLER_GAS_KOTA_URL # not BILLER_OLD_URL\nsecret: BILLER_GAS_KOTA_SECRET\ncodes: { A: BILLER_UNAVAILABLE }\n';
  writeFileSync(path.join(folder, 'gas-kota.yaml'), spec);
  writeFileSync(path.join(folder, 'pln.yaml'), 'url: BILLER_PLN_URL\n');

  const environment = { BILLER_GAS_KOTA_URL: 'http://127.0.0.1:9', BILLER_GAS_KOTA_SECRET: 'nobody' };
  assert.deepEqual(billersNobodyPlays({}, keys, folder), [{ id: 'gas-kota', environment }]);
});

await test('one whose settings were begun is left to the start, which names what is missing', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'billers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    path.join(folder, 'gas-kota.yaml'),
    'url: BILLER_GAS_KOTA_URL\nsecret: BILLER_GAS_KOTA_SECRET\n',
  );

  assert.deepEqual(billersNobodyPlays({ BILLER_GAS_KOTA_URL: 'https://gas.example' }, keys, folder), []);
});
