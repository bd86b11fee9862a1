import type { Way } from '../driver';
import type { BillerCase } from '../fixtures';
import type { MisfortuneName } from '../misfortunes';
import { SHORT_MS } from '../told';
import { http, type Reaction } from './raw-biller';

/** What the misfortunes of HTTP need to know of a dialect that is spoken over it. */
export interface HttpDialect {
  /** The case's answer as its biller writes it, whole. */
  textOf: (one: BillerCase) => string;
  /** The same answer with so much text more in it, still well formed. */
  padded: (one: BillerCase, bytes: number) => string;
  contentType: string;
  answerMaxBytes: number;
  /** HTTP statuses under which this biller's business answers come; never among the misfortunes. */
  businessStatuses: readonly number[];
  /** What is no answer in this dialect, though it came whole and under a good status. */
  garbage: readonly Way<Reaction>[];
  /** Texts that are data, whatever they look like. */
  hostile: readonly Way<Reaction>[];
}

const STATUSES = [201, 202, 204, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503];

/** How every misfortune comes about over HTTP. */
export function httpMisfortunes(
  dialect: HttpDialect,
): Readonly<Record<MisfortuneName, readonly Way<Reaction>[] | string>> {
  const { textOf, padded, answerMaxBytes: max, contentType } = dialect;
  const whole = (one: BillerCase, status = 200) => http(textOf(one), { status, contentType });
  const refused = STATUSES.filter((status) => !dialect.businessStatuses.includes(status));
  return {
    silence: [{ name: 'never answers', react: () => () => undefined, withinMs: SHORT_MS }],
    'late answer': [
      {
        name: 'answers when the time is up',
        react:
          (one, withinMs = SHORT_MS) =>
          (socket) =>
            void setTimeout(() => socket.write(whole(one)), withinMs + 50).unref(),
        withinMs: SHORT_MS,
      },
    ],
    'answered twice': [
      { name: 'answers twice', react: (one) => (socket) => socket.write(whole(one) + whole(one)) },
    ],
    'in pieces': [
      {
        name: 'answers in two pieces',
        react: (one) => (socket) => {
          const text = whole(one);
          socket.write(text.slice(0, -3));
          setTimeout(() => socket.write(text.slice(-3)), 20).unref();
        },
      },
    ],
    'trace number come round': 'HTTP answers on the connection that asked; there is no trace number',
    garbage: [
      { name: 'answers 200 with nothing', react: () => answeringText('', contentType) },
      {
        name: 'answers a web page',
        react: () => answeringText('<html><body>Success 0000</body></html>', 'text/html'),
      },
      { name: 'does not speak HTTP', react: () => (socket) => socket.end('0000 Success\r\n\r\n') },
      ...dialect.garbage,
    ],
    overlong: [
      {
        name: 'answers more than it may',
        react: (one) => answeringText(padded(one, max), contentType),
      },
      {
        name: 'answers ten megabytes',
        react: (one) => answeringText(padded(one, 10_000_000), contentType),
      },
      {
        name: 'answers more than it may, piece by piece',
        react: (one) => (socket) => inPieces(padded(one, max), (piece) => socket.write(piece)),
      },
    ],
    'gone without a word': [
      {
        name: 'is gone without closing its connection',
        react: () => (socket) => socket.pause(),
        withinMs: SHORT_MS,
      },
    ],
    dribble: [
      {
        name: 'dribbles its answer beyond the deadline',
        react: (one, withinMs = SHORT_MS) => dribbling(whole(one), withinMs),
        withinMs: SHORT_MS,
      },
    ],
    'broken connection': [
      { name: 'resets the connection after reading', react: () => (socket) => socket.resetAndDestroy() },
      { name: 'closes the connection after reading', react: () => (socket) => socket.end() },
      {
        name: 'closes the connection in the middle of its answer',
        react: (one) => (socket) => socket.end(whole(one).slice(0, -2)),
      },
    ],
    'no business answer': [
      { name: 'switches protocols', react: (one) => (socket) => socket.write(whole(one, 101)) },
      ...refused.map((status) => ({
        name: `answers with status ${status}`,
        react:
          (one: BillerCase): Reaction =>
          (socket) =>
            socket.write(whole(one, status)),
      })),
      ...[301, 302, 303, 307, 308].map((status) => ({
        name: `redirects with status ${status}`,
        react: (): Reaction => (socket) =>
          socket.write(http('', { status, head: 'location: /h2h/elsewhere\r\n' })),
      })),
    ],
    'not signed on': 'HTTP has no sign-on; a token that cannot be fetched is a test of its own',
    'hostile text': dialect.hostile,
  };
}

/** Answers every request with this text. */
export function answeringText(text: string, contentType: string, status = 200): Reaction {
  return (socket) => socket.write(http(text, { status, contentType }));
}

/** What a biller's own words may hold, and none of it may do. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\u0000\u0007\u001b[2J\r\nX-Injected: 1',
  '=HYPERLINK("http://evil.example","BUDI")',
  '<script>alert(1)</script>',
  "'; DROP TABLE payment; --",
  '\u202eIDUB \ud83d\udca5',
];

function inPieces(text: string, write: (piece: string) => void): void {
  write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let at = 0; at < text.length; at += 1_000) {
    const piece = text.slice(at, at + 1_000);
    write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  }
  write('0\r\n\r\n');
}

/** One byte at a time, each well within any time-out that starts anew with every byte. */
function dribbling(answer: string, withinMs: number): Reaction {
  return (socket) => {
    let at = 0;
    const timer = setInterval(() => {
      socket.write(answer.charAt(at));
      at += 1;
    }, withinMs / 30);
    socket.once('close', () => clearInterval(timer));
  };
}
