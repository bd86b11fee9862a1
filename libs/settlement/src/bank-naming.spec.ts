import {
  aBankWorld,
  ANI,
  BUDI,
  line,
  STATEMENT,
  WATER,
  type BankWorld,
} from '../../../test/support/bank-world';
import { DyingWriter } from '../../../test/support/dying-writer';
import type { AlertEnds } from './bank-alerts';
import { listBankLines } from './bank-lines';
import { approveBankLine, proposeBankLine } from './bank-naming';
import { takeStatement } from './bank-statement';

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('a hint confirms nothing: two people name the money, once', async () => {
  await world.sendPayouts();
  const { database } = world.store;
  const at = world.clock.now();
  await takeStatement(database, STATEMENT, at);
  await world.work();
  const place = { account: STATEMENT.account, year: 2026, number: 196, lineNo: 4 };
  const reference = 'DEP-CA021-0715';
  const proposed = await proposeBankLine(
    { database },
    { place, references: [reference], by: BUDI, reason: 'slip', at },
  );
  if (!proposed.ok) throw new Error(proposed.error.kind);
  const { version } = proposed.value;
  expect(await approveBankLine(world.bank(), { place, version, by: BUDI, at })).toMatchObject({
    error: { refusal: { kind: 'maker is checker' } },
  });
  const said = await Promise.all(
    [1, 2].map(() => approveBankLine(world.bank(), { place, version, by: ANI, at })),
  );
  expect(said.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await world.balance('channel:ca021:deposit')).toBe(-125_000_000n);
  expect(await world.balance('own:suspense')).toBe(5_000_000n);
  await world.expectSound();
});

test.each([
  ['before it is booked', false, 'unnamed', 1],
  ['after it was booked', true, 'matched', 0],
])('a process that is killed %s leaves the line and its alert as one', async (_, isDone, outcome, open) => {
  await world.settleWater();
  await world.approve(WATER);
  await world.shows(line(null, -410_500n));
  const { writer } = world.tools;
  world.tools.writer = new DyingWriter(writer, 1, isDone);
  await expect(world.name(WATER)).rejects.toThrow('killed');
  world.tools.writer = writer;
  const [first] = await listBankLines(world.store.database);
  expect(first?.outcome).toBe(outcome);
  expect(await world.openAlerts()).toHaveLength(open);
});

test('an alert that somebody ends while its line is named keeps no money back', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.shows(line(null, -410_500n));
  const endsOf: AlertEnds = async (about, by, at) => {
    const ends = await world.endsOf(about, by, at);
    await world.store.admin.run("UPDATE recon_alert SET ended_at = raised_at, ended_by = 'by hand'");
    return ends;
  };
  expect(await world.name(WATER, 1, endsOf)).toMatchObject({ ok: true, value: { outcome: 'matched' } });
  const alerts = await world.store.admin.rows('SELECT ended_by FROM recon_alert');
  expect(alerts).toEqual([{ ended_by: 'by hand' }]);
  await world.expectSound();
});
