import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MatchRules } from '../match-rules';
import { untiedEquation } from '../totals';
import { ourLines } from './columns';
import { limitsFor, quoted, withDuck } from './duck';
import { foundBreaks, matchArchived } from './match-archived';

const RULES: MatchRules = {
  businessDate: '2026-07-15',
  hasFallbackKey: false,
  tolerance: 0n,
  carryDays: 1,
  lateFrom: '2026-07-15 23:00:00',
  hint: null,
  proposeWithinMinutes: null,
  keepsText: true,
};

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'simpul-leftovers-'))));
afterEach(() => rm(folder, { recursive: true }));

interface Line {
  ref?: string;
  amount: number;
  at?: string;
  hint?: string;
  group?: string;
}

/** Matches lines of theirs, all of them successes, with rows of ours: [key, amount, time, group]. */
async function matched(
  ours: [string, number, string?, string?][],
  theirs: Line[],
  rules: Partial<MatchRules>,
) {
  const at = '2026-07-15 10:00:00';
  const lines = theirs.map(({ ref = '', amount, at: paid = at, hint = '', group = '' }, nth) =>
    [1, nth + 2, ref, `T${nth}`, amount, 'S', paid, hint, group, ''].join('\t'),
  );
  const rows = ours.map(([key, amount, paid = at, group = ''], nth) =>
    [key, `P${nth}`, 1, 'biller', amount, 'S', paid, group, '', ''].join('\t'),
  );
  await writeFile(join(folder, 'theirs'), lines.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'ours'), rows.map((row) => `${row}\n`).join(''));
  return withDuck(join(folder, 'engine'), limitsFor(10), async (duck) => {
    const snapshot = join(folder, 'ours.parquet');
    await duck.run(
      `COPY (SELECT * FROM ${ourLines(join(folder, 'ours'))}) TO ${quoted(snapshot)} (FORMAT parquet)`,
    );
    const asked = { ...RULES, ...rules };
    const sides = { theirs: [join(folder, 'theirs')], ours: snapshot, rows: 10 };
    const totals = await matchArchived(duck, sides, asked);
    const breaks: (string | null)[][] = [];
    for await (const found of foundBreaks(duck, asked))
      breaks.push(
        ...found.map(({ kind, sub, match_key, line_no }) => [
          kind,
          sub,
          match_key,
          line_no ? `line ${line_no}` : null,
        ]),
      );
    return { totals, breaks, untied: untiedEquation(totals) };
  });
}

test('lines of one group that add up to our row match together', async () => {
  const { totals, breaks, untied } = await matched(
    [['STL-1', 300_000]],
    [
      { amount: 100_000, group: 'STL-1' },
      { amount: 200_000, group: 'STL-1' },
    ],
    {},
  );

  expect(breaks).toEqual([]);
  expect(totals.kinds.matched).toEqual({ count: 1, ourAmount: 300_000n, theirAmount: 300_000n });
  expect([totals.lines.grouped, untied]).toEqual([1, undefined]);
});

test('of a group that does not add up no line matches', async () => {
  const { breaks, untied } = await matched(
    [['STL-1', 300_000]],
    [
      { amount: 100_000, group: 'STL-1' },
      { amount: 199_999, group: 'STL-1' },
    ],
    {},
  );

  expect(breaks).toEqual([
    ['only_theirs', 'group', '', 'line 2'],
    ['only_theirs', 'group', '', 'line 3'],
    ['only_ours', null, 'STL-1', null],
  ]);
  expect(untied).toBeUndefined();
});

/** Two sales of the day's batch, and one after the cut-off. */
const BATCH: Parameters<typeof matched>[0] = [
  ['A', 100_000, '2026-07-15 10:00:00', '20260715'],
  ['B', 50_000, '2026-07-15 11:00:00', '20260715'],
  ['C', 70_000, '2026-07-15 23:10:00', '20260715'],
];

test('one line that pays a settlement batch matches all its sales; those after the cut-off with it, or in their own file', async () => {
  const whole = await matched(BATCH, [{ amount: 220_000, group: '20260715' }], {});
  const early = await matched(BATCH, [{ amount: 150_000, group: '20260715' }], {});

  expect([whole.breaks, whole.totals.kinds.matched.count, whole.totals.lines.grouped]).toEqual([[], 3, -2]);
  expect([early.breaks, early.totals.kinds.matched.ourAmount, early.totals.lines.grouped]).toEqual([
    [['late', null, 'C', null]],
    150_000n,
    -1,
  ]);
  expect([whole.untied, early.untied]).toEqual([undefined, undefined]);
});

