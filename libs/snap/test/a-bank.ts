import { once } from 'node:events';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { clientSecretKey, rsaPrivateKey, SigningRules, type SnapPartner } from '../src';

const SECRET = 'a secret of this test';
const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** One call as the bank received it. */
export interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  raw: string;
  body: Record<string, unknown>;
  isSigned: boolean;
}

/** What the bank does with a call: answers it, breaks the connection, or stays silent. */
export type Reaction = (call: Heard) => { status: number; body: unknown } | 'reset' | 'silent';

/** A bank that checks signatures by its own reading of the standard, on real HTTP. */
export interface TestBank {
  partner: SnapPartner;
  /** Calls of services, without those for a token. */
  calls: Heard[];
  tokenCalls: Heard[];
  /** Answers of the token service. */
  tokenAnswer: (nth: number) => { status: number; body: unknown };
  close: () => Promise<void>;
}

/** Opens a bank on a free port. @param react asked for every call that is not for a token. */
export async function aBank(react: Reaction): Promise<TestBank> {
  const sockets = new Set<Socket>();
  const bank: TestBank = {
    partner: {} as SnapPartner,
    calls: [],
    tokenCalls: [],
    tokenAnswer: (nth) => ({
      status: 200,
      body: { responseCode: '2007300', accessToken: `token-${nth}`, tokenType: 'Bearer', expiresIn: '900' },
    }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const heard: Heard = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        raw,
        body: JSON.parse(raw) as Record<string, unknown>,
        isSigned: false,
      };
      const isToken = heard.path.endsWith('/access-token/b2b');
      heard.isSigned = isToken ? isTokenSigned(heard) : isSigned(heard);
      (isToken ? bank.tokenCalls : bank.calls).push(heard);
      const answer = isToken ? bank.tokenAnswer(bank.tokenCalls.length) : react(heard);
      if (answer === 'silent') return;
      if (answer === 'reset') request.socket.resetAndDestroy();
      else {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      }
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  bank.partner = partnerAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return bank;
}

/** We, as the bank knows us. */
export function partnerAt(origin: string): SnapPartner {
  return {
    origin,
    prefix: '/openapi',
    version: 'v1.0',
    clientKey: 'client-1',
    privateKey: rsaPrivateKey(KEYS.privateKey),
    clientSecret: clientSecretKey(SECRET),
    partnerId: '88899',
    channelId: '95231',
    signing: SigningRules.parse({}),
    externalIdLength: 32,
    refreshBeforeMs: 60_000,
    connectionsMax: 4,
    answerMaxBytes: 65_536,
  };
}

function isTokenSigned({ headers }: Heard): boolean {
  const text = `${String(headers['x-client-key'])}|${String(headers['x-timestamp'])}`;
  const signature = Buffer.from(String(headers['x-signature']), 'base64');
  return verify('sha256', Buffer.from(text), createPublicKey(KEYS.publicKey), signature);
}

/** Our bodies have no white space between their tokens, so the bank hashes what it received. */
function isSigned({ method, path, headers, raw }: Heard): boolean {
  const bodyHash = createHash('sha256').update(raw).digest('hex');
  const timestamp = String(headers['x-timestamp']);
  const authorization = headers.authorization;
  if (authorization === undefined) {
    const signature = Buffer.from(String(headers['x-signature']), 'base64');
    const text = `${method}:${path}:${bodyHash}:${timestamp}`;
    return verify('sha256', Buffer.from(text), createPublicKey(KEYS.publicKey), signature);
  }
  const text = `${method}:${path}:${authorization.slice('Bearer '.length)}:${bodyHash}:${timestamp}`;
  return createHmac('sha512', SECRET).update(text).digest('base64') === headers['x-signature'];
}
