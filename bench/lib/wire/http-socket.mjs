import { connect } from 'node:net';

/**
 * A keep-alive connection that writes requests made by hand and reads the status of each answer.
 * @param {{ host: string, port: number }} where
 * @returns {Promise<{ send: (request: string, onAnswer: (status: string) => void) => void, end: () => void }>}
 */
export function openHttpSocket({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host).setNoDelay(true);
    let received = '';
    /** @type {((status: string) => void) | undefined} */
    let onAnswer;
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      const status = received.slice(9, 12);
      received = received.slice(headEnd + 4 + length);
      onAnswer?.(status);
    });
    socket.once('error', reject);
    socket.on('close', () => onAnswer?.('cut'));
    socket.once('connect', () =>
      resolve({
        send(request, answer) {
          onAnswer = answer;
          socket.write(request);
        },
        end: () => socket.destroy(),
      }),
    );
  });
}
