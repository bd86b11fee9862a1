import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { formatOn, readFormat, readFormats } from './format';

const FORMATS = join(__dirname, '..', '..', '..', 'config', 'formats');
const LPB01 = readFileSync(join(FORMATS, 'lpb01.yaml'), 'utf8');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simpul-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('the formats we ship say what their sources agreed', () => {
  const formats = readFormats(FORMATS);

  const files = readdirSync(FORMATS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml').toUpperCase());
  expect([...formats.keys()].sort()).toEqual(files.sort());
  expect(formatOn(formats, 'LPB01', '2026-07-14')).toMatchObject({
    body: { layout: 'delimited', delimiter: '|' },
    control: { count: true, amount: 'S', hash: true },
    cutOff: { at: '23:30', graceMinutes: 15, timeZone: 'Asia/Jakarta' },
    match: { hasFallbackKey: true, tolerance: 0n, carryDays: 2 },
  });
  expect(formatOn(formats, 'TJ01', '2026-07-14')).toMatchObject({
    body: { delimiter: ';' },
    control: { hash: false },
  });
});

test.each([
  [
    'cols: [_, count, amount, hash]',
    'cols: [_, count, amount, hush]',
    'trailer.cols',
    'hush is not a column; known: count, amount, hash',
  ],
  [
    'business_date:yyyyMMdd',
    'business_date',
    'header.cols',
    'business_date must be written with a date pattern',
  ],
  [
    'business_date:yyyyMMdd',
    'business_date:yyyyMM',
    'header.cols.3',
    'must have yyyy (or yy), MM and dd once',
  ],
  ['customer_no, amount', 'Customer No, amount', 'detail.cols.4', '"Customer No" is not a column'],
  ['line_no, our_ref', 'line_no, line_no', 'detail.cols', 'the column our_ref is missing'],
  ["cutoff: '23:30'", "cutoff: '25:30'", 'match.cutoff', 'must be a time from 00:00 to 24:00'],
  ['{ scale: 0 }', '{ scale: 9 }', 'amount.scale', 'Too big'],
  ["F: ['RV', '99']", "F: ['RV', '00']", 'status', 'one code has two meanings'],
  ['keys: [our_ref, their_ref]', 'keys: [their_ref]', 'match.keys', 'must begin with our_ref'],
  ["name: 'LPB01_", "name: '../LPB01_", 'name', 'may use letters, digits'],
  ['_{seq}', '{seq}{seq}', 'name', 'one date such as {yyyyMMdd} and at most one {seq}'],
  ['layout: delimited', 'layout: fix', 'layout', 'Invalid discriminator value'],
  ['layout: delimited', 'layout: delimited\ntime_zone: Europe/Berlin', 'time_zone', 'is not Indonesian'],
  ['settle_on: agreed', 'settle_on: agreed\nsettle_when: now', '', 'settle_when'],
])('"%s" as "%s" is refused at %s', (right, wrong, key, message) => {
  expect(LPB01).toContain(right);
  const path = put('lpb01.yaml', LPB01.replace(right, wrong));
  const line = LPB01.slice(0, LPB01.indexOf(right)).split('\n').length;

  const refused = () => readFormat(path);

  expect(refused).toThrow(message);
  if (key !== '') expect(refused).toThrow(new RegExp(`lpb01\\.yaml:(${line}|${line + 1}): ${key}`));
});

test('the version of a format is the last that took effect by the business date', () => {
  put('lpb01.yaml', LPB01);
  put('lpb01-2.yaml', LPB01.replace("delimiter: '|'", "delimiter: ';'\neffective_from: '2026-08-01'"));
  const formats = readFormats(folder);

  expect(formatOn(formats, 'LPB01', '2026-07-31')?.body).toMatchObject({ delimiter: '|' });
  expect(formatOn(formats, 'LPB01', '2026-08-01')?.body).toMatchObject({ delimiter: ';' });
  put('lpb01-3.yaml', LPB01);
  expect(() => readFormats(folder)).toThrow('source LPB01 already has a version from the beginning');
});

test('a source whose only version begins later has no format before', () => {
  put('lpb01.yaml', `${LPB01}effective_from: "2026-08-01"\n`);

  expect(formatOn(readFormats(folder), 'LPB01', '2026-07-31')).toBeUndefined();
});
