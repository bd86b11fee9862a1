import { BREAKAGES, simulate } from '../../../test/simulation';

const SEEDS = 300;
/** Far beyond what it takes, also on a machine that is busy with something else. */
const ENDS_WITHIN_MS = 600_000;

test(
  'in 300 seeds of misfortune no rupiah is lost, invented or paid twice',
  async () => {
    const failed: string[] = [];
    let payments = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const run = await simulate(seed);
      payments += run.payments;
      if (run.findings.length > 0) failed.push(`npm run simulate -- --seed ${seed}: ${run.findings[0]}`);
    }
    expect(failed).toEqual([]);
    expect(payments).toBeGreaterThan(SEEDS);
  },
  ENDS_WITHIN_MS,
);

test.each(BREAKAGES)('a run notices that $says', async (breakage) => {
  let findings: string[] = [];
  for (let seed = 1; seed <= 50 && findings.length === 0; seed += 1)
    ({ findings } = await simulate(seed, { breakage }));
  expect(findings).not.toEqual([]);
});
