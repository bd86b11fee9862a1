import { Socket } from 'node:net';

import { HeldAnswers } from './held-answers';

test('one connection too many drops the one that has waited longest', () => {
  const held = new HeldAnswers(2);
  const sockets = [new Socket(), new Socket(), new Socket()];

  for (const socket of sockets) held.hold(socket);

  expect(sockets.map((socket) => socket.destroyed)).toEqual([true, false, false]);
  held.dropAll();
});

test('a client that leaves frees its place', async () => {
  const held = new HeldAnswers(2);
  const [leaves, stays, comes] = [new Socket(), new Socket(), new Socket()];
  held.hold(leaves);
  held.hold(stays);

  const closed = new Promise((resolve) => leaves.once('close', resolve));
  leaves.destroy();
  await closed;
  held.hold(comes);

  expect(stays.destroyed).toBe(false);
  held.dropAll();
  expect(stays.destroyed).toBe(true);
});
