import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import type { ApprovalTools } from '#lib/audit';
import { checkFloatInvariants, endsOfPause } from '#lib/floats';
import { endOfBusinessDate, JAKARTA_MIDNIGHT, ManualClock, rupiah, type BusinessDate } from '#lib/kernel';
import {
  accountsOfBiller,
  accountsOfChannel,
  BatchWriter,
  captureJournal,
  checkLedgerInvariants,
  holdJournal,
  OWN_ACCOUNTS,
  SingleWriter,
  topUpDeposit,
  unitOfJournal,
  unitOfJournalWithoutDeposit,
  voidJournal,
  type JournalDraft,
  type PaymentMoney,
} from '#lib/ledger';
import {
  approveCalendar,
  bankCalendarOf,
  daysForSettlement,
  endsOfBankAlerts,
  openAlerts,
  raiseAlert,
  type Alert,
  proposeCalendar as proposeDays,
  readCalendarFile,
} from '#lib/reconciliation';
import {
  alertEnds,
  checkSettlementInvariants,
  type AlertEnds,
  type PauseEnds,
  settleDay,
  type ChannelMode,
  type Settlement,
  type SettlementContracts,
  type SettlementTools,
  type SettleOn,
} from '#lib/settlement';
import { CONFIGURED } from './approval-limits';
import type { TestDatabase } from './database';
import { aSharedDatabase } from './shared-database';

/** One sale as a settlement sees it. */
export interface ASale {
  paymentId: string;
  source?: string;
  businessDate?: BusinessDate;
  billerId?: string;
  channelId?: string;
  amount: bigint;
  state?: 'PAID' | 'SUSPECT' | 'DECLINED' | 'REVERSED';
  adminFee?: bigint;
  billerFee?: bigint;
  commission?: bigint;
  subAgentFee?: bigint;
  taxes?: readonly string[];
  isImmediate?: boolean;
  drawsFloat?: boolean;
}

/** A row of a run that is not plainly matched. */
export interface ABreak {
  kind: string;
  paymentId?: string;
  sub?: string;
  ours?: bigint;
  theirs?: bigint;
  ourStatus?: string;
  theirStatus?: string;
}

/** Books with sold and reconciled days, in a database of its own. */
export interface SettlementWorld {
  store: TestDatabase;
  clock: ManualClock;
  tools: SettlementTools & ApprovalTools;
  modes: Record<string, ChannelMode>;
  settleOn: Record<string, SettleOn>;
  /** Brings back the books, the contracts and the clock of the beginning. */
  reset(): Promise<void>;
  sell(sale: ASale): Promise<PaymentMoney>;
  book(journal: JournalDraft): Promise<void>;
  /** Closes the run of a source's day: what is named agrees, what breaks does not. */
  closeRun(
    source: string,
    businessDate: BusinessDate,
    agreed: { count: number; amount: bigint },
    breaks?: readonly ABreak[],
    carriedIn?: readonly string[],
  ): Promise<number>;
  /** Settles a source's day; fails the test where it is refused. */
  settled(source: string, businessDate?: BusinessDate): Promise<Settlement>;
  /** Ends a break, as people or a run do. */
  endBreak(kind: string, paymentId: string, resolution: string): Promise<EndedBreak>;
  /** Ends the break of a line that stands beside our sales: a doubled one, or one for a sale that we do not know. */
  endLine(kind: string, theirs: bigint, resolution: string, paymentId?: string): Promise<EndedBreak>;
  /** A payment and its leg get another state, without a journal. */
  mark(paymentId: string, state: 'PAID' | 'DECLINED' | 'REVERSED'): Promise<void>;
  balance(accountId: string): Promise<bigint>;
  /** Raises an alert; ends those about a line; the open ones, as `kind subject`. */
  tell(this: void, alert: Alert): Promise<void>;
  endsOf: AlertEnds;
  endsOfPause: PauseEnds;
  openAlerts(): Promise<string[]>;
  /** Proposes the days of fixtures/calendars; who approves them is refused by its kind. */
  proposeCalendar(): Promise<(by: string) => Promise<void>>;
  /** Proposes and approves them, by two people. */
  enterCalendar(): Promise<void>;
  expectSound(): Promise<void>;
  /** The floats as well; not where sales draw on floats that nobody has filled. */
  expectSoundFloats(): Promise<void>;
}

