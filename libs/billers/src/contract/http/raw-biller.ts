import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** One request as it came over the wire. */
export interface WireRequest {
  method: string;
  path: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** The raw body; a signature covers these bytes. */
  body: string;
}

/** What a biller does once it has read a whole request. */
export type Reaction = (socket: Socket, request: WireRequest) => void;

/** A biller on bare TCP, so that a test decides about every byte and every closing of a connection. */
export interface RawBiller {
  url: string;
  /** Every request that was read to its end, in the order they came. */
  requests: readonly WireRequest[];
  /** How many connections were opened. */
  connections: () => number;
  close: () => Promise<void>;
}

/** Starts a biller on a free port of this machine. @param react asked for every request. */
export async function rawBiller(react: Reaction): Promise<RawBiller> {
  const requests: WireRequest[] = [];
  const sockets = new Set<Socket>();
  let opened = 0;

  const server = createServer((socket) => {
    opened += 1;
    sockets.add(socket);
    let read: Buffer = Buffer.alloc(0);
    // A caller that gives up resets the connection; that is part of the play.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      for (let next = takeRequest(read); next; next = takeRequest(read)) {
        read = next.rest;
        requests.push(next.request);
        react(socket, next.request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/h2h`,
    requests,
    connections: () => opened,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** An address of this machine at which nobody listens. */
export async function deadAddress(): Promise<string> {
  const biller = await rawBiller(() => undefined);
  await biller.close();
  return biller.url;
}

/** A whole HTTP answer; JSON unless a text is given. */
export function http(
  body: unknown,
  { status = 200, head = '', contentType = 'application/json' } = {},
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  return `HTTP/1.1 ${status} Whatever\r\ncontent-type: ${contentType}\r\ncontent-length: ${length}\r\n${head}\r\n${text}`;
}

/** Answers every request alike. */
export function answering(body: unknown, options?: Parameters<typeof http>[1]): Reaction {
  return (socket) => socket.write(http(body, options));
}

/** The first request in what was read, with the bytes after it; undefined until it is whole. */
function takeRequest(read: Buffer): { request: WireRequest; rest: Buffer } | undefined {
  const headEnd = read.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [requestLine = '', ...lines] = read.subarray(0, headEnd).toString().split('\r\n');
  const [method = '', path = ''] = requestLine.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (read.length < end) return undefined;
  const body = read.subarray(headEnd + 4, end).toString();
  return { request: { method, path, headers, body }, rest: read.subarray(end) };
}
