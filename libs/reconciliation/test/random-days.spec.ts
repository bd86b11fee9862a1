import fc from 'fast-check';
import { readFormats } from '#lib/files';
import { addDays } from '#lib/kernel';
import { join } from 'node:path';
import { KINDS, type Kind } from '../src';
import { tellAsClosed, tellByStatements } from './oracle/oracle';
import { aWorld, lpb01, ROOT, type Leg, type Line, type World } from './world';

const TOLERANCE = 200n;
const CARRY_DAYS = 2;
const FIRST = '2026-07-14';

let world: World;
beforeAll(async () => {
  world = await aWorld();
  world.clock.advance(10 * 86_400_000);
  const formats = new Map(readFormats(join(ROOT, 'config', 'formats')));
  const lpb = formats.get('LPB01')!.map((format) => {
    return { ...format, match: { ...format.match, tolerance: TOLERANCE } };
  });
  world.tools.formats = formats.set('LPB01', lpb);
});
afterAll(() => world.end());

interface Sale {
  ref: string;
  theirRef: string | undefined;
  amount: bigint;
  status: 'S' | 'F' | 'U';
  isLate: boolean;
}

interface Found {
  kind: Kind;
  sub: string | null;
  ref: string | null;
  ours: bigint | null;
  theirs: bigint | null;
}

interface Classified {
  breaks: Found[];
  counts: Record<Kind, number>;
  /** Lines that stand in no kind: collapsed, ignored, agreed failed. */
  quietLines: number;
  /** What is carried on, with its last day. */
  carry: Map<string, { sale: Sale; until: string }>;
}

const STATUS: Record<string, 'S' | 'F' | 'U'> = { '00': 'S', RV: 'F', '99': 'F', '68': 'U' };

/** The rules of matching told naively: one key at a time, line by line, with a stack for what is undone. */
function classify(date: string, sales: Sale[], carried: Classified['carry'], lines: Line[]): Classified {
  const result: Classified = {
    breaks: [],
    counts: Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>,
    quietLines: 0,
    carry: new Map(),
  };
  const ours = new Map(sales.map((sale) => [sale.ref, { sale, until: undefined as string | undefined }]));
  for (const [ref, { sale, until }] of carried) ours.set(ref, { sale, until });

  const found = (kind: Kind, sub: string | null, sale: Sale | undefined, ref: string, line?: Line) => {
    result.counts[kind] += 1;
    result.breaks.push({
      kind,
      sub,
      ref: ref || null,
      ours: sale?.amount ?? null,
      theirs: line ? BigInt(line.amount) : null,
    });
  };
  const speak = (ref: string, line: Line) => {
    const sale = ours.get(ref)?.sale;
    const theirs = STATUS[line.status ?? '00']!;
    const difference = sale ? BigInt(line.amount) - sale.amount : 0n;
    if (!sale && theirs === 'F') result.quietLines += 1;
    else if (!sale) found('only_theirs', null, sale, ref, line);
    else if (sale.status === 'F' && theirs === 'F') {
      result.counts.agreed_failed += 1;
      result.quietLines += 1;
    } else if (sale.status !== theirs || theirs === 'U')
      found('status', sale.status + theirs, sale, ref, line);
    else if (difference === 0n) result.counts.matched += 1;
    else
      found(
        difference <= TOLERANCE && difference >= -TOLERANCE ? 'matched_tol' : 'amount',
        'SS',
        sale,
        ref,
        line,
      );
  };

  const byKey = new Map<string, Line[]>();
  for (const line of lines) {
    const knowing = [...ours.values()].filter(({ sale }) => line.theirRef && sale.theirRef === line.theirRef);
    const key = line.ref || (knowing.length === 1 ? knowing[0]!.sale.ref : '');
    if (key === '') speak('', line);
    else byKey.set(key, [...(byKey.get(key) ?? []), line]);
  }
  for (const [key, ofKey] of byKey) {
    const standing: Line[] = [];
    for (const line of ofKey) {
      if (STATUS[line.status ?? '00'] === 'S') standing.push(line);
      if (STATUS[line.status ?? '00'] === 'F') standing.pop();
    }
    const [first, ...later] = standing.length > 0 ? standing : [ofKey.at(-1)!];
    result.quietLines += ofKey.length - 1 - later.length;
    speak(key, first!);
    for (const line of later) {
      const isRepeat = (line.theirRef || null) === (first!.theirRef || null);
      found('duplicate', isRepeat ? 'repeat_line' : 'double_post', ours.get(key)?.sale, key, line);
    }
  }
  for (const [ref, { sale, until }] of ours) {
    if (byKey.has(ref)) continue;
    if (sale.status === 'F') {
      result.counts.agreed_failed += 1;
      continue;
    }
    const isLate = until === undefined ? sale.isLate : until > date;
    found(isLate ? 'late' : 'only_ours', null, sale, ref);
    if (isLate) result.carry.set(ref, { sale, until: until ?? addDays(date, CARRY_DAYS) });
  }
  return result;
}

