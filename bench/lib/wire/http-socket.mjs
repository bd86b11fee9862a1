import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * @typedef {object} HttpSocket
 * @property {(request: string, onAnswer: (status: string) => void) => void} send told `cut` where the connection is lost
 * @property {() => void} end
 */

/**
 * Keep-alive connections, open before the first request: thousands that are opened in the middle of a storm would wait
 * for the system and not for the switch. Those of an order that is silent at first are opened as they are needed, since
 * the switch closes a connection that says nothing.
 * @param {{ host: string, port: number, onlyIn?: string }} where
 * @param {number} count
 * @returns {Promise<HttpSocket[]>}
 */
export async function httpSockets(where, count) {
  const sockets = Array.from({ length: count }, () => httpSocket(where));
  if (where.onlyIn === undefined) await Promise.all(sockets.map((socket) => socket.open()));
  return sockets;
}

/**
 * A keep-alive connection that writes requests made by hand and reads the status of each answer. One that the server has
 * closed meanwhile is opened again by the next request.
 * @param {{ host: string, port: number }} where
 * @returns {HttpSocket & { open: () => Promise<unknown> }}
 */
function httpSocket({ host, port }) {
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
    open: () => once(opened(), 'connect'),
    send(request, answer) {
      onAnswer = answer;
      opened().write(request);
    },
    end: () => socket?.destroy(),
  };
}
