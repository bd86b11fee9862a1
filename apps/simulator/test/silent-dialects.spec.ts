import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { aSimulator, type Simulator } from './a-simulator';
import { CASES, ended, orderOf, type Case } from './dialect-cases';
import { answerTime, patience, type Client, type Order } from './dialect-clients';

/** What nobody answers is listened for at all billers at once, for so long after their payments were booked. */
const SILENCE_MS = 500;
const BOOKED_WITHIN_MS = 30_000;

/** The payment is never answered; what an advice tells of it then, and how often it was booked. */
const ENDINGS = [
  ['0103', 'OK', 1],
  ['1068', 'OK', 1],
  ['1069', 'PAYMENT_UNKNOWN', 0],
] as const;
const SILENT_FOR_A_MINUTE = '1070';

interface Asked {
  which: Case;
  client: Client;
  order: Order;
  ending: string;
  heard: string[];
}

let world: Simulator;
let asked: Asked[];
let booked: string[];

/** Makes a call of each, all at the same time, and notes how it ended. */
async function all(of: readonly Asked[], call: 'pay' | 'advise'): Promise<void> {
  await Promise.all(
    of.map(async ({ client, order, heard }) =>
      heard.push(
        await ended(client, () =>
          call === 'pay' ? client.pay(order) : client.advise(order.reference, order.number),
        ),
      ),
    ),
  );
}

/** The same, where everybody listens in vain: nobody gives up before all that is booked at all has been. */
async function allInVain(of: readonly Asked[], call: 'pay' | 'advise'): Promise<void> {
  const silence = new AbortController();
  setMaxListeners(0, silence.signal);
  patience.over = () => silence.signal;
  const calls = all(of, call);
  const until = Date.now() + BOOKED_WITHIN_MS;
  while ((await world.truth()).length < asked.filter(isBooked).length && Date.now() < until) await sleep(50);
  await sleep(SILENCE_MS);
  silence.abort(new DOMException('nobody said anything', 'TimeoutError'));
  await calls;
  patience.over = answerTime;
}

const isBooked = ({ ending }: Asked) => ending !== '1069';

beforeAll(async () => {
  world = await aSimulator();
  asked = [];
  for (const [at, which] of CASES.entries()) {
    const client = which.client(world);
    for (const ending of [...ENDINGS.map(([digits]) => digits), SILENT_FOR_A_MINUTE])
      asked.push({
        which,
        client,
        order: await orderOf(which, client, ending, `S${at}-${ending}`),
        ending,
        heard: [],
      });
  }
  const forAMinute = asked.filter(({ ending }) => ending === SILENT_FOR_A_MINUTE);
  await allInVain(asked, 'pay');
  await allInVain(forAMinute, 'advise');
  world.clock.advance(60_000);
  await all(asked, 'advise');
  booked = (await world.truth()).map(({ legReference }) => String(legReference));
}, 60_000);
afterAll(() => world.close());

const of = ({ name }: Case, digits: string) =>
  asked.find(({ which, ending }) => which.name === name && ending === digits)!;

describe.each(CASES)('$name', (which) => {
  test.each(ENDINGS)('ending %s is silent, and an advice tells the truth', (ending, told, times) => {
    const { heard, order } = of(which, ending);
    expect(heard).toEqual(['silence', told]);
    expect(booked.filter((reference) => reference === order.reference)).toHaveLength(times);
  });

  test('ending 1070 is silent for a minute and then tells that it was paid', () => {
    expect(of(which, SILENT_FOR_A_MINUTE).heard).toEqual(['silence', 'silence', 'OK']);
  });
});
