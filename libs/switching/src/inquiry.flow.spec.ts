import { ok } from '#lib/kernel';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterAll(() => world.close());

test('a bill that comes to nothing makes no offer', async () => {
  const bill = await world.biller.inquire();
  jest.spyOn(world.biller, 'inquire').mockResolvedValueOnce(ok({ ...bill.value, lines: [], outstanding: 0 }));

  const answer = await world.inquire();

  expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'BILL_NOT_FOUND' } });
  expect(await world.store.database.rows('SELECT 1 FROM inquiry')).toEqual([]);
});
