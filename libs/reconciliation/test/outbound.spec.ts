import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import pino from 'pino';
import { openSftpOutbox } from '#lib/files';
import { ManualClock } from '#lib/kernel';
import { ConfigError } from '#lib/platform';
import type { TestDatabase } from '../../../test/support/database';
import { aShop, type Shop } from '../../../test/support/sales';
import { aSharedDatabase, type SharedDatabase } from '../../../test/support/shared-database';
import { anSftpServer, type SftpServer } from '../../../test/support/sftp';
import {
  listOutboundFiles,
  openAlerts,
  readOutboundContracts,
  sendAgain,
  workOutbound,
  type OutboundContract,
  type OutboundTools,
  type Outbox,
} from '../src';

const ROOT = join(__dirname, '..', '..', '..');
const DAY = '2026-07-14';
const FILE = 'SIMPUL_BANKNUSA_20260714_001.txt';
/** 05:00 in Jakarta on the morning after. */
const DUE = new Date('2026-07-14T22:00:00Z');

let shared: SharedDatabase;
let store: TestDatabase;
let shop: Shop;
let server: SftpServer;
let home: string;
let tools: OutboundTools;
let clock: ManualClock;

beforeAll(async () => {
  shared = await aSharedDatabase();
  store = shared.lent;
  server = await anSftpServer();
});
afterAll(async () => {
  await server.stop();
  await shared.drop();
});

beforeEach(async () => {
  shop = await aShop(store, ['bank-nusa', 'warung']);
  home = mkdtempSync(join(tmpdir(), 'simpul-outbound-'));
  clock = new ManualClock(DUE);
  const [nusa] = readOutboundContracts(join(ROOT, 'config', 'outbound'));
  tools = {
    database: store.database,
    clock,
    home,
    logger: pino({ level: 'silent' }),
    contracts: nusa ? [nusa] : [],
    openOutbox: () => openSftpOutbox(server),
  };
  await shop.sell({ at: `${DAY} 09:00:00`, amount: 250_000n, end: 'PAID' });
  await shop.sell({ at: `${DAY} 10:00:00`, amount: 99_000n, end: 'DECLINED' });
  await shop.sell({ at: `${DAY} 11:00:00`, amount: 310_000n, end: 'SUSPECT' });
  await shop.sell({ at: `${DAY} 12:00:00`, amount: 50_000n, end: 'PAID', channel: 'warung' });
});
afterEach(async () => {
  await shop.close();
  await store.drop();
  rmSync(home, { recursive: true });
  for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name));
});

const setClock = (to: Date) => clock.advance(to.getTime() - clock.now().getTime());
const remote = () => readdirSync(server.folder).toSorted();
const remoteText = (name: string) => readFileSync(join(server.folder, name), 'utf8');
const files = () => listOutboundFiles(store.database, 100);
const toldOf = async () =>
  (await openAlerts(store.database)).map(({ kind, subject }) => `${kind} ${subject}`);
/** Where the bytes of the first file lie here. */
const keptAt = async (name: string): Promise<string> =>
  join(home, 'outbound', 'bank-nusa-day', DAY, (await files()).at(-1)?.sha256?.slice(0, 16) ?? '', name);
/** What was tried and failed is due at once, and nobody holds it any more. */
const again = async (): Promise<number> => {
  await store.admin.run('UPDATE outbound_file SET next_at = NULL, lease_until = NULL');
  return workOutbound(tools);
};

test('a channel gets its day: header, its own payments, control totals, and a companion that proves it whole', async () => {
  await workOutbound(tools);

  const lines = remoteText(FILE).split('\n');
  expect(lines[0]).toBe('H|BANKNUSA|20260714|001||20260715050000');
  expect(lines.slice(1, 4).map((line) => line.split('|').slice(5).join('|'))).toEqual([
    '********2345|250000|2500|00|20260714090000|',
    '********2345|99000|2500|99|20260714100000|',
    '********2345|310000|2500|68|20260714110000|',
  ]);
  expect(lines.slice(4)).toEqual(['T|3|250000', '']);
  const sha256 = createHash('sha256').update(remoteText(FILE)).digest('hex');
  expect(remote()).toEqual([FILE, `${FILE}.sha256`]);
  expect(remoteText(`${FILE}.sha256`)).toBe(`${sha256}  ${FILE}\n`);
  expect(await files()).toMatchObject([
    { state: 'sent', seq: 1, rows: 3, amount: 250_000n, sha256, fileName: FILE },
  ]);
});

