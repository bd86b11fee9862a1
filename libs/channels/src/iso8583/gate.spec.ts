import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Gate } from './gate';

const taken: Socket[] = [];
const callers: Socket[] = [];
let server: Server;
let gate: Gate;
let isKnown = true;

beforeEach(async () => {
  isKnown = true;
  gate = new Gate(2, () => isKnown);
  server = createServer((socket) => {
    gate.take(socket);
    taken.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of [...callers.splice(0), ...taken.splice(0)]) socket.destroy();
  server.close();
});

async function call(): Promise<{ near: Socket; far: Socket }> {
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  near.on('error', () => undefined);
  callers.push(near);
  const [far] = (await once(server, 'connection')) as [Socket];
  return { near, far };
}

test('who may not call from anywhere is let go at once', async () => {
  isKnown = false;
  expect((await call()).far.destroyed).toBe(true);
});

test('of too many that do not sign on the oldest goes, and who has signed on stays', async () => {
  const partner = await call();
  gate.signedOn(partner.far);
  const [first, second, third] = [await call(), await call(), await call()];
  const gone = [partner, first, second, third].map(({ far }) => far.destroyed);
  expect(gone).toEqual([false, true, false, false]);
  // Who hangs up waits no more.
  second.near.destroy();
  await once(second.far, 'close');
  expect([(await call()).far.destroyed, third.far.destroyed]).toEqual([false, false]);
});
