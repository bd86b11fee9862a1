import { aSimulator, type Json, type Simulator } from '../../test/a-simulator';
import { statementText } from './statement';

test('a day as a bank states it, byte for byte', () => {
  const at = '2026-07-15T09:00:00+07:00';
  const shared = { valueDate: '2026-07-15', type: 'NTRF', at } as const;
  const text = statementText({
    date: '2026-07-15',
    number: 196,
    opening: 152_500_000n,
    movements: [
      {
        ...shared,
        kind: 'credit',
        amount: '100000000',
        reference: 'DEP-CA017-0715',
        bankReference: 'FT26196AAA1',
        narrative: 'SETORAN DEPOSIT CA017',
      },
      {
        ...shared,
        kind: 'debit',
        amount: '6500',
        type: 'NCHG',
        bankReference: 'FT26196AAA3',
        narrative: 'BIAYA TRANSFER',
      },
      {
        ...shared,
        kind: 'reversal_credit',
        amount: '5000000',
        reference: 'DEP-CA009-0714',
        bankReference: 'FT26196AAA5',
        narrative: 'KOREKSI SETORAN CA009',
      },
    ],
  });
  expect(text).toBe(
    [
      ':20:STMT260715',
      ':25:BANKX/1234567890',
      ':28C:00196/001',
      ':60F:C260714IDR152500000,00',
      ':61:2607150715C100000000,00NTRFDEP-CA017-0715//FT26196AAA1',
      ':86:SETORAN DEPOSIT CA017',
      ':61:2607150715D6500,00NCHGNONREF//FT26196AAA3',
      ':86:BIAYA TRANSFER',
      ':61:2607150715RC5000000,00NTRFDEP-CA009-0714//FT26196AAA5',
      ':86:KOREKSI SETORAN CA009',
      ':62F:C260715IDR247493500,00',
      '-',
      '',
    ].join('\n'),
  );
});

describe('the settlement account', () => {
  let world: Simulator;
  beforeEach(async () => {
    world = await aSimulator();
  });
  afterEach(() => world.close());
  const move = (order: Json) => world.post('/bank/movements', JSON.stringify(order), {});
  const state = (date: string) => world.post(`/bank/statements/${date}`, '', {});

  test('books an order once by its reference, and carries the balance and the number from day to day', async () => {
    const order = { kind: 'credit', amount: '5000', reference: 'DEP-1', valueDate: '2026-07-14' };
    const first = await move(order);
    expect(await move(order)).toEqual(first);
    expect(await move({ ...order, amount: '5001' })).toMatchObject({ status: 409 });
    await move({ kind: 'debit', amount: '1200', reference: 'STL-1', valueDate: '2026-07-15' });

    await state('2026-07-14');
    const second = await state('2026-07-15');
    expect(second).toMatchObject({ status: 200, body: { file: 'BANKX_20260715.sta', rows: 1 } });
    await state('2026-07-15');

    expect(world.content('BANKX', 'BANKX_20260714.sta')).toMatch(
      /:28C:00001\/001\n:60F:C260713IDR0,00\n[^]*:62F:C260714IDR5000,00/,
    );
    expect(world.content('BANKX', 'BANKX_20260715.sta')).toMatch(
      /:28C:00002\/001\n:60F:C260714IDR5000,00\n[^]*:62F:C260715IDR3800,00/,
    );
  });

  test('a day is stated again as it was, and what was booked since is a further statement that goes on from it', async () => {
    const order = { kind: 'credit', amount: '5000', reference: 'DEP-1', valueDate: '2026-07-14' };
    await move(order);
    await state('2026-07-14');
    const first = world.content('BANKX', 'BANKX_20260714.sta');
    await state('2026-07-14');
    expect(world.content('BANKX', 'BANKX_20260714.sta')).toBe(first);

    await move({ ...order, kind: 'debit', amount: '1200', reference: 'STL-1' });
    await state('2026-07-14');
    const second = world.content('BANKX', 'BANKX_20260714.sta');
    expect(second).toMatch(
      /:28C:00002\/001\n:60F:C260714IDR5000,00\n:61:2607140714D1200,00NTRFSTL-1[^:]*\n:86:\n:62F:C260714IDR3800,00/,
    );
    await world.restart();
    await state('2026-07-14');
    expect(world.content('BANKX', 'BANKX_20260714.sta')).toBe(second);
  });

  test('opens with what it is told, once, also where that is less than nothing', async () => {
    const other = await aSimulator({ bankOpening: -16_999_000_000n });
    try {
      other.settings.bankOpening = 5n;
      await other.restart();
      const order = { kind: 'credit', amount: '5000', reference: 'DEP-1', valueDate: '2026-07-14' };
      await other.post('/bank/movements', JSON.stringify(order), {});
      await other.post('/bank/statements/2026-07-14', '', {});
      expect(other.content('BANKX', 'BANKX_20260714.sta')).toMatch(
        /:60F:D260713IDR16999000000,00\n[^]*:62F:D260714IDR16998995000,00/,
      );
    } finally {
      await other.close();
    }
  });

  test.each([
    [{ kind: 'credit', amount: '10.5' }, 'amount: is whole rupiah'],
    [{ kind: 'gift', amount: '10' }, 'kind'],
    [{ kind: 'credit', amount: '10', valueDate: '2026-02-30' }, 'valueDate: is not a date'],
    [{ kind: 'credit', amount: '10', narrative: 'a\nb' }, 'narrative'],
  ])('refuses %j by its field', async (order, why) => {
    const { status, body } = await move(order);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(why);
  });
});