test('nothing is sent before its time, a day without payments has a file, and what was missed is caught up in order', async () => {
  setClock(new Date(DUE.getTime() - 1));
  await workOutbound(tools);
  expect(remote()).toEqual([]);

  setClock(new Date(DUE.getTime() + 2 * 86_400_000));
  await workOutbound(tools);

  expect((await files()).map(({ businessDate, rows }) => [businessDate, rows])).toEqual([
    ['2026-07-16', 0],
    ['2026-07-15', 0],
    [DAY, 3],
  ]);
  expect(remoteText('SIMPUL_BANKNUSA_20260716_001.txt').split('\n').slice(1)).toEqual(['T|0|0', '']);
});

/** Every call to the other side, and whether the cut comes before or after it was done. */
const CUTS = ['put before', 'put after', 'companion before', 'companion after', 'close after'] as const;

test.each(CUTS)(
  'cut off at "%s", the same file is sent once under the same name, and nothing half is seen',
  async (cut) => {
    const open = tools.openOutbox;
    tools.openOutbox = async (contract) => breaking(await open(contract), cut);
    await workOutbound(tools);
    const [broken] = await files();
    const halfway = remote().filter((name) => !name.endsWith('.part'));
    expect(broken).toMatchObject({ state: 'made', failures: 1, said: 'the line is cut' });
    expect(halfway.every((name) => name.startsWith(FILE))).toBe(true);

    // What happens meanwhile changes nothing in a file that was made.
    await shop.sell({ at: `${DAY} 23:00:00`, amount: 77_000n, end: 'PAID' });
    tools.openOutbox = open;
    await again();

    expect(await files()).toMatchObject([
      { state: 'sent', seq: 1, rows: 3, sha256: broken?.sha256, failures: 0 },
    ]);
    expect(createHash('sha256').update(remoteText(FILE)).digest('hex')).toBe(broken?.sha256);
    expect(remote()).toEqual([FILE, `${FILE}.sha256`]);
    await again();
    expect(remote()).toEqual([FILE, `${FILE}.sha256`]);
  },
);

test('a worker that dies while it makes or sends the file is followed by one that sends it once', async () => {
  const died = new Error('killed');
  tools.openOutbox = () => Promise.reject(died);
  await workOutbound(tools);
  expect(await files()).toMatchObject([{ state: 'made' }]);
  // A killed writer leaves its part; a killed worker its lease, until that runs out.
  await store.admin.run(
    "UPDATE outbound_file SET state = 'planned', sha256 = NULL, lease_until = UTC_TIMESTAMP(3) + INTERVAL 1 MINUTE",
  );
  tools.openOutbox = () => openSftpOutbox(server);
  await store.admin.run('UPDATE outbound_file SET next_at = NULL');
  await workOutbound(tools);
  expect(remote()).toEqual([]);

  await again();

  expect(remote()).toEqual([FILE, `${FILE}.sha256`]);
  expect(await files()).toMatchObject([{ state: 'sent', rows: 3 }]);
});

test('two workers at the same moment send one file', async () => {
  await Promise.all([workOutbound(tools), workOutbound(tools), workOutbound(tools)]);

  expect(remote()).toEqual([FILE, `${FILE}.sha256`]);
  expect(await files()).toHaveLength(1);
});

test('a file that lies changed on our own disk is not sent, and another file of that name is not written over', async () => {
  tools.openOutbox = () => Promise.reject(new Error('away'));
  await workOutbound(tools);
  const kept = await keptAt(FILE);
  const whole = readFileSync(kept);
  writeFileSync(kept, Buffer.concat([whole, Buffer.from('D|9\n')]));
  tools.openOutbox = () => openSftpOutbox(server);
  await again();
  expect((await files())[0]?.said).toContain('is not the file that was made');
  expect(remote()).toEqual([]);

  writeFileSync(kept, whole);
  writeFileSync(join(server.folder, FILE), 'somebody else’s');
  await again();

  expect((await files())[0]?.said).toContain('somebody must look before we send');
  expect(remoteText(FILE)).toBe('somebody else’s');

  const sameSize = 'x'.repeat(whole.length);
  writeFileSync(join(server.folder, FILE), sameSize);
  await again();

  expect((await files())[0]?.said).toContain('is there with other content than ours');
  expect(remoteText(FILE)).toBe(sameSize);
});

