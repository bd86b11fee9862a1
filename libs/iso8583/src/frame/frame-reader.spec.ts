import fc from 'fast-check';
import { FrameReader } from './frame-reader';
import { Framing } from './framing';

const MAX = 300;
const FRAMINGS: [string, Framing][] = [
  [
    'two bytes, big end first',
    new Framing({ kind: 'binary2', order: 'big', countsItself: false, sizeMaxBytes: MAX }),
  ],
  [
    'two bytes, little end first',
    new Framing({ kind: 'binary2', order: 'little', countsItself: false, sizeMaxBytes: MAX }),
  ],
  [
    'two bytes that count themselves',
    new Framing({ kind: 'binary2', order: 'big', countsItself: true, sizeMaxBytes: MAX }),
  ],
  ['four digits', new Framing({ kind: 'ascii4', countsItself: false, sizeMaxBytes: MAX })],
  [
    'four digits that count themselves',
    new Framing({ kind: 'ascii4', countsItself: true, sizeMaxBytes: MAX }),
  ],
  ['a trailer', new Framing({ kind: 'trailer', byte: 255, sizeMaxBytes: MAX })],
];

const message = fc.uint8Array({ minLength: 1, maxLength: MAX, max: 254 }).map((bytes) => Buffer.from(bytes));

test.each(FRAMINGS)('%s: messages come out as they went in, however the stream is cut', (_, framing) => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.nat(64), { minLength: 1, maxLength: 20 }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map((one) => framing.wrap(one)));
        const reader = new FrameReader(framing);
        const read: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + 1 + (cuts[turn % cuts.length] ?? 0);
          const frames = reader.push(stream.subarray(at, end));
          expect(frames.error).toBeUndefined();
          read.push(...frames.messages);
          at = end;
        }
        expect(read.map((one) => one.toString('hex'))).toEqual(messages.map((one) => one.toString('hex')));
        expect(reader.heldBytes).toBe(0);
      },
    ),
  );
});

test.each(FRAMINGS)('%s: no bytes at all make it throw or grow', (_, framing) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 }), (chunks) => {
      const reader = new FrameReader(framing);
      for (const chunk of chunks) {
        const { messages } = reader.push(Buffer.from(chunk));
        for (const one of messages) expect(one.length).toBeLessThanOrEqual(MAX);
        expect(reader.heldBytes).toBeLessThanOrEqual(MAX + 4);
      }
    }),
  );
});

test.each(FRAMINGS)('%s: an empty frame is a heartbeat', (_, framing) => {
  const nothing = framing.wrap(Buffer.alloc(0));
  const one = framing.wrap(Buffer.from('0800'));
  const frames = new FrameReader(framing).push(Buffer.concat([nothing, one, nothing]));
  expect(frames).toMatchObject({ heartbeats: 2, error: undefined });
  expect(frames.messages.map(String)).toEqual(['0800']);
});

test.each(FRAMINGS)(
  '%s: a message past the limit ends the stream at once, behind those before it',
  (_, framing) => {
    const reader = new FrameReader(framing);
    const frames = reader.push(
      Buffer.concat([framing.wrap(Buffer.from('ok')), framing.wrap(Buffer.alloc(MAX + 1, 65))]),
    );
    expect(frames.messages.map(String)).toEqual(['ok']);
    expect(frames.error).toMatchObject({ path: 'frame' });
    expect(reader.heldBytes).toBe(0);
    expect(reader.push(framing.wrap(Buffer.from('more'))).messages).toEqual([]);
  },
);

test('a length is refused before a byte of its message has come', () => {
  const { error } = new FrameReader(FRAMINGS[0]?.[1] as Framing).push(Buffer.from([0xff, 0xff]));
  expect(error).toMatchObject({ problem: 'says 65535 bytes, and 300 are the most' });
});

test('a length that counts less than itself is none', () => {
  const { error } = new FrameReader(FRAMINGS[2]?.[1] as Framing).push(Buffer.from([0, 1, 65]));
  expect(error).toMatchObject({ problem: 'has a length that is no number' });
});

test('a trailer that never comes is not waited for', () => {
  const reader = new FrameReader(FRAMINGS[5]?.[1] as Framing);
  expect(reader.push(Buffer.alloc(MAX, 65)).error).toBeUndefined();
  expect(reader.push(Buffer.alloc(1, 65)).error).toMatchObject({ path: 'frame' });
});
