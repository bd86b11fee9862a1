import { fileNamePattern } from './file-name';

const DAY = '2026-07-14';
const pattern = fileNamePattern('LPB01_{yyyyMMdd}_{seq}.txt');

test.each([
  'lpb01_20260714_001.TXT',
  'LPB01_20260714_001.txt ',
  'LPB01_20260714_0000000001.txt',
  'LPB01_20260714_.txt',
  'LPB01_14072026_001.txt',
  'LPB01-2026-07-14-001.txt',
  'LPB01_20260714_001 (1).txt',
])('the name "%s" was meant for that day', (name) => {
  expect([pattern.read(name), pattern.isNearly(name, DAY)]).toEqual([undefined, true]);
});

test.each([
  'LPB01_20260714_001.txt',
  'LPB01_20260715_0000000001.txt',
  'LPB02_20260714_001.txt',
  'LPB01_20260714_001.txt.part',
  'README.txt',
])('the name "%s" needs no hint', (name) => {
  expect(pattern.isNearly(name, DAY)).toBe(false);
});