/** A break that has ended. */
export interface EndedBreak {
  /** What a journal goes by that was booked to end it. */
  subjectId: string;
  /** It is opened again and ended once more: by nothing, or by another journal. */
  endAgain(resolution: string): Promise<EndedBreak>;
}

/** The worker's writer, not patient: a test that waits for it has found a fault. */
const BATCHES = { queueMax: 1_000, batchMax: 64, unknownForMs: 2_000, packetWithinMs: 8_000 };

const SHA = '0'.repeat(40);
const BEGINNING = new Date('2026-07-17T01:00:00Z');

const CONTRACTS = {
  bank: { source: 'BANKX', payoutMax: rupiah(1_000_000_000n), chargeMax: rupiah(10_000n) },
  firstDay: '2026-07-01',
  channelsPaidAt: '00:00',
  pollMs: 1_000,
  channelsDueDays: 1,
};

/** Opens the books. Drop them by `store.drop()`. */
export async function aSettlementWorld(
  parties: { billers?: readonly string[]; channels?: readonly string[] } = {},
): Promise<SettlementWorld> {
  const { billers = ['LPB01', 'PDM07'], channels = ['ca017'] } = parties;
  const shared = await aSharedDatabase((fresh) => openBooks(fresh, billers, channels));
  const aWriter = () => new BatchWriter(shared.lent.url, BATCHES);
  const store = { ...shared.lent, drop: () => tools.writer.close().then(() => shared.drop()) };
  const clock = new ManualClock(BEGINNING);
  const modes: Record<string, ChannelMode> = {};
  const settleOn: Record<string, SettleOn> = {};
  const contracts: SettlementContracts = {
    ...structuredClone(CONTRACTS),
    dueDaysOf: () => 1,
    modeOf: (channelId) => modes[channelId] ?? 'deposit',
    codeOf: (channelId) => channelId.toUpperCase(),
  };
  const book = async (journal: JournalDraft): Promise<void> => {
    const unit = journal.channelId === '' ? unitOfJournalWithoutDeposit(journal) : unitOfJournal(journal);
    const result = await tools.writer.commit(unit);
    if (result.kind !== 'committed') throw new Error(`${journal.kind} was not booked: ${result.kind}`);
  };
  const tools: SettlementTools & ApprovalTools = {
    ...CONFIGURED,
    database: store.database,
    writer: aWriter(),
    clock,
    contracts,
    reconciled: daysForSettlement,
    settleOn: (source) => settleOn[source] ?? 'agreed',
    dayEndOf: (_, businessDate) => endOfBusinessDate(businessDate, JAKARTA_MIDNIGHT),
    calendar: () => bankCalendarOf({ database: store.database, jobs: { sources: new Map() } }),
  };
  const proposeCalendar = async () => {
    const text = readFileSync(join(__dirname, '..', '..', 'fixtures', 'calendars', 'bank-2026.csv'), 'utf8');
    const rows = readCalendarFile(text, new Set(billers));
    const order = { rows, by: 'ani@simpul.example', reason: 'the decree of 2026', at: clock.now() };
    const proposed = await proposeDays(store.database, order);
    if (!proposed.ok) throw new Error(proposed.error.kind);
    const { approvalId, version } = proposed.value;
    return async (by: string): Promise<void> => {
      const approved = await approveCalendar(store.database, { approvalId, version, by, at: clock.now() });
      if (!approved.ok) throw new Error(approved.error.kind);
    };
  };
  let files = 0;
  return {
    store,
    clock,
    modes,
    settleOn,
    book,
    tools,
    async reset() {
      // A writer remembers deposits, and this one's would be of books that are no more.
      await tools.writer.close();
      await shared.lent.drop();
      tools.writer = aWriter();
      clock.advance(BEGINNING.getTime() - clock.now().getTime());
      Object.assign(contracts, structuredClone(CONTRACTS), { dueDaysOf: () => 1 });
      for (const agreed of [modes, settleOn]) for (const name of Object.keys(agreed)) delete agreed[name];
    },
    async sell(sale) {
      const money = moneyOf(sale);
      await insertSale(store, sale, money, clock.now());
      await book(holdJournal(money, clock.now()));
      if (sale.state === 'DECLINED') await book(voidJournal(money, clock.now()));
      else if (sale.state !== 'SUSPECT') await book(captureJournal(money, clock.now()));
      return money;
    },
    async closeRun(source, businessDate, agreed, breaks = [], carriedIn = []) {
      files += 1;
      const { admin } = store;
      await admin.run(
        `INSERT INTO settlement_file (source, sha256, business_date, size, received_at, details) VALUES (?, ?, ?, 1, ?, 1)`,
        [source, SHA + String(files).padStart(24, '0'), businessDate, clock.now()],
      );
      await admin.run(
        "UPDATE recon_run SET effective_date = NULL, state = 'superseded' WHERE source = ? AND effective_date = ?",
        [source, businessDate],
      );
      const [before] = await admin.rows<{ n: string }>(
        'SELECT COUNT(*) AS n FROM recon_run WHERE source = ? AND business_date = ?',
        [source, businessDate],
      );
      const totals = totalsWith(agreed);
      await admin.run(
        `INSERT INTO recon_run (source, business_date, run_no, effective_date, file_id, file_name, state, totals, created_at, closed_at)
         SELECT ?, ?, ?, ?, MAX(file_id), 'file', 'closed', ?, ?, ? FROM settlement_file`,
        [source, businessDate, Number(before?.n ?? 0) + 1, businessDate, totals, clock.now(), clock.now()],
      );
      const [run] = await admin.rows<{ run_id: number }>(
        'SELECT run_id FROM recon_run WHERE source = ? AND effective_date = ?',
        [source, businessDate],
      );
      const runId = run?.run_id ?? 0;
      for (const one of breaks)
        await admin.run(
          `INSERT INTO recon_break (run_id, kind, sub, match_key, payment_id, leg_no, our_amount, their_amount, our_st, their_st)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [
            runId,
            one.kind,
            one.sub ?? null,
            one.paymentId ?? '',
            one.paymentId ?? null,
            one.paymentId === undefined ? null : 1,
            one.ours ?? null,
            one.theirs ?? null,
            one.ourStatus ?? (one.ours === undefined ? null : 'S'),
            one.theirStatus ?? (one.theirs === undefined ? null : 'S'),
          ],
        );
      for (const paymentId of carriedIn)
        await admin.run(
          'INSERT INTO recon_carry (run_id, match_key, payment_id, leg_no, carry_until) VALUES (?, ?, ?, 1, ?)',
          [runId, paymentId, paymentId, businessDate],
        );
      return runId;
    },
    async settled(source, businessDate = '2026-07-14') {
      const result = await settleDay(tools, source, businessDate);
      if (!result.ok) throw new Error(`${source} ${businessDate} is not settled: ${inspect(result.error)}`);
      return result.value.settlement;
    },
    async endBreak(kind, paymentId, resolution) {
      const [leg] = await store.admin.rows<{ source: string; date: BusinessDate }>(
        'SELECT source, source_business_date AS date FROM payment_leg WHERE payment_id = ?',
        [paymentId],
      );
      if (!leg) throw new Error(`there is no payment ${paymentId}`);
      return endBreakOf(store, { ...leg, kind, paymentId, lineKey: '' }, resolution, clock.now());
    },
    async endLine(kind, theirs, resolution, paymentId) {
      const [run] = await store.admin.rows<{ source: string; date: BusinessDate }>(
        `SELECT r.source, r.business_date AS date FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id
         WHERE b.kind = ? AND b.their_amount = ? ORDER BY b.break_id DESC LIMIT 1`,
        [kind, theirs],
      );
      if (!run) throw new Error(`no run has found ${kind} of ${theirs}`);
      const found = { ...run, kind, paymentId, lineKey: `|${theirs}#1` };
      return endBreakOf(store, found, resolution, clock.now());
    },
    async mark(paymentId, state) {
      for (const table of ['payment', 'payment_leg'])
        await store.admin.run(`UPDATE ${table} SET state = ? WHERE payment_id = ?`, [state, paymentId]);
    },
    async balance(accountId) {
      const [row] = await store.database.rows<{ total: string }>(
        'SELECT COALESCE(SUM(amount), 0) AS total FROM posting WHERE account_id = ?',
        [accountId],
      );
      return BigInt(row?.total ?? 0);
    },
    proposeCalendar,
    tell: async (alert) =>
      void (await raiseAlert(store.database, pino({ level: 'silent' }), alert, clock.now())),
    endsOf: alertEnds(store.database, { ofLine: endsOfBankAlerts, ofPause: endsOfPause }),
    endsOfPause: (filled, by, at) => endsOfPause(store.database, filled, by, at),
    async openAlerts() {
      return (await openAlerts(store.database)).map(({ kind, subject }) => `${kind} ${subject}`);
    },
    async enterCalendar() {
      const approve = await proposeCalendar();
      await approve('budi@simpul.example');
    },
    async expectSound() {
      const found = await store.database.snapshot(async (statements) => [
        ...(await checkLedgerInvariants(statements)),
        ...(await checkSettlementInvariants(statements)),
      ]);
      expect(found.filter(({ ok }) => !ok)).toEqual([]);
    },
    async expectSoundFloats() {
      expect(await checkFloatInvariants(store.database)).toMatchObject({ ok: true });
    },
  };
}

/** One database for a test file; each test begins with the books of the beginning. */
export function eachTestHasASettlementWorld(
  use: (world: SettlementWorld) => void,
  parties?: Parameters<typeof aSettlementWorld>[0],
): void {
  let world: SettlementWorld;
  beforeAll(async () => {
    world = await aSettlementWorld(parties);
    use(world);
  });
  beforeEach(() => world.reset());
  afterAll(() => world.store.drop());
}

async function openBooks(
  store: TestDatabase,
  billers: readonly string[],
  channels: readonly string[],
): Promise<void> {
  const accounts = [
    ...OWN_ACCOUNTS,
    ...billers.flatMap(accountsOfBiller),
    ...channels.flatMap(accountsOfChannel),
  ];
  await store.admin.run('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, BEGINNING]),
  ]);
  const writer = new SingleWriter(store.database);
  for (const channelId of channels) {
    await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [channelId]);
    const topUp = { topUpId: `OPEN ${channelId}`, channelId, amount: rupiah(100_000_000n) };
    await topUpDeposit(writer, { ...topUp, businessDate: '2026-07-14', at: BEGINNING });
  }
}

