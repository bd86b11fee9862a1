import { setTimeout as pause } from 'node:timers/promises';

import { aSimulator, type Json, plnPayment, type Simulator, tirtaPayment } from '../../test/a-simulator';

const DATE = '2026-07-14';

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

/** Pays so many PLN bills, each under its own reference, a minute apart. */
async function payPln(count: number): Promise<Json[]> {
  const payments: Json[] = [];
  for (let number = 1; number <= count; number += 1) {
    const payment = await plnPayment(world, `53110001${String(4_000 + number)}`, `LEG-${number}`);
    await world.pln('payment', payment);
    payments.push(payment);
    world.clock.advance(60_000);
  }
  return payments;
}

const detailsOf = (content: string): string[][] =>
  content
    .split('\n')
    .filter((line) => line.startsWith('D'))
    .map((line) => line.split('|'));

/** What an honest trailer says about these details. */
function trailerOf(details: string[][]): string {
  const paid = details.filter((columns) => columns[7] === '00').map((columns) => BigInt(columns[5]!));
  const hash = details.reduce((sum, columns) => sum + BigInt(columns[4]!), 0n) % 10_000_000_000n;
  return `T|${details.length}|${paid.reduce((sum, amount) => sum + amount, 0n)}|${hash}`;
}

test('the PLN file of a known day, byte for byte', async () => {
  const [first, second] = await payPln(2);

  const { status, body } = await world.settle('LPB01', DATE);

  expect(status).toBe(200);
  expect(body).toEqual({ file: 'LPB01_20260714_001.txt', rows: 2, planted: [] });
  expect(world.dropped('LPB01')).toEqual(['LPB01_20260714_001.txt']);
  const total = BigInt(first!.amount as string) + BigInt(second!.amount as string);
  expect(world.content('LPB01', 'LPB01_20260714_001.txt')).toBe(
    [
      'H|LPB01|SETTLE|20260714|20260714081221|001|2',
      `D|1|LEG-1|EB26071400000001|531100014001|${String(first!.amount)}|2500|00|20260714081021`,
      `D|2|LEG-2|EB26071400000002|531100014002|${String(second!.amount)}|2500|00|20260714081121`,
      `T|2|${total}|2200028003`,
      '',
    ].join('\n'),
  );
});

test('the Tirta Jaya file of a known day, byte for byte', async () => {
  const payment = await tirtaPayment(world, '10024001', 'LEG-1');
  await world.tirta('bayar', payment);

  const { body } = await world.settle('TJ01', DATE);

  expect(body).toEqual({ file: 'TJ01_20260714_001.txt', rows: 1, planted: [] });
  expect(world.content('TJ01', 'TJ01_20260714_001.txt')).toBe(
    [
      'H;TJ01;20260714;001',
      `D;LEG-1;TJ26071400000001;10024001;${String(payment.total)};00;20260714081021`,
      `T;1;${String(payment.total)}`,
      '',
    ].join('\n'),
  );
});

test('the story settles in the PLN layout under its own name', async () => {
  await world.settle('STORY01', DATE);

  expect(world.content('STORY01', 'STORY01_20260714_001.txt')).toBe(
    'H|STORY01|SETTLE|20260714|20260714081021|001|2\nT|0|0|0\n',
  );
});

test('a payment belongs to the day the switch named, not to the day it was made', async () => {
  const payment = await plnPayment(world, '531100014001', 'LEG-1', { settlementDate: '2026-07-15' });
  await world.pln('payment', payment);

  expect((await world.settle('LPB01', '2026-07-14')).body.rows).toBe(0);
  expect((await world.settle('LPB01', '2026-07-15')).body.rows).toBe(1);
});

test('a file holds only what its own source was paid, and nothing that was refused', async () => {
  await payPln(1);
  await world.pln('payment', await plnPayment(world, '531100011037', 'LEG-9'));
  await world.tirta('bayar', await tirtaPayment(world, '10024001', 'LEG-1'));

  expect((await world.settle('LPB01', DATE)).body.rows).toBe(1);
  expect((await world.settle('STORY01', DATE)).body.rows).toBe(0);
});

