import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP connection in a test's hand, to send what no HTTP client would. */
export interface RawConnection {
  send(bytes: string): void;
  /** Everything that has come so far. */
  received(): string;
  /** Waits until the other side has closed. @returns everything that came */
  closed(): Promise<string>;
  /** Waits until something has come that contains this text. */
  until(text: string): Promise<string>;
  /** Cuts the connection. */
  cut(): void;
}

/** Connects to an HTTP server below HTTP. */
export async function aConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  // A reset is one of the ways a connection may end here.
  socket.on('error', () => undefined);
  const end = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    send: (bytes) => void socket.write(bytes),
    received: () => text,
    async closed() {
      await end;
      return text;
    },
    async until(wanted) {
      while (!text.includes(wanted)) await Promise.race([once(socket, 'data'), end]);
      return text;
    },
    cut: () => socket.destroy(),
  };
}

/** An HTTP/1.1 request as it goes over the wire. */
export function written(
  method: string,
  target: string,
  headers: Record<string, string>,
  body = Buffer.alloc(0),
): string {
  const all = { Host: 'switch', ...headers, 'Content-Length': String(body.length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body.toString()}`;
}
