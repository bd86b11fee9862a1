import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { propose } from '#lib/audit';
import { anOperatorOf } from '../../../test/support/operator';
import { aSwitch } from '../../../test/support/switch-world';
import { aBreakWorld, ANI, BUDI, type BreakWorld } from '../../../libs/reconciliation/test/break-world';

const DATA_KEY = randomBytes(32).toString('base64');

let world: BreakWorld;
beforeAll(async () => {
  world = await aBreakWorld(await aSwitch({ dataKey: DATA_KEY }));
});
afterAll(() => world.end());

/** Runs `simpul` as an operator does. */
const simpul = (...words: string[]) =>
  anOperatorOf({ url: world.switch.store.url, home: world.home, dataKey: DATA_KEY })(...words);

test('finance works a break from the command line, and the maker cannot be the checker', async () => {
  const payment = await world.pay();
  await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
  const { breakId } = await world.theBreak();

  const listed = await simpul('break', 'list', '--source', 'LPB01', '--json');
  expect(listed.json).toMatchObject({
    ok: true,
    count: 1,
    sum: '500',
    breaks: [{ breakId, kind: 'amount', owner: 'finance' }],
  });
  expect((await simpul('break', 'list')).out).toContain(breakId);

  const letter = join(world.home, 'letter.txt');
  await writeFile(letter, 'the bill is Rp 500 more');
  expect((await simpul('break', 'evidence', breakId, letter, '--as', ANI)).code).toBe(0);
  const proposed = await simpul(
    'break',
    'propose',
    breakId,
    '--resolution',
    'adjustment',
    '--reason',
    'letter 114',
    '--as',
    ANI,
    '--json',
  );
  const { approvalId, version } = proposed.json['approval'] as { approvalId: string; version: string };
  expect((await simpul('break', 'show', breakId)).out).toContain(`version    ${version}`);
  expect((await simpul('approval', 'list', '--json')).json).toMatchObject({
    count: 1,
    approvals: [{ approvalId }],
  });

  const own = await simpul('break', 'approve', breakId, '--version', version, '--as', ANI.toUpperCase());
  expect(own).toMatchObject({
    code: 1,
    error: expect.stringContaining('another person must decide') as string,
  });
  const other = await simpul('approval', 'approve', approvalId, '--version', version, '--as', BUDI, '--json');
  expect(other.json).toMatchObject({ ok: true, isDone: true, breaks: [{ breakId, state: 'resolved' }] });
  expect((await simpul('approval', 'approve', approvalId, '--version', version, '--as', BUDI)).code).toBe(1);
  expect((await simpul('break', 'list')).out).toContain('no break is like that');

  expect((await simpul('break', 'list', '--all', '--json')).json).toMatchObject({ count: 1 });
  expect(await world.owed('own:loss')).toBe(-500n);
  const verified = await simpul('verify', '--json');
  const invariants = verified.json['invariants'] as { id: string; ok: boolean; checked: number }[];
  expect(invariants.find(({ id }) => id === 'I14')).toMatchObject({ ok: true, checked: 2 });
}, 180_000);

test('every kind of proposal is approved by the same command, as it was shown, by another person', async () => {
  const file = join(world.home, 'holidays.csv');
  await writeFile(file, 'source,date,is_business_day,note\n*,2027-03-10,no,Idul Fitri\n');
  const days = await simpul('calendar', 'import', file, '--as', ANI, '--json');
  const { approvalId, version } = days.json as { approvalId: string; version: string };
  const agree = (by: string, seen = version) =>
    simpul('approval', 'approve', approvalId, '--version', seen, '--as', by, '--json');
  expect((await agree(ANI)).json).toMatchObject({ ok: false });
  expect((await agree(BUDI, 'another')).json).toMatchObject({ ok: false });
  expect((await agree(BUDI)).json).toMatchObject({ ok: true, done: '1 days hold from now on' });
  const holds = await world.switch.store.database.rows('SELECT approved_by FROM source_calendar');
  expect(holds).toEqual([{ approved_by: BUDI }]);

  const { database } = world.switch.store;
  const at = new Date();
  for (const [kind, subject, why] of [
    ['payout', 'STL-LPB01-0714', 'no such payout'],
    ['payout_refused', 'STL-LPB01-0714', 'no such payout'],
    ['bank_line', 'BANKX/1234567890 2026/196/2', 'no such line'],
    ['funds', '2026-07-14', 'books have changed'],
  ] as const) {
    const one = await database.transaction((tx) =>
      propose(tx, {
        kind,
        subject,
        version: '1',
        payload: {},
        by: ANI,
        reason: 'settled',
        at,
        expiresAt: new Date(at.getTime() + 3_600_000),
      }),
    );
    if (!one.ok) throw new Error(one.error.kind);
    const said = await simpul('approval', 'approve', one.value.approvalId, '--version', '1', '--as', BUDI);
    expect(said).toMatchObject({ code: 1, error: expect.stringContaining(why) as string });
  }
}, 60_000);

test.each([
  [['break', 'take', 'brk_none', '--as', ANI], 1, /there is no break brk_none/],
  [['break', 'take', 'brk_none', '--as', 'ani'], 2, /is no user/],
  [
    ['break', 'propose', 'brk_none', '--resolution', 'forget', '--reason', 'x', '--as', ANI],
    2,
    /must be one of/,
  ],
  [['approval', 'approve', 'apr_none', '--version', '1', '--as', ANI], 1, /there is no such proposal/],
])('%j is refused in words', async (words, code, error) => {
  expect(await simpul(...words)).toMatchObject({ code, error: expect.stringMatching(error) as string });
});
