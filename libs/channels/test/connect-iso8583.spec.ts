import { join } from 'node:path';
import { cellsOf, Guide } from '../../../test/support/guide';
import { FrameReader, messageTable, tagTable } from '#lib/iso8583';
import { codeTable } from '../src/iso8583/code-table';
import { speechOf } from '../src/iso8583/open-iso8583';
import { ChannelProfiles } from '../src/profiles';

const guide = new Guide('connect-iso8583.md');
const CONFIG = join(__dirname, '..', '..', '..', 'config');

const profile = ChannelProfiles.read(join(CONFIG, 'channels')).all('iso8583').get('bank-87');
if (!profile) throw new Error('there is no profile bank-87');
const speech = speechOf('bank-87', profile, CONFIG);
const { spec } = speech;

/** The guide's tables, by the mark they stand under. */
const TABLES: [mark: string, table: string][] = [
  ['tags: bill', tagTable(spec, 'bill')],
  ...['0200', '0210', '0220', '0400', '0800', '0810'].map((mti): [string, string] => [
    `fields: ${mti}`,
    messageTable(spec, mti),
  ]),
  ['codes', codeTable(speech)],
];

// SIMPUL_WRITE_DOCS=1 npm test -- connect-iso8583, and then prettier, brings the guide up to date.
test.each(TABLES)('the guide’s table of %s is the dialect’s', (mark, table) => {
  expect(guide.cellsUnder(mark, table)).toEqual(cellsOf(table));
});

/** The guide's frames in hexadecimal, with the words before each. */
function frames(): [words: string, frame: Buffer][] {
  const blocks = [...guide.text().matchAll(/```hex\n([^]*?)```/g)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) =>
    [...block.matchAll(/^((?:->|<-) .+)\n((?:[0-9a-f]+\n)+)/gm)].map(
      ([, words = '', hex = '']): [string, Buffer] => [words, Buffer.from(hex.replaceAll('\n', ''), 'hex')],
    ),
  );
}

test.each(frames())('the guide’s example %s is a message, byte for byte', (_, frame) => {
  const [bytes, ...others] = new FrameReader(spec.framing).push(frame).messages;
  expect(others).toEqual([]);
  const read = spec.unpack(bytes ?? Buffer.alloc(0));
  if (!read.ok) throw read.error;
  expect(spec.check(read.value)).toEqual(read);
  expect(spec.packFrame(read.value)).toEqual(frame);
  const data = read.value.fields[48];
  if (data !== undefined) expect(spec.layout('bill').read(data)).toMatchObject({ ok: true });
});

test('the guide takes the inquiry apart as it stands in its example', () => {
  const text = guide.text();
  const [, apart = ''] = /```text\n([^]*?)```/.exec(text) ?? [];
  const bytes = apart
    .split('\n')
    .map((line) => line.slice(0, 34).replaceAll(' ', ''))
    .join('');
  const [, frame = Buffer.alloc(0)] = frames().find(([words]) => words === '-> inquiry') ?? [];
  expect(bytes).toBe(frame.toString('latin1', 2));
});
