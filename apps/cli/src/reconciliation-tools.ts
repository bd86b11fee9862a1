import { join } from 'node:path';
import { readFormats } from '#lib/files';
import { clockFromEnvironment, setting, type Database } from '#lib/platform';
import { readJobs, type ReconciliationTools } from '#lib/reconciliation';
import { writeRecap } from '#lib/reports';
import { findSettlement } from '#lib/settlement';
import { commandLogger } from './output';
import { CONFIG } from './places';

/** What a day is reconciled with. */
export function reconciliationTools(database: Database): ReconciliationTools {
  const home = setting('SIMPUL_HOME', 'the folder of the installation, for archived files and reports');
  return {
    database,
    clock: clockFromEnvironment(),
    home,
    formats: readFormats(join(CONFIG, 'formats')),
    jobs: readJobs(join(CONFIG, 'jobs.yaml')),
    logger: commandLogger(),
    writeRecap: (recap) => writeRecap(home, recap),
    isDaySettled: async (day) => (await findSettlement(database, day.source, day.businessDate)) !== undefined,
  };
}
