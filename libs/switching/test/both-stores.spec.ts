import { BatchWriter } from '#lib/ledger';
import { onADatabase, simulate } from '../../../test/simulation';
import { aDatabase, type TestDatabase } from '../../../test/support/database';

let store: TestDatabase;
let writer: BatchWriter;
beforeAll(async () => {
  store = await aDatabase();
});
// One for each seed: to a writer that knew the books before, books that begin again have lost something.
beforeEach(() => {
  writer = new BatchWriter(store.url, {
    queueMax: 1_000,
    batchMax: 64,
    unknownForMs: 2_000,
    packetWithinMs: 8_000,
  });
});
afterEach(() => writer.close());
afterAll(() => store.drop());

const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1);

test.each(SEEDS)(
  'seed %i ends alike in memory and on MariaDB: every payment, every deposit, every verdict',
  async (seed) => {
    const { database, admin } = store;
    const inMemory = await simulate(seed);
    const onMariaDb = await simulate(seed, { ground: (at) => onADatabase({ database, admin, writer }, at) });
    expect(onMariaDb.findings).toEqual([]);
    expect(onMariaDb.end).toEqual(inMemory.end);
    expect(onMariaDb.story).toEqual(inMemory.story);
  },
);
