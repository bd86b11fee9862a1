import { aSimulator, type Simulator } from './a-simulator';
import { CASES, ended, orderOf, type Case } from './dialect-cases';
import { ANSWER_MS, patience, type Client, type Order } from './dialect-clients';

/**
 * What nobody answers is listened for at every biller of one simulator at once: long enough for all of the requests to
 * arrive, and waited out once instead of for each.
 */
const SILENCE_MS = 4_000;

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
async function all(of: readonly Asked[], call: 'pay' | 'advise', waitMs: number): Promise<void> {
  patience.ms = waitMs;
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
  await all(asked, 'pay', SILENCE_MS);
  await all(forAMinute, 'advise', SILENCE_MS);
  world.clock.advance(60_000);
  await all(asked, 'advise', ANSWER_MS);
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