interface FoundBreak {
  source: string;
  date: BusinessDate;
  kind: string;
  paymentId: string | undefined;
  lineKey: string;
}

/** The case of a break by the name that reconciliation gives it, ended by its first event. */
async function endBreakOf(
  { admin }: Pick<TestDatabase, 'admin'>,
  { source, date, kind, paymentId, lineKey }: FoundBreak,
  resolution: string,
  now: Date,
): Promise<EndedBreak> {
  const identity = [source, date, kind, paymentId ?? '', lineKey];
  const hash = createHash('sha256').update(identity.join('|')).digest('hex');
  const breakId = `brk_${hash.slice(0, 20)}`;
  const leg = [paymentId ?? null, paymentId === undefined ? null : 1];
  await admin.run(
    `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, payment_id, leg_no, amount,
       run_id, run_date, state, last_event_no, owner, due_at, opened_at, resolution, resolved_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?, 'resolved', 0, 'finance', ?, ?, ?, ?)`,
    [breakId, ...identity, ...leg, date, now, now, resolution, now],
  );
  const end = async (eventNo: number, by: string): Promise<EndedBreak> => {
    await admin.run(
      `INSERT INTO break_event (break_id, event_no, from_state, event, to_state, by_user, at)
       VALUES (?, ?, 'open', 'resolved', 'resolved', 'ani', ?)`,
      [breakId, eventNo, now],
    );
    await admin.run('UPDATE break_case SET last_event_no = ?, resolution = ? WHERE break_id = ?', [
      eventNo,
      by,
      breakId,
    ]);
    return { subjectId: `${breakId}-${eventNo}`, endAgain: (next) => end(eventNo + 1, next) };
  };
  return end(1, resolution);
}

