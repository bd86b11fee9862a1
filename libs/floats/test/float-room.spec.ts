import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { rupiah } from '#lib/kernel';
import type { Answer } from '#lib/switching';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { seedDemo } from '../../../test/support/seed';
import { SecretBox } from '#lib/platform';
import { floatFigures, FloatRoom, raiseAlert } from '../src/index';
import { aPrefundedSwitch, BILL, expectSoundFloats, LIMITS, PREFUNDED, prefund, SILENT } from './a-float';

type Prefunded = Awaited<ReturnType<typeof aPrefundedSwitch>>;

async function payWaterOrRefusal({ world }: Prefunded, customerNumber: string): Promise<Answer> {
  const asked = await world.inquire({ productId: 'pdam-tirta-jaya', customerNumber });
  if (asked.kind !== 'offer') throw new Error(`no offer: ${JSON.stringify(asked)}`);
  const { inquiryId, offer } = asked.inquiry;
  return world.pay({ inquiryId, total: offer.total });
}

async function figures({ world }: Prefunded) {
  const known = (await floatFigures(world.store.database, [PREFUNDED])).get(PREFUNDED);
  return [known?.remaining, known?.underWay];
}

describe('a switch with a prefunded biller', () => {
  let one: Prefunded;
  beforeEach(async () => {
    one = await aPrefundedSwitch({ opening: 1_000_000n, low: 500_000n, stop: 100_000n });
  });
  afterEach(() => one.close());

  test('a payment comes out of the float, and its reversal puts it back', async () => {
    const payment = await one.world.payWater();
    expect(payment.state).toBe('PAID');
    expect(await figures(one)).toEqual([1_000_000n - BILL, 0n]);
    await one.world.reverse({ paymentId: payment.paymentId });
    expect(await figures(one)).toEqual([1_000_000n, 0n]);
    await expectSoundFloats(one.world.store);
  });

  test('a refund that the biller bears comes back into the float', async () => {
    const { paymentId } = await one.world.payWater();
    await one.world.refunds.refund({
      refundId: 'RF-1',
      paymentId,
      amount: rupiah(50_000n),
      borneBy: 'biller',
      reason: 'water was cut off',
    });
    expect(await figures(one)).toEqual([1_000_000n - BILL + 50_000n, 0n]);
    await expectSoundFloats(one.world.store);
  });

  test('a payment that is not prefunded leaves the floats alone', async () => {
    expect((await one.world.payOne()).state).toBe('PAID');
    expect(await figures(one)).toEqual([1_000_000n, 0n]);
  });

  test('what would fall below the stop level is refused with nothing formed, and a repeat has its answer', async () => {
    const paid = await one.world.payWater('70000001');
    for (let count = 2; count <= 5; count += 1) await one.world.payWater(`7000000${count}`);
    await one.room.look();
    const refused = await payWaterOrRefusal(one, '70000006');
    expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'BILLER_UNAVAILABLE' } });
    const [rows] = await one.world.store.database.rows<{ n: string | number }>(
      'SELECT COUNT(*) AS n FROM payment_leg WHERE biller_id = ?',
      [PREFUNDED],
    );
    expect(Number(rows?.n)).toBe(5);
    expect(one.world.water.received).toHaveLength(5);
    const again = await one.world.payments.findById(paid.channelId, paid.paymentId);
    expect(again?.state).toBe('PAID');
    await expectSoundFloats(one.world.store);
  });

  test('what is under way counts until it is known to be unpaid', async () => {
    one.world.water.behaviour = 'loses the request';
    for (let count = 1; count <= 5; count += 1) await payWaterOrRefusal(one, `7000001${count}`);
    await one.room.look();
    expect(await figures(one)).toEqual([1_000_000n, 5n * BILL]);
    one.world.water.behaviour = 'approves';
    expect((await payWaterOrRefusal(one, '70000016')).kind).toBe('refused');
    await one.world.pass(120);
    await one.room.look();
    expect(await figures(one)).toEqual([1_000_000n, 0n]);
    expect((await payWaterOrRefusal(one, '70000017')).kind).toBe('payment');
    await expectSoundFloats(one.world.store);
  });

  test('a refused payment gives back what was set aside for it', async () => {
    await one.world.store.admin.run("UPDATE deposit SET posted = 0 WHERE channel_id = 'warung-kecil'");
    await one.world.store.admin.run("UPDATE deposit SET credit_limit = 0 WHERE channel_id = 'warung-kecil'");
    for (let count = 0; count < 20; count += 1) {
      const asked = await one.world.inquire({
        channelId: 'warung-kecil',
        productId: 'pdam-tirta-jaya',
        customerNumber: `710000${String(count).padStart(2, '0')}`,
      });
      if (asked.kind !== 'offer') throw new Error('no offer');
      const { inquiryId, offer } = asked.inquiry;
      const answer = await one.world.pay({ channelId: 'warung-kecil', inquiryId, total: offer.total });
      expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'DEPOSIT_INSUFFICIENT' } });
    }
    expect((await one.world.payWater()).state).toBe('PAID');
  });

  test('a biller that says our float is empty is paused everywhere, until people let it go on', async () => {
    await raiseAlert(one.world.store.database, {
      billerId: PREFUNDED,
      kind: 'empty at biller',
      reason: 'code 17',
      raisedAt: one.world.clock.now(),
    });
    await one.room.look();
    expect((await payWaterOrRefusal(one, '70000021')).kind).toBe('refused');
    await one.world.store.database.run('UPDATE float_alert SET open_key = NULL');
    await one.room.look();
    expect((await payWaterOrRefusal(one, '70000022')).kind).toBe('payment');
  });
});

