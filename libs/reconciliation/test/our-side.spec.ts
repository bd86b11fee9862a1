import { setImmediate } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { runReconciliation } from '../src';
import { denseIdsOf } from '../src/ours';
import { aSale, aWorld, lpb01, type World } from './world';

const DAY = { source: 'LPB01', businessDate: '2026-07-14' };
const NAME = 'LPB01_20260714_001.txt';

let world: World;
beforeEach(async () => (world = await aWorld()));
afterEach(() => world.end());

const sale = (ref: string, theirRef = `T${ref}`) => aSale(DAY.businessDate, ref, { theirRef });
const put = (lines: Parameters<typeof lpb01>[2]) => world.put(NAME, lpb01(DAY.businessDate, '001', lines));
const line = (ref: string, theirRef = `T${ref}`) => ({ ref, theirRef, amount: 100_000 });

test('a day is the same whether its payments lie together or far apart among those of others', async () => {
  const refs = ['R3', 'R1', 'R2'];
  const elsewhere = Array.from({ length: 20 }, (_, nth) => ({ ...sale(`X${nth}`), source: 'TEL03' }));
  const result = async () => {
    await put([line('R1'), line('R2'), line('R4')]);
    return (await world.close(DAY.source, DAY.businessDate)).counts;
  };
  await world.addLegs(refs.map((ref) => sale(ref)));
  expect(await denseIdsOf(world.db.database, DAY)).toEqual({
    first: expect.stringMatching(/^\d{12}$/),
    last: expect.stringMatching(/^\d{12}$/),
  });
  const together = await result();
  await world.end();

  world = await aWorld();
  for (const ref of refs)
    await world.addLegs([sale(ref), ...elsewhere.map((leg) => ({ ...leg, ref: `${leg.ref}${ref}` }))]);
  expect(await denseIdsOf(world.db.database, DAY)).toBeUndefined();
  const apart = await result();

  expect(together).toMatchObject({ matched: 2, only_ours: 1, only_theirs: 1 });
  expect(apart).toEqual(together);
});

test('a read of our side that fails, while their lines are still split, fails the step and nothing else', async () => {
  await world.addLegs(['R1', 'R2'].map((ref) => sale(ref)));
  await put([line('R1'), line('R2')]);
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  // What a test calls process is a copy that hears of nothing.
  const { process: real } = runInThisContext('globalThis') as typeof globalThis;
  real.prependListener('unhandledRejection', hear);
  const { database } = world.db;
  const broken = new Proxy(database, {
    get(target, member) {
      if (member === 'readLines') return () => Promise.reject(new Error('the server has gone away'));
      const value: unknown = Reflect.get(target, member);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  try {
    await expect(runReconciliation({ ...world.tools, database: broken, ...DAY })).rejects.toThrow(
      'the server has gone away',
    );
    // Whoever hears of no failure hears of it after the step, at the latest.
    await setImmediate();
  } finally {
    real.off('unhandledRejection', hear);
  }
  expect(unheard).toEqual([]);
  expect(await database.rows('SELECT 1 FROM recon_run WHERE run_no IS NOT NULL')).toEqual([]);

  expect(await world.close(DAY.source, DAY.businessDate)).toMatchObject({ run: 1, counts: { matched: 2 } });
});

test('two rows of ours with one reference stop the run when others lie between them', async () => {
  await world.addLegs([sale('R2'), sale('R1'), sale('R3')]);
  await world.db.admin.run(
    "UPDATE payment_leg SET biller_id = 'another', leg_reference = 'R2' WHERE leg_reference = 'R3'",
  );
  await put([line('R1'), line('R2')]);

  await expect(world.run(DAY.source, DAY.businessDate)).rejects.toThrow(
    'two rows of ours have the leg reference R2',
  );
});

test('a reference of a biller that could stand in no file is no key, and spoils no row', async () => {
  const odd = ['tab\tin it', 'line\nin it', 'return\rin it', 'déjà vu', '\t', '"', '\\N'];
  await world.addLegs([...odd.map((theirRef, nth) => sale(`R${nth}`, theirRef)), sale('R9', 'T9')]);
  await put([...odd.map((_, nth) => line(`R${nth}`)), line('', 'T9')]);

  const { counts, breaks } = await world.close(DAY.source, DAY.businessDate);
  expect(counts).toMatchObject({ matched: odd.length + 1, only_ours: 0, only_theirs: 0 });
  expect(breaks).toEqual([]);
});