test('an acknowledgement is read back; one that says another amount rejects the file; none in time is told once', async () => {
  await workOutbound(tools);
  setClock(new Date(DUE.getTime() + 239 * 60_000));
  await again();
  expect(await files()).toMatchObject([{ state: 'sent', overdueAt: null }]);
  const late = new Date(DUE.getTime() + 240 * 60_000);
  setClock(late);
  await again();
  await again();
  expect(await files()).toMatchObject([{ state: 'sent', overdueAt: late }]);
  expect(await toldOf()).toEqual(['ack_overdue bank-nusa-day 1']);

  writeFileSync(join(server.folder, `${FILE}.ack`), 'status=OK\ncount=3\namount=250000\n');
  await again();
  await again();

  expect(await files()).toMatchObject([{ state: 'acknowledged', said: 'OK' }]);
  expect(await toldOf()).toEqual([]);
  expect(existsSync(await keptAt(`${FILE}.ack`))).toBe(true);
});

test.each([
  ['status=REJECTED;reason=bad total\n', 'they say status=REJECTED bad total'],
  ['status=OK\namount=250001\n', 'they say amount=250001, we sent 250000'],
  ['\u0000\u0001', 'they say status=(none)'],
])('an acknowledgement that does not take the file as it was sent: %j', async (text, said) => {
  await workOutbound(tools);
  writeFileSync(join(server.folder, `${FILE}.ack`), text);
  await again();
  await again();

  expect(await files()).toMatchObject([{ state: 'rejected', said }]);
  expect(await toldOf()).toEqual(['file_rejected bank-nusa-day 1']);
});

test('half an acknowledgement says nothing: it is heard when it lies the same at two looks', async () => {
  await workOutbound(tools);
  writeFileSync(join(server.folder, `${FILE}.ack`), 'status=O');
  await again();
  expect(await files()).toMatchObject([{ state: 'sent' }]);

  writeFileSync(join(server.folder, `${FILE}.ack`), 'status=OK\ncount=3\n');
  await again();
  expect(await files()).toMatchObject([{ state: 'sent' }]);
  await again();

  expect(await files()).toMatchObject([{ state: 'acknowledged', said: 'OK' }]);
});

test('a file that was refused is sent again, once, as the next sequence, and nobody is told any more', async () => {
  const ask = () =>
    sendAgain(store.database, {
      contract: 'bank-nusa-day',
      businessDate: DAY,
      by: 'ani@simpul.example',
      reason: 'they lost it',
      at: clock.now(),
    });
  expect(await ask()).toEqual({ ok: false, error: { kind: 'never sent' } });
  await workOutbound(tools);
  writeFileSync(join(server.folder, `${FILE}.ack`), 'status=REJECTED\n');
  await again();
  await again();

  const asked = await Promise.all([ask(), ask(), ask()]);
  expect(asked.filter(({ ok }) => ok)).toEqual([{ ok: true, value: { seq: 2, replaces: 1 } }]);
  expect(asked.filter(({ ok }) => !ok)).toContainEqual({ ok: false, error: { kind: 'on its way', seq: 2 } });
  await again();

  const next = 'SIMPUL_BANKNUSA_20260714_002.txt';
  expect(remoteText(next).split('\n')[0]).toBe('H|BANKNUSA|20260714|002|001|20260715050000');
  expect(await files()).toMatchObject([
    { seq: 2, state: 'sent' },
    { seq: 1, state: 'rejected' },
  ]);
  expect(await toldOf()).toEqual([]);
});

test('one who is so slow that another has made the file meanwhile leaves its bytes alone', async () => {
  tools.openOutbox = () => Promise.reject(new Error('away'));
  const late = { ...tools, database: slowDatabase(store.database) };
  const slow = workOutbound(late);
  await late.database.isReading;
  await store.admin.run('UPDATE outbound_file SET lease_until = NULL');
  await shop.sell({ at: `${DAY} 23:00:00`, amount: 77_000n, end: 'PAID' });
  await workOutbound(tools);
  const [made] = await files();
  expect(made).toMatchObject({ state: 'made', rows: 4 });

  late.database.goOn();
  await slow;
  tools.openOutbox = () => openSftpOutbox(server);
  await again();

  expect(await files()).toMatchObject([{ state: 'sent', rows: 4, sha256: made?.sha256 }]);
  expect(createHash('sha256').update(remoteText(FILE)).digest('hex')).toBe(made?.sha256);
});

