import { connect, createServer } from 'node:net';

/**
 * Puts a server on this machine so many milliseconds away: what it sends back arrives that much later.
 * Environment: TARGET_PORT, DELAY_MS. Tells its own port by message.
 */
const target = Number(process.env['TARGET_PORT']);
const delayMs = Number(process.env['DELAY_MS']);

const server = createServer((caller) => {
  const callee = connect(target, '127.0.0.1').setNoDelay(true);
  caller.setNoDelay(true);
  caller.pipe(callee);
  callee.on('data', (chunk) => setTimeout(() => caller.write(chunk), delayMs));
  callee.on('close', () => setTimeout(() => caller.destroy(), delayMs));
  for (const socket of [caller, callee])
    socket.on('error', () => {
      caller.destroy();
      callee.destroy();
    });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.on('disconnect', () => process.exit(0));
