import { BREAKAGES, simulate } from '../../../test/simulation';

const SEEDS_EACH = 30;

test.each([1, 31, 61, 91, 121, 151, 181, 211, 241, 271])(
  'in 30 seeds of misfortune from %i on no rupiah is lost, invented or paid twice',
  async (first) => {
    const failed: string[] = [];
    let payments = 0;
    for (let seed = first; seed < first + SEEDS_EACH; seed += 1) {
      const run = await simulate(seed);
      payments += run.payments;
      if (run.findings.length > 0) failed.push(`npm run simulate -- --seed ${seed}: ${run.findings[0]}`);
    }
    expect(failed).toEqual([]);
    expect(payments).toBeGreaterThan(SEEDS_EACH);
  },
);

test('a seed played again is the same to the line', async () => {
  const [once, again] = [await simulate(7), await simulate(7)];
  expect(again.story).toEqual(once.story);
  expect(again.end).toEqual(once.end);
});

test.each(BREAKAGES)('a run notices that $says', async (breakage) => {
  let findings: string[] = [];
  for (let seed = 1; seed <= 60 && findings.length === 0; seed += 1)
    ({ findings } = await simulate(seed, { breakage }));
  expect(findings).not.toEqual([]);
});