test('a source is told what its own runs found, and nothing of another’s', async () => {
  const [, pln] = readOutboundContracts(join(ROOT, 'config', 'outbound'));
  tools = { ...tools, contracts: pln ? [pln] : [] };
  await closeRun(1);
  await store.admin.run("UPDATE recon_break SET kind = 'late'");
  await store.admin.run("UPDATE recon_run SET source = 'PDM07'");
  await store.admin.run('UPDATE recon_break SET leg_no = 1');
  await closeRun(2, 0);
  await workOutbound(tools);

  expect(remoteText('SIMPUL_LPB01_20260714_001.csv').split('\r\n')[1]).toMatch(
    /,BERHASIL,2026-07-14 09:00:00,$/,
  );
});

test('a further run of a source’s day is a file of the next sequence, which says which one it replaces', async () => {
  const [, pln] = readOutboundContracts(join(ROOT, 'config', 'outbound'));
  tools = { ...tools, contracts: pln ? [pln] : [] };
  await closeRun(1);
  await workOutbound(tools);
  await closeRun(2);
  await again();
  await again();

  expect(remote().filter((name) => name.endsWith('.csv'))).toEqual([
    'SIMPUL_LPB01_20260714_001.csv',
    'SIMPUL_LPB01_20260714_002.csv',
  ]);
  const [head = '', first = '', ...rest] = remoteText('SIMPUL_LPB01_20260714_002.csv').split('\r\n');
  expect(head).toBe('H,2026-07-14,2,002,001,2026-07-15 05:00:00');
  expect(first).toMatch(/^D,1,T\w{11},,531100012345,250000,500,BERHASIL,2026-07-14 09:00:00,amount$/);
  expect(rest.at(-2)).toBe(`T,4,300000,${(531100012345n * 4n) % 10_000_000_000n}`);
});

test('a contract with PGP sends what only its receiver can read, signed by us', async () => {
  const [theirs, ours] = await Promise.all([aKey('bank-nusa'), aKey('simpul')]);
  const keys = { OUT_NUSA_KEY: theirs.publicKey, OUR_SIGNING_KEY: ours.privateKey };
  for (const [name, key] of Object.entries(keys)) {
    writeFileSync(join(home, name), key);
    process.env[`${name}_FILE`] = join(home, name);
  }
  const pgp = { encryptTo: 'OUT_NUSA_KEY', signWith: 'OUR_SIGNING_KEY', detached: undefined };
  tools = { ...tools, contracts: tools.contracts.map((one): OutboundContract => ({ ...one, pgp })) };
  await workOutbound(tools);

  const { data, signatures } = await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: readFileSync(join(server.folder, `${FILE}.pgp`)) }),
    decryptionKeys: await openpgp.readPrivateKey({ armoredKey: theirs.privateKey }),
    verificationKeys: await openpgp.readKey({ armoredKey: ours.publicKey }),
  });
  await expect(signatures[0]?.verified).resolves.toBe(true);
  expect(String(data).split('\n')[0]).toBe('H|BANKNUSA|20260714|001||20260715050000');
});

test.each(['.sig', '.asc'] as const)(
  'a contract may ask for our signature beside the file (%s)',
  async (detached) => {
    const ours = await aKey('simpul');
    writeFileSync(join(home, 'OUR_SIGNING_KEY'), ours.privateKey);
    process.env['OUR_SIGNING_KEY_FILE'] = join(home, 'OUR_SIGNING_KEY');
    const pgp = { encryptTo: undefined, signWith: 'OUR_SIGNING_KEY', detached };
    tools = { ...tools, contracts: tools.contracts.map((one): OutboundContract => ({ ...one, pgp })) };
    await workOutbound(tools);

    const bytes = readFileSync(join(server.folder, `${FILE}${detached}`));
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: readFileSync(join(server.folder, FILE)) }),
      signature:
        detached === '.asc'
          ? await openpgp.readSignature({ armoredSignature: bytes.toString() })
          : await openpgp.readSignature({ binarySignature: bytes }),
      verificationKeys: await openpgp.readKey({ armoredKey: ours.publicKey }),
    });
    await expect(signatures[0]?.verified).resolves.toBe(true);
    expect(remote()).toEqual(expect.arrayContaining([FILE, `${FILE}${detached}`, `${FILE}.sha256`]));
  },
);

