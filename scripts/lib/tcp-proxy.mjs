import { connect, createServer } from 'node:net';

/**
 * A TCP proxy that puts a server on this machine some milliseconds away, or treats what passes as a bad network would.
 * Environment: TARGET_PORT, DELAY_MS (0). Tells its own port by message, and takes these, answering each with `done`:
 * - `freeze`: nothing passes in either direction, as on a link that died without a word; `thaw` ends it
 * - `cut`: resets every connection there is
 * - `{ spoil: 'cut' | 'garble' | 'repeat', answers: n }`: resets instead of, spoils, or says twice the next n answers
 */
const target = Number(process.env['TARGET_PORT']);
const delayMs = Number(process.env['DELAY_MS'] ?? 0);

/** @type {Set<import('node:net').Socket[]>} */
const pairs = new Set();
let isFrozen = false;
let spoiling = { how: '', answers: 0 };

const server = createServer((caller) => {
  const callee = connect(target, '127.0.0.1').setNoDelay(true);
  caller.setNoDelay(true);
  const pair = [caller, callee];
  pairs.add(pair);
  caller.on('data', (chunk) => callee.write(chunk));
  callee.on('data', (chunk) => later(() => answer(caller, callee, chunk)));
  caller.on('close', () => callee.destroy());
  callee.on('close', () => {
    pairs.delete(pair);
    later(() => caller.destroy());
  });
  for (const socket of pair) {
    if (isFrozen) socket.pause();
    socket.on('error', () => pair.forEach((one) => one.destroy()));
  }
});

/** @param {() => void} act */
function later(act) {
  if (delayMs > 0) setTimeout(act, delayMs);
  else act();
}

/**
 * @param {import('node:net').Socket} caller
 * @param {import('node:net').Socket} callee
 * @param {Buffer} chunk
 */
function answer(caller, callee, chunk) {
  if (spoiling.answers === 0) return void caller.write(chunk);
  spoiling.answers -= 1;
  switch (spoiling.how) {
    case 'garble':
      return void caller.write(chunk.map((byte, at) => (at % 7 === 3 ? byte ^ 0x15 : byte)));
    case 'repeat':
      return void caller.write(Buffer.concat([chunk, chunk]));
    default:
      callee.destroy();
      return void caller.resetAndDestroy();
  }
}

process.on('message', (/** @type {any} */ order) => {
  if (order === 'freeze' || order === 'thaw') {
    isFrozen = order === 'freeze';
    for (const socket of [...pairs].flat()) socket[isFrozen ? 'pause' : 'resume']();
  } else if (order === 'cut') for (const socket of [...pairs].flat()) socket.resetAndDestroy();
  else spoiling = { how: order.spoil, answers: order.answers };
  process.send?.('done');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.on('disconnect', () => process.exit(0));