describe('several processes', () => {
  let store: TestDatabase;
  beforeAll(async () => {
    store = await aDatabase();
    const key = Buffer.alloc(32, 7).toString('base64');
    await seedDemo(store, new SecretBox(key), new Date('2026-07-14T05:00:00Z'));
    await prefund(store, { opening: 1_000_000n, low: 100_000n, stop: 100_000n });
  });
  afterEach(async () => {
    await store.admin.run('DELETE FROM payment_leg');
    await store.admin.run('DELETE FROM float_claim');
  });
  afterAll(() => store.drop());

  let legs = 0;
  async function form(amount: bigint): Promise<void> {
    legs += 1;
    await store.admin.run(
      'INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state, ' +
        'source, source_business_date, sent_at, next_advice_at, draws_float) ' +
        "VALUES (?, 1, ?, ?, 'water', '1', ?, 'SENT', 'TJ01', '2026-07-14', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 1)",
      [`L${String(legs).padStart(11, '0')}`, PREFUNDED, `L${legs}`, amount],
    );
  }
  const formed = async () => {
    const [row] = await store.admin.rows<{ total: string | null }>(
      'SELECT SUM(amount) AS total FROM payment_leg',
    );
    return BigInt(row?.total ?? 0);
  };

  test('whatever they admit, and whenever they look, the float stays at its stop level or above', async () => {
    const step = fc.record({
      room: fc.integer({ min: 0, max: 2 }),
      does: fc.constantFrom('draw' as const, 'draw' as const, 'draw' as const, 'look' as const),
      amount: fc.bigInt({ min: 1_000n, max: 300_000n }),
      isRefused: fc.boolean(),
      isSlow: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        await store.admin.run('DELETE FROM payment_leg');
        await store.admin.run('DELETE FROM float_claim');
        const open = () => FloatRoom.open(store.database, LIMITS, SILENT);
        const rooms = [await open(), await open(), await open()];
        const unfinished: Promise<void>[] = [];
        for (const { room, does, amount, isRefused, isSlow } of steps) {
          if (does === 'look') {
            await rooms[room]?.look();
            continue;
          }
          const draw = rooms[room]?.draw(PREFUNDED, rupiah(amount));
          if (draw === undefined || typeof draw === 'string') continue;
          const forming = isRefused ? Promise.resolve(draw.giveBack()) : form(amount).then(() => draw.keep());
          if (isSlow) unfinished.push(forming);
          else await forming;
        }
        await Promise.all(unfinished);
        for (const room of rooms) await room.close();
        expect(await formed()).toBeLessThanOrEqual(900_000n);
      }),
      { numRuns: Number(process.env['SIMPUL_PROPERTY_RUNS'] ?? 25) },
    );
  });

  test('a process that follows one that died finds a part of the float to work with', async () => {
    await FloatRoom.open(store.database, LIMITS, SILENT);
    const next = await FloatRoom.open(store.database, LIMITS, SILENT);
    expect(typeof next.draw(PREFUNDED, rupiah(20_000n))).toBe('object');
    await next.close();
  });

  test('a process that cannot look again stops admitting when its claim runs out', async () => {
    const room = await FloatRoom.open(store.database, { refreshMs: 3_600_000, claimForMs: 1 }, SILENT);
    await sleep(5);
    expect(room.draw(PREFUNDED, rupiah(1_000n))).toBe('short');
    await room.close();
  });
});
