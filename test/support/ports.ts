import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range the kernel hands out to callers, so that no connection of ours takes a port just found free. */
const PORTS = { from: 15_000, count: 15_000 };

/** A port of this machine at which nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
