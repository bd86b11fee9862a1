import { basename } from 'node:path';
import { contractOf, type Check } from '../src/contract/contract';

/**
 * Asks the shared contract of one biller, as tests.
 * @param file the biller's YAML.
 * @param folder its fixtures.
 */
export function describeBiller(file: string, folder: string): void {
  describe(basename(file, '.yaml'), () => {
    const checks = contractOf(file, folder);
    for (const subject of new Set(checks.map((check) => check.subject)))
      describe(subject, () => {
        test.each(checks.filter((check) => check.subject === subject))('$sentence', async (check) => {
          await expectKept(check);
        });
      });
  });
}

/** The check throws what it found; that is shown as it stands. */
async function expectKept(check: Check): Promise<void> {
  await check.run();
}