test('each file of a day takes the next number, also after a restart', async () => {
  await world.settle('LPB01', DATE);
  await payPln(1);
  await world.settle('LPB01', DATE);
  await world.restart();

  const { body } = await world.settle('LPB01', DATE);

  expect(body).toMatchObject({ file: 'LPB01_20260714_003.txt', rows: 1 });
  expect(world.content('LPB01', 'LPB01_20260714_003.txt')).toContain('|003|2\n');
  expect((await world.settle('LPB01', '2026-07-15')).body.file).toBe('LPB01_20260715_001.txt');
});

test('every kind of line fault finds a payment of its own, and the trailer still describes the file', async () => {
  const payments = await payPln(6);
  const amountOf = (reference: string) =>
    payments.find((one) => one.paymentRef === reference)!.amount as string;

  const { body } = await world.settle('LPB01', DATE, [
    { kind: 'missing' },
    { kind: 'amount' },
    { kind: 'duplicate', count: 2 },
    { kind: 'onlyTheirs' },
    { kind: 'status' },
  ]);

  const content = world.content('LPB01', body.file as string);
  const details = detailsOf(content);
  const lines = (reference: string) => details.filter((columns) => columns[2] === reference);
  expect(body.rows).toBe(details.length);
  expect(details).toHaveLength(6 - 1 + 2 + 1);
  expect(content.split('\n').at(-2)).toBe(trailerOf(details));
  expect(details.map((columns) => columns[1])).toEqual(details.map((_, index) => String(index + 1)));

  const changed = String(BigInt(amountOf('LEG-2')) + 500n);
  expect(body.planted).toEqual([
    { kind: 'missing', legReference: 'LEG-1', ourAmount: amountOf('LEG-1'), theirAmount: null },
    { kind: 'amount', legReference: 'LEG-2', ourAmount: amountOf('LEG-2'), theirAmount: changed },
    expect.objectContaining({ kind: 'duplicate', sub: 'double_post', legReference: 'LEG-3' }),
    expect.objectContaining({ kind: 'duplicate', sub: 'repeat_line', legReference: 'LEG-4' }),
    { kind: 'onlyTheirs', legReference: 'X202607140000001', ourAmount: null, theirAmount: '66000' },
    expect.objectContaining({ kind: 'status', legReference: 'LEG-5' }),
  ]);
  expect(lines('LEG-1')).toEqual([]);
  expect(lines('LEG-2').map((columns) => columns[5])).toEqual([changed]);
  expect(lines('LEG-3').map((columns) => columns[3])).toEqual(['EB26071400000003', 'EB260714D0000003']);
  expect(lines('LEG-4').map((columns) => columns[3])).toEqual(['EB26071400000004', 'EB26071400000004']);
  expect(lines('X202607140000001')).toHaveLength(1);
  expect(lines('LEG-5').map((columns) => columns[7])).toEqual(['RV']);
  expect(lines('LEG-6').map((columns) => columns[7])).toEqual(['00']);
});

test('a fault of the file alone never changes the truth', async () => {
  await payPln(1);
  const before = await world.truth();

  await world.settle('LPB01', DATE, [{ kind: 'amount' }]);

  expect(await world.truth()).toEqual(before);
  expect((await world.settle('LPB01', DATE)).body.planted).toEqual([]);
});

test('a status fault is a cancellation by the biller itself, in its books as in its files', async () => {
  await payPln(2);

  const { body } = await world.settle('LPB01', DATE, [{ kind: 'status' }]);

  expect(
    (await world.truth(2)).map(({ legReference, kind, isUnasked }) => [legReference, kind, isUnasked]),
  ).toEqual([['LEG-1', 'reversed', true]]);
  const statuses = (file: unknown) =>
    detailsOf(world.content('LPB01', file as string)).map((columns) => [columns[2], columns[7]]);
  const told = [
    ['LEG-1', 'RV'],
    ['LEG-2', '00'],
  ];
  expect(statuses(body.file)).toEqual(told);

  await world.restart();
  const next = await world.settle('LPB01', DATE);
  expect(statuses(next.body.file)).toEqual(told.toReversed());
  expect(await world.truth()).toHaveLength(3);
});

