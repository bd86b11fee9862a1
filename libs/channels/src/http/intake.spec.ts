import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Intake, isLate, lineOf } from './intake';

const LIMITS = { takenInPerTurn: 2, crowdAfterMs: 1_000, lateAfterMs: 100 };

function aDoor() {
  const taken: string[] = [];
  const late: string[] = [];
  let now = 0;
  const isBusy = { now: false };
  const intake = new Intake(
    LIMITS,
    () => isBusy.now,
    () => now,
  );
  const goneMeanwhile = new Set<string>();
  let came = 0;
  const come = (caller: string, count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      came += 1;
      const name = `${caller}${came}`;
      const request = { raw: { socket: { destroyed: goneMeanwhile.has(name) } } } as FastifyRequest;
      intake.enter(caller, request, () => {
        taken.push(name);
        if (isLate(request)) late.push(name);
      });
    }
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { taken, late, come, pass, goneMeanwhile, isBusy };
}

/** Whoever was next has been late for as long as makes a crowd; 34 of 40 still wait, all of them late. */
async function aCrowd(door: ReturnType<typeof aDoor>) {
  door.come('a', 40);
  door.pass(LIMITS.lateAfterMs + 1);
  await turn();
  door.pass(LIMITS.crowdAfterMs + 1);
}

test('whoever comes to an empty door is taken in at once', async () => {
  const { taken, come } = aDoor();
  come('a', 1);
  expect(taken).toEqual(['a1']);
  await turn();
  come('a', 2);
  expect(taken).toEqual(['a1', 'a2', 'a3']);
});

test('so many are taken in before others are looked after, and the rest in the next turns as they came', async () => {
  const { taken, come } = aDoor();
  come('a', 5);
  expect(taken).toEqual(['a1', 'a2']);
  await turn();
  expect(taken).toEqual(['a1', 'a2', 'a3', 'a4']);
  await turn();
  expect(taken).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
});

test('what was answered meanwhile is worked on between two turns', async () => {
  const { taken, come } = aDoor();
  const order: string[] = [];
  come('a', 6);
  for (let nth = 0; nth < 3; nth += 1) {
    order.push(`${taken.length}`);
    await turn();
  }
  expect(order).toEqual(['2', '4', '6']);
});

test('callers are taken in by turns: one who floods the door makes only himself wait', async () => {
  const { taken, come } = aDoor();
  come('a', 20);
  come('b', 1);
  await turn();
  expect(taken).toContain('b21');
});

test('names that are no channel’s share the line of their address; a channel’s has its own there', () => {
  const claim = ({ 'x-channel-id': name }: IncomingHttpHeaders) => (name === 'ours' ? 'ours' : undefined);
  const at = (ip: string, name?: string) =>
    lineOf({ ip, headers: name === undefined ? {} : { 'x-channel-id': name } }, claim);
  expect(new Set(['one', 'two', undefined].map((name) => at('10.0.0.1', name))).size).toBe(1);
  expect(new Set([at('10.0.0.1', 'ours'), at('10.0.0.1', 'one'), at('10.0.0.2', 'ours')]).size).toBe(3);
});

test('in a crowd the newest goes first, and who is late has half of the places to hear so', async () => {
  const door = aDoor();
  await aCrowd(door);
  door.come('a', 2);
  door.taken.length = 0;
  await turn();
  await turn();
  expect(door.taken).toEqual(['a5', 'a42', 'a6', 'a41']);
  expect(door.late).toEqual(['a5', 'a6']);
});

test('a crowd is one until nobody has been late for a while, also where its line ended meanwhile', async () => {
  const door = aDoor();
  await aCrowd(door);
  const lateOfFour = async () => {
    for (let nth = 0; nth < 20; nth += 1) await turn();
    door.late.length = 0;
    door.come('a', 4);
    door.pass(LIMITS.lateAfterMs + 1);
    await turn();
    return door.late;
  };
  expect(await lateOfFour()).toEqual(['a43', 'a44']);
  door.pass(2_001);
  expect(await lateOfFour()).toEqual([]);
});

test('while those inside are busy nobody is taken in, and then as they came', async () => {
  const { taken, come, isBusy } = aDoor();
  isBusy.now = true;
  come('a', 3);
  await turn();
  expect(taken).toEqual([]);
  isBusy.now = false;
  while (taken.length < 3) await sleep(1);
  expect(taken).toEqual(['a1', 'a2', 'a3']);
});

test('while those inside are busy whoever is late in a crowd hears so', async () => {
  const door = aDoor();
  await aCrowd(door);
  door.isBusy.now = true;
  door.come('a', 1);
  for (let nth = 0; nth < 20; nth += 1) await turn();
  expect(door.taken).not.toContain('a41');
  expect(door.late).toHaveLength(36);
  door.isBusy.now = false;
  while (!door.taken.includes('a41')) await sleep(1);
  expect(door.taken.filter((name) => name === 'a41')).toHaveLength(1);
});

test('a burst that is over soon makes nobody late, however long the last of it waited', async () => {
  const { taken, late, come, pass } = aDoor();
  come('a', 10);
  pass(LIMITS.lateAfterMs * 5);
  for (let nth = 0; nth < 5; nth += 1) await turn();
  expect(taken).toHaveLength(10);
  expect(late).toEqual([]);
});

test('whoever has hung up while waiting is not taken in', async () => {
  const { taken, come, goneMeanwhile } = aDoor();
  goneMeanwhile.add('a4');
  come('a', 5);
  await turn();
  await turn();
  expect(taken).toEqual(['a1', 'a2', 'a3', 'a5']);
});

test('everybody of a crowd is taken in, once', async () => {
  const door = aDoor();
  await aCrowd(door);
  for (let nth = 0; nth < 10; nth += 1) door.come('b', 3);
  for (let nth = 0; nth < 60; nth += 1) await turn();
  expect(new Set(door.taken).size).toBe(70);
  expect(door.taken).toHaveLength(70);
});

test('a very long line keeps its order and loses nobody', async () => {
  const { taken, come } = aDoor();
  come('a', 3_000);
  for (let nth = 0; nth < 1_500; nth += 1) await turn();
  expect(taken).toHaveLength(3_000);
  expect(taken.at(-1)).toBe('a3000');
});
