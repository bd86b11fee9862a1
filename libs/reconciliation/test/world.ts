import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openFolderDrop, readFormats } from '#lib/files';
import { ManualClock } from '#lib/kernel';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import {
  readJobs,
  runReconciliation,
  type ClosedOutcome,
  type RecapData,
  type ReconOutcome,
  type ReconciliationTools,
} from '../src';

export const ROOT = join(__dirname, '..', '..', '..');

/** A payment leg as a test states it: local time of Jakarta, amounts in whole rupiah. */
export interface Leg {
  ref: string;
  theirRef?: string;
  amount: bigint | number;
  state: 'S' | 'F' | 'U';
  at: string;
  source?: string;
  businessDate: string;
}

/** A line of their file. */
export interface Line {
  ref: string;
  theirRef?: string;
  customer?: string;
  amount: bigint | number;
  status?: string;
  at?: string;
}

/** A database, a drop folder and an installation of their own, and the tools wired to them. */
export interface World {
  tools: ReconciliationTools;
  clock: ManualClock;
  db: TestDatabase;
  home: string;
  dropFolder: string;
  recaps: RecapData[];
  addLegs(legs: Leg[]): Promise<void>;
  /** Puts a file on the drop as its sender would. */
  put(name: string, content: string | Buffer): Promise<void>;
  /** Puts LPB01's file of a day on the drop; each reference is one sale of Rp 100,000. */
  putSales(businessDate: string, refs: readonly string[], seq?: string): Promise<void>;
  run(source: string, businessDate: string): Promise<ReconOutcome>;
  /** The same, where anything but a closed run is a failure of the test. */
  close(source: string, businessDate: string): Promise<ClosedOutcome>;
  end(): Promise<void>;
}

/** What a sale amounts to where a test does not care. */
const SALE = 100_000;

/** A paid sale of LPB01, at ten in the morning. */
export function aSale(businessDate: string, ref: string, change: Partial<Leg> = {}): Leg {
  return { ref, amount: SALE, state: 'S', at: `${businessDate} 10:00:00`, businessDate, ...change };
}

let payments = 0;

/** The configured formats, read once for a test file: each world has a list of its own. */
const FORMATS = readFormats(join(ROOT, 'config', 'formats'));
export const configuredFormats = () => new Map(FORMATS);

/**
 * Opens a world at 15 July 2026, 09:00 in Jakarta: the files of the 14th are due.
 * @param db a schema that is lent to it, in place of one of its own.
 */
export async function aWorld(db?: TestDatabase): Promise<World> {
  return worldOn(db ?? (await aDatabase()));
}

/** Opens a world for each test of a file, in turn on one schema, and gives it to `use`. */
export function eachTestHasAWorld(use: (world: World) => void): void {
  let shared: SharedDatabase;
  let world: World;
  beforeAll(async () => {
    shared = await aSharedDatabase();
  });
  beforeEach(async () => {
    world = await aWorld(shared.lent);
    use(world);
  });
  afterEach(() => world.end());
  afterAll(() => shared.drop());
}

async function worldOn(db: TestDatabase): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'simpul-recon-'));
  const dropFolder = join(home, 'drop');
  await mkdir(dropFolder);
  const clock = new ManualClock(new Date('2026-07-15T02:00:00Z'));
  const recaps: RecapData[] = [];
  const tools: ReconciliationTools = {
    database: db.database,
    clock,
    home,
    formats: configuredFormats(),
    jobs: { ...readJobs(join(ROOT, 'config', 'jobs.yaml')), stableMs: 0 },
    logger: pino({ level: 'silent' }),
    openDrop: async () => openFolderDrop([dropFolder]),
    writeRecap: async (recap) => {
      recaps.push(recap);
      return [`recap-${recap.run}`];
    },
  };
  const run = (source: string, businessDate: string) => runReconciliation({ ...tools, source, businessDate });
  const put: World['put'] = (name, content) => writeFile(join(dropFolder, name), content);
  return {
    tools,
    clock,
    db,
    home,
    dropFolder,
    recaps,
    run,
    async close(source, businessDate) {
      const outcome = await run(source, businessDate);
      if (outcome.state !== 'closed') throw new Error(`not closed: ${JSON.stringify(outcome)}`);
      return outcome;
    },
    put,
    putSales: (businessDate, refs, seq = '001') =>
      put(
        `LPB01_${businessDate.replaceAll('-', '')}_${seq}.txt`,
        lpb01(
          businessDate,
          seq,
          refs.map((ref) => ({ ref, amount: SALE })),
        ),
      ),
    async addLegs(legs) {
      const STATES = { S: 'PAID', F: 'DECLINED', U: 'SUSPECT' };
      if (legs.length === 0) return;
      await db.database.run(
        `INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount,
           state, biller_reference, source, source_business_date, sent_at) VALUES ?`,
        [
          legs.map((leg) => [
            String((payments += 1)).padStart(12, '0'),
            1,
            'biller',
            leg.ref,
            'product',
            '5311',
            BigInt(leg.amount),
            STATES[leg.state],
            leg.theirRef ?? null,
            leg.source ?? 'LPB01',
            leg.businessDate,
            new Date(`${leg.at.replace(' ', 'T')}+07:00`),
          ]),
        ],
      );
    },
    async end() {
      await db.drop();
      await rm(home, { recursive: true });
    },
  };
}

/** A whole LPB01 file as its sender makes it, its control totals right. */
export function lpb01(businessDate: string, seq: string, lines: readonly Line[]): string {
  const day = businessDate.replaceAll('-', '');
  const stamp = (at: string) => at.replace(/\D/g, '');
  const details = lines.map((line, index) =>
    [
      'D',
      index + 1,
      line.ref,
      line.theirRef ?? '',
      line.customer ?? '531100012345',
      line.amount,
      2500,
      line.status ?? '00',
      stamp(line.at ?? `${businessDate} 10:00:00`),
    ].join('|'),
  );
  const amount = lines.reduce(
    (sum, line) => sum + ((line.status ?? '00') === '00' ? BigInt(line.amount) : 0n),
    0n,
  );
  const hash =
    lines.reduce((sum, line) => sum + BigInt(line.customer ?? '531100012345'), 0n) % 10_000_000_000n;
  return [
    `H|LPB01|SETTLE|${day}|${day}235000|${seq}|2`,
    ...details,
    `T|${lines.length}|${amount}|${hash}`,
    '',
  ].join('\n');
}

/** What a fixture of the golden day holds. */
export interface Golden {
  legs: Leg[];
  file: Buffer;
  name: string;
  expected: { counts: Record<string, number>; bridge: string };
}

/** Reads the golden day of LPB01. */
export async function goldenDay(): Promise<Golden> {
  const folder = join(ROOT, 'fixtures', 'formats', 'lpb01');
  const name = 'LPB01_20260714_001.txt';
  const ours = await readFile(join(folder, 'ours.txt'), 'utf8');
  const legs = ours
    .trimEnd()
    .split('\n')
    .map((line): Leg => {
      const [ref = '', theirRef = '', amount = '', state = '', at = ''] = line.split('|');
      return {
        ref,
        amount: BigInt(amount),
        state: state as Leg['state'],
        at,
        businessDate: '2026-07-14',
        ...(theirRef === '' ? {} : { theirRef }),
      };
    });
  return {
    legs,
    name,
    file: await readFile(join(folder, name)),
    expected: JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Golden['expected'],
  };
}