test('a batch of another sum matches none of its sales, and no part of it is guessed or proposed', async () => {
  const { breaks, totals, untied } = await matched(BATCH, [{ amount: 100_000, group: '20260715' }], {
    proposeWithinMinutes: 60,
    hint: 'proposed',
  });

  expect(breaks).toEqual([
    ['only_theirs', 'group', '', 'line 2'],
    ['only_ours', null, 'A', null],
    ['only_ours', null, 'B', null],
    ['late', null, 'C', null],
  ]);
  expect([totals.kinds.matched.count, totals.kinds.proposed.count, untied]).toEqual([0, 0, undefined]);
});

test('a reference in free text proposes a match and never makes one', async () => {
  const { totals, breaks, untied } = await matched(
    [
      ['DEP-CA021-0715', 25_000_000],
      ['DEP-CA022-0715', 25_000_000],
    ],
    [{ amount: 25_000_000, hint: 'DEP-CA021-0715' }],
    { hint: 'proposed' },
  );

  expect(breaks).toEqual([
    ['proposed', 'hint', 'DEP-CA021-0715', 'line 2'],
    ['only_ours', null, 'DEP-CA022-0715', null],
  ]);
  expect([totals.kinds.matched.count, totals.kinds.proposed.count, untied]).toEqual([0, 1, undefined]);
});

test('a reference in free text matches where the source says that it is a key', async () => {
  const { totals, breaks } = await matched([['DEP-1', 5_000]], [{ amount: 5_000, hint: 'DEP-1' }], {
    hint: 'key',
  });

  expect([totals.kinds.matched.count, breaks]).toEqual([1, []]);
});

test('amount and time propose only where neither side has a second that could be meant', async () => {
  const sides: Parameters<typeof matched> = [
    [
      ['A', 50_000, '2026-07-15 10:00:00'],
      ['B', 70_000, '2026-07-15 10:00:00'],
      ['C', 70_000, '2026-07-15 10:03:00'],
    ],
    [
      { amount: 50_000, at: '2026-07-15 10:04:00' },
      { amount: 70_000, at: '2026-07-15 10:01:00' },
      { amount: 50_000, at: '2026-07-15 15:00:00' },
    ],
    { proposeWithinMinutes: 5 },
  ];

  const { breaks, untied } = await matched(...sides);

  expect(breaks).toEqual([
    ['proposed', 'amount_time', 'A', 'line 2'],
    ['only_theirs', null, '', 'line 3'],
    ['only_theirs', null, '', 'line 4'],
    ['only_ours', null, 'B', null],
    ['only_ours', null, 'C', null],
  ]);
  expect(untied).toBeUndefined();
});

test('a reference in free text proposes nothing where the amounts differ, or where two lines state it', async () => {
  const ours: [string, number][] = [
    ['DEP-CA021-0715', 25_000_000],
    ['DEP-CA022-0715', 5_000_000],
  ];
  const { breaks, untied } = await matched(
    ours,
    [
      { amount: 24_999_999, hint: 'DEP-CA021-0715' },
      { amount: 5_000_000, hint: 'DEP-CA022-0715' },
      { amount: 5_000_000, hint: 'DEP-CA022-0715' },
    ],
    { hint: 'proposed' },
  );

  expect(breaks).toEqual([
    ['only_theirs', null, '', 'line 2'],
    ['only_theirs', null, '', 'line 3'],
    ['only_theirs', null, '', 'line 4'],
    ['only_ours', null, 'DEP-CA021-0715', null],
    ['only_ours', null, 'DEP-CA022-0715', null],
  ]);
  expect(untied).toBeUndefined();
});

test('amount and time propose nothing for a row that two lines could mean', async () => {
  const { breaks } = await matched(
    [['A', 50_000, '2026-07-15 10:00:00']],
    [
      { amount: 50_000, at: '2026-07-15 09:58:00' },
      { amount: 50_000, at: '2026-07-15 10:02:00' },
    ],
    { proposeWithinMinutes: 5 },
  );

  expect(breaks.map(([kind]) => kind)).toEqual(['only_theirs', 'only_theirs', 'only_ours']);
});
