import { readSpec } from '../src/read-spec';
import { callsOf, readCase, successOf, type BillerCase } from './fixtures';
import { connectorAt, makeCall, LONG_MS, play, UNCERTAIN } from './play';
import { answering, deadAddress, http, type Reaction } from './raw-biller';

/** Short enough to wait for, long enough for a request to arrive before. */
const SHORT_MS = 300;

interface Misfortune {
  /** Completes "where the biller ...". */
  name: string;
  /** What the biller does; it has the approving answer at hand, to spoil it. */
  react: (approved: BillerCase['answer'], answerMaxBytes: number) => Reaction;
  withinMs?: number;
}

/** None of these is a biller's word. Where an answer comes at all, it would approve if it were believed. */
const MISFORTUNES: Misfortune[] = [
  { name: 'never answers', react: () => () => undefined, withinMs: SHORT_MS },
  { name: 'dribbles its answer beyond the deadline', react: dribbling, withinMs: SHORT_MS },
  { name: 'resets the connection after reading', react: () => (socket) => socket.resetAndDestroy() },
  { name: 'closes the connection after reading', react: () => (socket) => socket.end() },
  {
    name: 'closes the connection in the middle of its answer',
    react: (approved) => (socket) => socket.end(http(approved).slice(0, -2)),
  },
  { name: 'answers 200 with nothing', react: () => answering('') },
  { name: 'answers a web page', react: () => answering('<html><body>Success 0000</body></html>') },
  { name: 'answers JSON and more', react: (approved) => answering(`${JSON.stringify(approved)} OK`) },
  { name: 'answers JSON that is no object', react: (approved) => answering([approved]) },
  { name: 'answers null', react: () => answering(null) },
  { name: 'does not speak HTTP', react: () => (socket) => socket.end('0000 Success\r\n\r\n') },
  { name: 'switches protocols', react: (approved) => answering(approved, { status: 101 }) },
  ...[201, 202, 204, 400, 404, 408, 429, 500, 502, 503].map((status) => ({
    name: `answers with status ${status}`,
    react: (approved: BillerCase['answer']) => answering(approved, { status }),
  })),
  ...[301, 302, 303, 307, 308].map((status) => ({
    name: `redirects with status ${status}`,
    react: () => answering('', { status, head: 'location: /h2h/elsewhere\r\n' }),
  })),
  {
    name: 'answers more than it may',
    react: (approved, max) => answering({ ...approved, padding: 'x'.repeat(max) }),
  },
  {
    name: 'answers more than it may, piece by piece',
    react: (approved, max) => (socket) => {
      const text = JSON.stringify({ ...approved, padding: 'x'.repeat(max) });
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n`);
      for (let at = 0; at < text.length; at += 1_000) {
        const piece = text.slice(at, at + 1_000);
        socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      }
      socket.end('0\r\n\r\n');
    },
  },
];

/** Every misfortune leaves all calls uncertain, and each request arrives exactly once. */
export function expectUncertaintyAfterEveryMisfortune(file: string, folder: string): void {
  const calls = callsOf(readSpec(file));
  const cases = () => calls.map((call) => readCase(folder, successOf(call)));

  test.each(MISFORTUNES)(
    'nothing is believed, and nothing is sent twice, where the biller $name',
    async ({ react, withinMs }) => {
      const spec = readSpec(file);
      const plays = await Promise.all(
        cases().map((one) => play(spec, one, react(one.answer, spec.answerMaxBytes), withinMs)),
      );

      expect(plays.map(({ told }) => told)).toEqual(calls.map((call) => UNCERTAIN[call]));
      expect(plays.map(({ requests }) => requests.map(({ path }) => path))).toEqual(
        calls.map((call) => [`/h2h${spec[call]?.path}`]),
      );
    },
  );

  test('a payment is "not sent" where nobody listens; an advice that finds nobody says nothing', async () => {
    const spec = readSpec(file);
    const url = await deadAddress();
    const tolds = [];
    for (const one of cases()) {
      const connector = connectorAt(url, spec, one.signature);
      tolds.push(await makeCall(connector, one, LONG_MS));
      await connector.close();
    }
    const notSent = { kind: 'not sent' };
    const wanted = {
      inquiry: UNCERTAIN.inquiry,
      payment: notSent,
      advice: UNCERTAIN.advice,
      reversal: notSent,
    };
    expect(tolds).toEqual(calls.map((call) => wanted[call]));
  });
}

/** One byte at a time, each well within any time-out that starts anew with every byte. */
function dribbling(approved: BillerCase['answer']): Reaction {
  return (socket) => {
    const answer = http(approved);
    let at = 0;
    const timer = setInterval(() => {
      socket.write(answer.charAt(at));
      at += 1;
    }, SHORT_MS / 30);
    socket.once('close', () => clearInterval(timer));
  };
}
