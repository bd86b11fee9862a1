import { auditHead, listAudit, recordAudit } from '#lib/audit';
import { eachTestHasABatchLedger, holdUnit, type BatchWorld } from '../../../test/support/batch-world';
import { AT } from '../../../test/support/ledger-world';
import type { UnitOfWork } from './money-writer';
import { SingleWriter } from './single-writer';

let world: BatchWorld;
let before = 0n;
eachTestHasABatchLedger(['ca', 'cb'], (ledger) => {
  world = ledger;
});

beforeEach(async () => {
  before = (await auditHead(world.store.database)).seq;
});

/** Money that a person answers for: its row is in the trail or it did not happen. */
function answeredFor(id: string, charge: bigint): UnitOfWork {
  const unit = holdUnit(id, charge);
  const along: UnitOfWork['inserts'] = () => [
    {
      table: 'route_order',
      values: { route_id: id, is_enabled: 1, reason: 'told', ordered_by: 'ani', ordered_at: AT },
      along: (tx) =>
        recordAudit(tx, { by: 'ani@simpul.test', action: 'ordered', object: { kind: 'hold', id }, at: AT }),
    },
  ];
  return { ...unit, inserts: (deposit) => [...unit.inserts(deposit), ...along(deposit)] };
}

/** What this test has added to the trail: it is never emptied. */
async function told(): Promise<string[]> {
  const rows = await listAudit(world.store.database, { rowsMax: 100 });
  return rows.filter(({ seq }) => seq > before).map(({ objectId }) => objectId);
}

test.each(['in batches', 'one by one'])(
  'money written %s and its row in the trail stand together',
  async (how) => {
    const writer = how === 'in batches' ? world.writer : new SingleWriter(world.store.database);
    const results = await Promise.all([
      world.hold('P1', 100n),
      writer.commit(answeredFor('M1', 100n)),
      world.hold('P2', 100n),
      writer.commit(answeredFor('M2', 100_000n)),
      world.hold('P3', 100n),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual([
      'committed',
      'committed',
      'committed',
      'insufficient',
      'committed',
    ]);
    expect(await told()).toEqual(['M1']);
    expect(await world.free()).toBe(600n);
  },
);

test('payments do not wait while somebody holds the end of the trail, not even those of the same batch', async () => {
  const ends: string[] = [];
  let letGo = (): void => undefined;
  const isLetGo = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const holding = world.store.admin.transaction(async (tx) => {
    await tx.rows('SELECT seq FROM audit_head FOR UPDATE');
    await isLetGo;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const answered = world.writer.commit(answeredFor('M1', 100n)).then(() => void ends.push('M1'));
  // Of another deposit: what moves this one waits for its row, as it always does.
  const paid = ['P1', 'P2'].map((id) => world.hold(id, 100n, 'cb').then(() => void ends.push(id)));
  await Promise.all(paid);
  expect(ends.toSorted()).toEqual(['P1', 'P2']);
  letGo();
  await Promise.all([holding, answered]);
  expect(ends.at(-1)).toBe('M1');
  expect(await told()).toEqual(['M1']);
});