test('a contract that cannot be kept stops the start, with file, line and key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-contracts-'));
  const good = readFileSync(join(ROOT, 'config', 'outbound', 'bank-nusa-day.yaml'), 'utf8');
  const refusalOf = (text: string) => {
    writeFileSync(join(folder, 'one.yaml'), text);
    try {
      readOutboundContracts(folder);
      return 'taken';
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
  };

  expect(refusalOf(good)).toBe('taken');
  expect(refusalOf(good.replace('after: day', 'after: run').replace(", at: '05:00'", ''))).toContain(
    'only a source has runs',
  );
  expect(
    refusalOf(
      good
        .replace('cols: [_, count, amount]', 'cols: [_, count, amount, hash]')
        .replace('amount: S }', 'amount: S, hash: customer_no mod 10^10 }'),
    ),
  ).toContain('customers: whole');
  expect(refusalOf(`${good}pgp: { sign_with: OURS }\n`)).toContain('needs encrypt_to, detached or both');
  expect(refusalOf(`${good}pgp: { detached: .sig }\n`)).toContain('detached needs sign_with');
  expect(refusalOf(`${good}pgp: { sign_with: OURS, detached: .sig }\n`)).toBe('taken');
  expect(refusalOf(good.replace('cols: [_, count, amount]', 'cols: [_, count, hash]'))).toMatch(
    /one\.yaml:\d+: control/,
  );
  expect(refusalOf(good.replace('their_ref', 'there_ref'))).toMatch(
    /one\.yaml:\d+: detail\.cols: there_ref is not a column/,
  );
  expect(refusalOf(good.replace('_{seq}', ''))).toContain('must have one date such as {yyyyMMdd} and {seq}');
  expect(refusalOf(good.replace('BANKNUSA_{', '../{'))).toContain('may use letters, digits');
  rmSync(folder, { recursive: true });
});

function breaking(outbox: Outbox, cut: (typeof CUTS)[number]): Outbox {
  const fail = () => {
    throw new Error('the line is cut');
  };
  return {
    ...outbox,
    async put(path, name) {
      const what = name.endsWith('.sha256') ? 'companion' : 'put';
      if (cut === `${what} before`) fail();
      await outbox.put(path, name);
      if (cut === `${what} after`) fail();
    },
    async close() {
      await outbox.close();
      if (cut === 'close after') fail();
    },
  };
}

/** Makes a run the one that counts, with the first payment as a break. */
async function closeRun(runNo: number, breaks = 1): Promise<void> {
  const { admin } = store;
  await admin.run("UPDATE recon_run SET effective_date = NULL, state = 'superseded' WHERE source = 'LPB01'");
  await admin.run(
    `INSERT INTO recon_run (source, business_date, run_no, effective_date, file_id, file_name, state, created_at, closed_at)
     VALUES ('LPB01', ?, ?, ?, ?, 'x.txt', 'closed', ?, ?)`,
    [DAY, runNo, DAY, runNo, DUE, DUE],
  );
  if (breaks === 0) return;
  await admin.run(
    `INSERT INTO recon_break (run_id, kind, match_key, payment_id, leg_no)
     SELECT MAX(r.run_id), 'amount', MIN(p.payment_id), MIN(p.payment_id), 1 FROM recon_run r, payment p`,
  );
}

/** A database whose first snapshot waits, after it has read, until it is told to go on. */
function slowDatabase(database: TestDatabase['database']) {
  let [reads, goOn] = [() => undefined as void, () => undefined as void];
  const isReading = new Promise<void>((resolve) => (reads = resolve));
  const isTold = new Promise<void>((resolve) => (goOn = resolve));
  const slow = Object.create(database) as TestDatabase['database'];
  slow.snapshot = async (work) => {
    const read = await database.snapshot(work);
    reads();
    await isTold;
    return read;
  };
  return Object.assign(slow, { isReading, goOn });
}

function aKey(name: string) {
  return openpgp.generateKey({ userIDs: [{ name }], format: 'armored' });
}
