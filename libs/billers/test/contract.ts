import { basename } from 'node:path';
import { contractOf, type Check } from '../src/contract/contract';

/** A biller's YAML, and the folder of its fixtures. */
export interface BillerFiles {
  file: string;
  folder: string;
}

/**
 * Asks the shared contract of billers, as tests: biller by biller; but what waits until a deadline is over waits at all
 * of them together.
 */
export function describeBillers(billers: readonly BillerFiles[]): void {
  const contracts = billers.map(({ file, folder }) => ({
    name: basename(file, '.yaml'),
    checks: contractOf(file, folder),
  }));
  for (const { name, checks } of contracts)
    describe(name, () => {
      const quick = checks.filter((check) => !check.isPatient);
      for (const subject of new Set(quick.map((check) => check.subject)))
        describe(subject, () => {
          for (const check of quick)
            if (check.subject === subject) test(check.sentence, () => expectKept(check));
        });
    });
  describe('until the time is up', () => {
    for (const { name, checks } of contracts)
      for (const check of checks)
        if (check.isPatient)
          test.concurrent(`${name} ${check.subject} ${check.sentence}`, () => expectKept(check));
  });
}

/** The check throws what it found; that is shown as it stands. */
async function expectKept(check: Check): Promise<void> {
  await check.run();
}
