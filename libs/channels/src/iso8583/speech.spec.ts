import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';
import { ConfigError } from '#lib/platform';
import { ChannelProfiles } from '../profiles';
import { speechOf } from './open-iso8583';
import type { Speech } from './speech';

const CONFIG = join(__dirname, '..', '..', '..', '..', 'config');
const PROFILE = readFileSync(join(CONFIG, 'channels', 'bank-87.yaml'), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'iso8583-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The profile `bank-87` with something changed. */
function changed(from: string, to: string): Speech {
  expect(PROFILE).toContain(from);
  writeFileSync(join(folder, 'some.yaml'), PROFILE.replace(from, to));
  const profile = ChannelProfiles.read(folder).all('iso8583').get('some');
  if (!profile) throw new Error('there is no profile');
  return speechOf('some', profile, CONFIG);
}

test.each([
  ['institutionField: 32', 'institutionField: 31', 'institutionField: the dialect bank-87 has no field 31'],
  ["'0220', '0221'", "'0230', '0221'", 'calls.advice.types: the dialect bank-87 has no question 0230'],
  [
    'layout: bill }, answer',
    'layout: invoice }, answer',
    'layouts: the dialect bank-87 has no layout invoice',
  ],
  ["codes: { INQUIRY_REQUIRED: '92' }", "codes: { NOT_NOW: '961' }", 'codes.NOT_NOW: 961 is longer than 2'],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { BILL_NOT_FOUND: '00' }",
    'BILL_NOT_FOUND would read as APPROVED',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { DECLINED_BY_BILLER: '68' }",
    'DECLINED_BY_BILLER would read as IN_PROGRESS',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { IN_PROGRESS: '05' }",
    'DECLINED_BY_BILLER would read as IN_PROGRESS',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { BILL_NOT_FOUND: '0' }",
    'BILL_NOT_FOUND would read as APPROVED',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { NOT_NOW: '05' }",
    'NOT_NOW would read as DECLINED_BY_BILLER',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { REVERSAL_NOT_ALLOWED: '25' }",
    'PAYMENT_UNKNOWN would read as REVERSAL_NOT_ALLOWED',
  ],
  [
    "codes: { INQUIRY_REQUIRED: '92' }",
    "codes: { NOT_NOW: '97', RATE_LIMITED: '97', DECLINED_BY_BILLER: '96' }",
    'codes.DECLINED_BY_BILLER: 96 is what a busy link answers',
  ],
  ["codes: { INQUIRY_REQUIRED: '92' }", "codes: { NO_SUCH_CODE: '05' }", 'codes'],
  ['port: ISO8583_PORT', 'port: 8083', 'port'],
])('a profile that says "%s" otherwise, %s, is refused by name', (from, to, said) => {
  expect(() => changed(from, to)).toThrow(ConfigError);
  expect(() => changed(from, to)).toThrow(said);
});

test('a partner’s own codes are written as it reads them; all others as the registry has them, as wide as the field', () => {
  const speech = changed("codes: { INQUIRY_REQUIRED: '92' }", "codes: { DEPOSIT_INSUFFICIENT: '76' }");
  expect(speech.wireCode('DEPOSIT_INSUFFICIENT')).toBe('76');
  for (const code of Object.keys(RESPONSE_CODES) as ResponseCode[])
    if (code !== 'DEPOSIT_INSUFFICIENT') expect(speech.wireCode(code)).toBe(RESPONSE_CODES[code].iso);
  const pln = ChannelProfiles.read(join(CONFIG, 'channels')).all('iso8583').get('pln-2003');
  if (!pln) throw new Error('there is no profile pln-2003');
  expect(speechOf('pln-2003', pln, CONFIG).wireCode('IN_PROGRESS')).toBe('0068');
});

test('in no dialect can a busy link be taken for a final answer', () => {
  for (const [name, profile] of ChannelProfiles.read(join(CONFIG, 'channels')).all('iso8583')) {
    const speech = speechOf(name, profile, CONFIG);
    expect(speech.wireCode('NOT_NOW')).toBe(speech.spec.definition.codes.busy);
  }
});