test('faults that need more payments than the day has are refused, with both numbers', async () => {
  await payPln(1);

  const answer = await world.settle('LPB01', DATE, [{ kind: 'missing' }, { kind: 'amount' }]);

  expect(answer.status).toBe(422);
  expect(answer.body.message).toMatch(/need 2 payments and LPB01 has 1/);
});

test('a truncated file ends after half of its details, without a trailer', async () => {
  await payPln(4);

  const { body } = await world.settle('LPB01', DATE, [{ kind: 'truncated' }]);

  const lines = world.content('LPB01', body.file as string).split('\n');
  expect(body).toMatchObject({ rows: 2, planted: [{ kind: 'truncated', legReference: null }] });
  expect(lines.map((line) => line.slice(0, 1))).toEqual(['H', 'D', 'D', '']);
});

test('a bad total is off by a hundred rupiah and nothing else is', async () => {
  await payPln(2);

  const { body } = await world.settle('LPB01', DATE, [{ kind: 'badTotal' }]);

  const content = world.content('LPB01', body.file as string);
  const [, count, total, hash] = content.split('\n').at(-2)!.split('|');
  const [, honestCount, honestTotal, honestHash] = trailerOf(detailsOf(content)).split('|');
  expect([count, hash]).toEqual([honestCount, honestHash]);
  expect(BigInt(total!) - BigInt(honestTotal!)).toBe(100n);
  expect(body.planted).toEqual([{ kind: 'badTotal', legReference: null }]);
});

test('a partial file leaves a half under .part and another that grows to its end', async () => {
  await payPln(3);

  const { body } = await world.settle('LPB01', DATE, [{ kind: 'partial' }]);

  expect(body).toMatchObject({ file: 'LPB01_20260714_002.txt', rows: 3 });
  expect(world.dropped('LPB01')).toEqual(['LPB01_20260714_001.txt.part', 'LPB01_20260714_002.txt']);
  const begun = world.content('LPB01', 'LPB01_20260714_002.txt');
  expect(begun).toMatch(/^H\|LPB01\|/);
  expect(begun).not.toMatch(/^T\|/m);

  let grown = begun;
  while (!/^T\|.*\n$/m.test(grown)) {
    await pause(5);
    grown = world.content('LPB01', 'LPB01_20260714_002.txt');
  }
  expect(grown.startsWith(begun)).toBe(true);
  expect(grown.split('\n').at(-2)).toBe(trailerOf(detailsOf(grown)));
  expect((await world.settle('LPB01', DATE)).body.file).toBe('LPB01_20260714_003.txt');
});

test.each([
  ['XX99', DATE, 404, /LPB01, STORY01, TJ01/],
  ['LPB01', '2026-02-30', 400, /not a business date/],
  ['LPB01', 'yesterday', 400, /not a business date/],
])('the file of %s for %s cannot be asked for', async (source, date, status, message) => {
  const answer = await world.settle(source, date);

  expect(answer.status).toBe(status);
  expect(answer.body.message).toMatch(message);
});

test.each([
  [{ faults: [{ kind: 'theft' }] }, /faults\.0\.kind/],
  [{ faults: [{ kind: 'missing', count: 0 }] }, /faults\.0\.count/],
  [{ faults: [{ kind: 'truncated', count: 2 }] }, /count 1/],
  [{ faults: [{ kind: 'truncated' }, { kind: 'badTotal' }] }, /only one fault of the whole file/],
  [{ fault: [] }, /fault/],
])('an order it does not understand is refused by name: %j', async (order, message) => {
  const answer = await world.post(`/settlement/LPB01/${DATE}`, JSON.stringify(order), {});

  expect(answer.status).toBe(400);
  expect(answer.body.message).toMatch(message);
});
