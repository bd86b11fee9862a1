import type { IsoMessage, Iso8583Spec } from '#lib/iso8583';
import type { Iso8583BillerSpec } from '../../iso8583/spec';
import type { Way } from '../driver';
import type { BillerCase } from '../fixtures';
import type { MisfortuneName } from '../misfortunes';
import { SHORT_MS } from '../told';
import { paired, unlistedCode, type IsoCase } from './iso-case';
import type { HostLine, IsoReaction } from './raw-host';

type Act = (line: HostLine, whole: Buffer, answer: IsoMessage, withinMs: number) => void;

/** How every misfortune comes about on a line of ISO 8583. */
export function isoMisfortunes(
  spec: Iso8583BillerSpec,
  dialect: Iso8583Spec,
): Readonly<Record<MisfortuneName, readonly Way<IsoReaction>[] | string>> {
  const way = (name: string, act: Act, withinMs?: number): Way<IsoReaction> => ({
    name,
    react: (one: BillerCase, ms = SHORT_MS) => ({
      react: (line, question) => {
        const answer = paired(dialect, (one as IsoCase).answer, question);
        act(line, dialect.packFrame(answer), answer, ms);
      },
    }),
    withinMs,
  });
  return {
    silence: [
      way('never answers', () => undefined, SHORT_MS),
      way(
        'asks the same in place of an answer',
        (line, _, { mti, fields }) => {
          const question = mti.slice(0, 2) + String(Number(mti[2]) - 1) + mti.slice(3);
          line.socket.write(dialect.packFrame({ mti: question, fields }));
        },
        SHORT_MS,
      ),
      ...dialect.definition.match.map((number) =>
        way(
          `answers with another DE ${number}`,
          (line, _, answer) => line.send(withOther(answer, number)),
          SHORT_MS,
        ),
      ),
    ],
    'late answer': [
      way(
        'answers when the time is up',
        (line, whole, _, withinMs) => void setTimeout(() => line.socket.write(whole), withinMs + 50).unref(),
        SHORT_MS,
      ),
    ],
    'answered twice': [
      way('answers twice at once', (line, whole) => line.socket.write(Buffer.concat([whole, whole]))),
      way('answers, and then says the opposite', (line, whole, { mti, fields }) => {
        line.socket.write(whole);
        line.send({
          mti,
          fields: { ...fields, [dialect.definition.codes.field]: unlistedCode(spec, dialect) },
        });
      }),
    ],
    'in pieces': [
      way('answers byte by byte', (line, whole) => {
        for (const byte of whole) line.socket.write(Buffer.from([byte]));
      }),
      way('answers in two pieces, a while apart', (line, whole) => {
        line.socket.write(whole.subarray(0, 11));
        setTimeout(() => line.socket.write(whole.subarray(11)), 20).unref();
      }),
    ],
    'trace number come round': [
      way('answers an older message of the same number first', (line, whole, answer) => {
        for (const number of dialect.definition.match)
          if (number !== dialect.definition.stanField) line.send(withOther(answer, number));
        line.socket.write(whole);
      }),
    ],
    garbage: garbage(dialect, way),
    overlong: [
      way('answers ten megabytes', (line) => line.socket.write(Buffer.alloc(10_000_000, 'x'))),
      way('answers more than it may', (line) =>
        line.socket.write(Buffer.alloc(dialect.framing.sizeMaxBytes + 1, '9')),
      ),
    ],
    'gone without a word': [
      way('is gone without closing its line', (line) => void line.socket.pause(), SHORT_MS),
    ],
    dribble: [way('dribbles its answer beyond the deadline', dribble, SHORT_MS)],
    'broken connection': [
      way('resets the line after reading', (line) => void line.socket.resetAndDestroy()),
      way('closes the line after reading', (line) => void line.socket.end()),
      way('closes the line in the middle of its answer', (line, whole) =>
        line.socket.end(whole.subarray(0, -2)),
      ),
    ],
    'no business answer': [
      way('answers with a code of its own trouble alone', (line, _, { mti, fields }) => {
        const known = [...dialect.definition.match, dialect.definition.codes.field];
        const bare = Object.fromEntries(
          Object.entries(fields).filter(([number]) => known.includes(Number(number))),
        );
        line.send({
          mti,
          fields: { ...bare, [dialect.definition.codes.field]: unlistedCode(spec, dialect) },
        });
      }),
    ],
    'not signed on': spec.line.signOn
      ? [
          {
            name: 'does not answer the sign-on',
            react: () => ({ react, signOnCode: null }),
            withinMs: SHORT_MS,
          },
          {
            name: 'refuses the sign-on',
            react: () => ({ react, signOnCode: unlistedCode(spec, dialect) }),
            withinMs: SHORT_MS,
          },
        ]
      : 'this biller wants no sign-on',
    'hostile text':
      'a data element holds no control character (the row "garbage"), and what is printable is data like any other',
  };
}

const react = (): void => undefined;

function garbage(
  dialect: Iso8583Spec,
  way: (name: string, act: Act, withinMs?: number) => Way<IsoReaction>,
): Way<IsoReaction>[] {
  // What cannot be read pairs with no question, so each of these is waited out to the deadline.
  const unread = (name: string, act: Act) => way(name, act, SHORT_MS);
  const framed = (line: HostLine, text: string) =>
    line.socket.write(dialect.framing.wrap(Buffer.from(text, 'latin1')));
  const bodyOf = (answer: IsoMessage) => dialect.pack(answer).toString('latin1');
  return [
    unread('answers noise', (line) => void framed(line, 'noise that is no message at all, %&$')),
    unread('answers a frame of zeros', (line) => void framed(line, '\u0000'.repeat(64))),
    unread(
      'answers a message without its data',
      (line, _, answer) => void framed(line, bodyOf(answer).slice(0, 20)),
    ),
    unread(
      'answers with a bitmap of no field',
      (line, _, answer) => void framed(line, answer.mti + 'Z'.repeat(16) + bodyOf(answer).slice(20)),
    ),
    unread(
      'answers more than its bitmap says',
      (line, _, answer) => void framed(line, `${bodyOf(answer)}0000`),
    ),
    unread('answers letters in place of digits', (line, _, answer) => {
      const body = bodyOf(answer);
      framed(line, `${body.slice(0, 20)}xyz${body.slice(23)}`);
    }),
    unread(
      'answers with control characters in a text',
      (line, _, answer) => void framed(line, bodyOf(answer).replace(/(?<=.{60})[A-Z](?=[A-Z ])/, '\u001b')),
    ),
  ];
}

/** One byte at a time, each well within any time-out that starts anew with every byte. */
function dribble(line: HostLine, whole: Buffer, _: IsoMessage, withinMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    line.socket.write(whole.subarray(at, at + 1));
    at += 1;
  }, withinMs / 30);
  line.socket.once('close', () => clearInterval(timer));
}

/** The same message with another value of a key field, of the same length and alphabet. */
function withOther({ mti, fields }: IsoMessage, number: number): IsoMessage {
  const value = fields[number] ?? '';
  const last = value.slice(-1);
  return { mti, fields: { ...fields, [number]: value.slice(0, -1) + (last === '1' ? '2' : '1') } };
}