const amounts = fc.constantFrom(50_000n, 50_150n, 50_500n, 98_000n);
const refNumber = fc.nat({ max: 7 });
const someTheirRef = fc.option(fc.constantFrom('B1', 'B2', 'B3', 'B4'), { nil: undefined });

const aSale = fc.record({
  number: refNumber,
  theirRef: someTheirRef,
  amount: amounts,
  status: fc.constantFrom('S' as const, 'S' as const, 'F' as const, 'U' as const),
  isLate: fc.boolean(),
});
const aLine = fc.record({
  /** Which day's sale it names: today's, yesterday's, one nobody knows, or none. */
  day: fc.constantFrom(0, 0, 0, -1, -2, 9, undefined),
  number: refNumber,
  theirRef: someTheirRef,
  amount: amounts,
  status: fc.constantFrom('00', '00', '00', 'RV', '99', '68'),
});
const days = fc.array(
  fc.record({
    sales: fc.uniqueArray(aSale, { selector: ({ number }) => number, maxLength: 8 }),
    lines: fc.array(aLine, { maxLength: 20 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const sortable = (found: Found) =>
  [found.kind, found.sub, found.ref, found.ours?.toString(), found.theirs?.toString()].join(' ');

test('random days in a row are classed as the rules say, every line once, and every bridge ends in 0', async () => {
  const TABLES = [
    'recon_job_event',
    'recon_batch_file',
    'recon_batch',
    'drop_sighting',
    'recon_alert',
    'recon_job',
    'settlement_file',
    'settlement_file_name',
    'recon_run',
  ];
  await fc.assert(
    fc.asyncProperty(days, async (story) => {
      for (const table of [...TABLES, 'recon_carry', 'recon_break', 'payment_leg'])
        await world.db.admin.run(`DELETE FROM ${table}`);
      let carried: Classified['carry'] = new Map();
      for (const [index, { sales, lines }] of story.entries()) {
        const date = addDays(FIRST, index);
        const refOf = (day: number, number: number) => `D${index + day}R${number}`;
        const ours = sales.map(({ number, ...sale }): Sale => ({ ...sale, ref: refOf(0, number) }));
        const theirs = lines.map(({ day, number, theirRef, amount, status }): Line => ({
          ref: day === undefined ? '' : refOf(day, number),
          amount,
          status,
          ...(theirRef === undefined ? {} : { theirRef }),
        }));
        await world.addLegs(
          ours.map(({ ref, theirRef, amount, status, isLate }): Leg => {
            const at = `${date} ${isLate ? '23:15:00' : '23:14:59'}`;
            return {
              ref,
              amount,
              state: status,
              at,
              businessDate: date,
              ...(theirRef === undefined ? {} : { theirRef }),
            };
          }),
        );
        await world.put(`LPB01_${date.replaceAll('-', '')}_001.txt`, lpb01(date, '001', theirs));
        const expected = classify(date, ours, carried, theirs);

        const outcome = await world.close('LPB01', date);

        expect(outcome.remainder).toBe('0');
        expect(outcome.counts).toEqual(expected.counts);
        expect(
          outcome.breaks
            .map((one) =>
              [
                one.kind,
                one.sub,
                one.legReference,
                one.ourAmount ?? undefined,
                one.theirAmount ?? undefined,
              ].join(' '),
            )
            .toSorted(),
        ).toEqual(expected.breaks.map(sortable).toSorted());
        const { matched, matched_tol, amount, status, only_theirs, duplicate } = outcome.counts;
        expect(matched + matched_tol + amount + status + only_theirs + duplicate + expected.quietLines).toBe(
          lines.length,
        );
        const [run] = await world.db.admin.rows<{ run_id: number }>(
          'SELECT run_id FROM recon_run WHERE effective_date = ?',
          [date],
        );
        expect(await tellAsClosed(world.db.database, run!.run_id)).toEqual(
          await tellByStatements(
            world.db.admin,
            run!.run_id,
            theirs.map((line, at) => ({
              key: line.ref,
              line: at + 2,
              theirRef: line.theirRef ?? null,
              amount: BigInt(line.amount),
              status: STATUS[line.status ?? '00']!,
            })),
          ),
        );
        carried = expected.carry;
      }
    }),
    { numRuns: 40 },
  );
}, 400_000);
