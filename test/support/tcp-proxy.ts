import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '..', '..', 'scripts', 'lib', 'tcp-proxy.mjs');

/** What a bad network does; scripts/lib/tcp-proxy.mjs tells each. */
export type NetworkFault =
  'freeze' | 'thaw' | 'cut' | { spoil: 'cut' | 'garble' | 'repeat'; answers: number };

/** A TCP proxy in a process of its own, before a server on this machine. */
export interface TcpProxy {
  /** The address of the server, by way of the proxy. */
  url: string;
  /** Returns once the fault is in force. */
  inject(fault: NetworkFault): Promise<void>;
  close(): void;
}

/** Puts a proxy before the server that an address names; what it answers comes so much later. */
export async function aTcpProxy(serverUrl: string, delayMs = 0): Promise<TcpProxy> {
  const url = new URL(serverUrl);
  const child = fork(PROGRAM, {
    env: { PATH: process.env.PATH ?? '', TARGET_PORT: url.port, DELAY_MS: String(delayMs) },
  });
  const [port] = (await once(child, 'message')) as [number];
  url.port = String(port);
  return {
    url: url.href,
    async inject(fault) {
      const isDone = once(child, 'message');
      child.send(fault);
      await isDone;
    },
    close: () => child.disconnect(),
  };
}