function moneyOf(sale: ASale): PaymentMoney {
  const { adminFee = 2_500n, billerFee = 500n, commission = 1_300n, isImmediate = false } = sale;
  const total = sale.amount + adminFee;
  return {
    paymentId: sale.paymentId,
    channelId: sale.channelId ?? 'ca017',
    billerId: sale.billerId ?? sale.source ?? 'LPB01',
    reference: `ref ${sale.paymentId}`,
    businessDate: sale.businessDate ?? '2026-07-14',
    amount: rupiah(sale.amount),
    adminFee: rupiah(adminFee),
    billerFee: rupiah(billerFee),
    commission: rupiah(commission),
    charge: rupiah(isImmediate ? total - commission : total),
    drawsFloat: sale.drawsFloat ?? false,
  };
}

async function insertSale(store: TestDatabase, sale: ASale, money: PaymentMoney, now: Date): Promise<void> {
  const { state = 'PAID', source = 'LPB01', subAgentFee, taxes } = sale;
  const { paymentId, channelId, billerId, businessDate, amount, adminFee, billerFee, commission, charge } =
    money;
  const offer = JSON.stringify({
    customerName: 'SITI RAHMA',
    lines: [],
    remaining: null,
    amount: amount.toString(),
    adminFee: adminFee.toString(),
    total: (amount + adminFee).toString(),
    billerFee: billerFee.toString(),
    commission: commission.toString(),
    charge: charge.toString(),
    details: {},
    echo: {},
    ...(taxes ? { taxes } : {}),
    ...(subAgentFee === undefined ? {} : { subAgentFee: subAgentFee.toString() }),
  });
  await store.admin.run(
    `INSERT INTO payment (payment_id, channel_id, channel_reference, request_hash, inquiry_id, product_id, biller_id,
       customer_number, state, code, amount, admin_fee, total, commission, biller_fee, charge, offer, balance_after,
       business_date, last_event_no, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 'p', ?, '5311', ?, 'APPROVED', ?, ?, ?, ?, ?, ?, ?, 0, ?, 2, ?, ?)`,
    [
      paymentId,
      channelId,
      Buffer.from(`ref ${paymentId}`),
      Buffer.alloc(32, paymentId),
      `inq_${paymentId}`,
      billerId,
      state,
      amount,
      adminFee,
      amount + adminFee,
      commission,
      billerFee,
      charge,
      offer,
      businessDate,
      now,
      now,
    ],
  );
  await store.admin.run(
    `INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state,
       source, source_business_date, sent_at, draws_float, live) VALUES (?, 1, ?, ?, 'p', '5311', ?, ?, ?, ?, ?, ?, 1)`,
    [paymentId, billerId, paymentId, amount, state, source, businessDate, now, money.drawsFloat ? 1 : 0],
  );
}

function totalsWith(agreed: { count: number; amount: bigint }): string {
  const none = { count: 0, ourAmount: '0', theirAmount: '0' };
  const kinds = Object.fromEntries(
    ['matched_tol', 'amount', 'status', 'only_ours', 'only_theirs', 'duplicate', 'late', 'agreed_failed'].map(
      (kind) => [kind, none],
    ),
  );
  const amount = agreed.amount.toString();
  return JSON.stringify({
    ours: { count: agreed.count, amount },
    carryIn: { count: 0, amount: '0' },
    theirs: { count: agreed.count, amount },
    kinds: { matched: { count: agreed.count, ourAmount: amount, theirAmount: amount }, ...kinds },
    lines: { agreedFailed: 0, collapsed: 0, ignored: 0 },
    bridge: [],
  });
}
