import { BatchWriter } from '#lib/ledger';
import { onADatabase, simulate } from '../../../test/simulation';
import { aDatabase, type TestDatabase } from '../../../test/support/database';

/** Far beyond what it takes, also on a machine that is busy with something else. */
const ENDS_WITHIN_MS = 600_000;

let store: TestDatabase;
let writer: BatchWriter;
beforeAll(async () => {
  store = await aDatabase();
  writer = new BatchWriter(store.url, {
    queueMax: 1_000,
    batchMax: 64,
    unknownForMs: 2_000,
    packetWithinMs: 8_000,
  });
});
afterAll(async () => {
  await writer.close();
  await store.drop();
});

test(
  '20 seeds end alike in memory and on MariaDB: every payment, every deposit, every verdict',
  async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const inMemory = await simulate(seed);
      const { database, admin } = store;
      const onMariaDb = await simulate(seed, {
        ground: (at) => onADatabase({ database, admin, writer }, at),
      });
      expect([seed, onMariaDb.findings]).toEqual([seed, []]);
      expect([seed, onMariaDb.end]).toEqual([seed, inMemory.end]);
      expect(onMariaDb.story).toEqual(inMemory.story);
    }
  },
  ENDS_WITHIN_MS,
);
