import { connect } from 'node:net';

/**
 * A keep-alive connection that writes requests made by hand and reads the status of each answer; `cut` where the
 * connection is lost before it. One that the server has closed meanwhile is opened again by the next request.
 * @param {{ host: string, port: number }} where
 * @returns {Promise<{ send: (request: string, onAnswer: (status: string) => void) => void, end: () => void }>}
 */
export async function openHttpSocket(where) {
  let line = openLine(where);
  await line.opened;
  return {
    send(request, onAnswer) {
      if (!line.isOpen()) line = openLine(where);
      line.ask(request, onAnswer);
    },
    end: () => line.end(),
  };
}

/** @param {{ host: string, port: number }} where */
function openLine({ host, port }) {
  const socket = connect(port, host).setNoDelay(true);
  let received = '';
  let isOpen = true;
  /** @type {((status: string) => void) | undefined} whoever waits for an answer */
  let waiting;
  const answer = (/** @type {string} */ status) => {
    const onAnswer = waiting;
    waiting = undefined;
    onAnswer?.(status);
  };
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    const status = received.slice(9, 12);
    received = received.slice(headEnd + 4 + length);
    answer(status);
  });
  // What is wrong with it is told by its close.
  socket.on('error', () => {});
  socket.on('close', () => {
    isOpen = false;
    answer('cut');
  });
  return {
    opened: new Promise((resolve) => socket.once('connect', resolve)),
    isOpen: () => isOpen,
    /** @param {string} request @param {(status: string) => void} onAnswer */
    ask(request, onAnswer) {
      waiting = onAnswer;
      socket.write(request);
    },
    end: () => socket.destroy(),
  };
}
