import { connect } from 'node:net';

/**
 * A keep-alive connection that writes requests made by hand and reads the status of each answer. It is opened by its first
 * request, and again by one that finds it closed: a connection that is held open for nothing is one more for the
 * switch to watch and to close.
 * @param {{ host: string, port: number }} where
 * @returns {{ send: (request: string, onAnswer: (status: string) => void) => void, end: () => void }}
 */
export function httpSocket({ host, port }) {
  /** @type {import('node:net').Socket | undefined} */
  let socket;
  let received = '';
  /** @type {((status: string) => void) | undefined} */
  let onAnswer;

  /** @param {string} status */
  const answered = (status) => {
    const answer = onAnswer;
    onAnswer = undefined;
    answer?.(status);
  };
  /** @param {Buffer} chunk */
  const hear = (chunk) => {
    received += chunk.toString('latin1');
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    const status = received.slice(9, 12);
    received = received.slice(headEnd + 4 + length);
    answered(status);
  };
  const opened = () => {
    if (socket && !socket.destroyed) return socket;
    const fresh = connect(port, host).setNoDelay(true);
    fresh.on('data', hear);
    fresh.on('error', () => undefined);
    fresh.on('close', () => {
      if (fresh === socket) answered('cut');
    });
    received = '';
    socket = fresh;
    return fresh;
  };

  return {
    send(request, answer) {
      onAnswer = answer;
      opened().write(request);
    },
    end: () => socket?.destroy(),
  };
}
