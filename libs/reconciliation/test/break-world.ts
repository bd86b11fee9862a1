import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { checkApprovalInvariants, type Approval, type ApprovalTools } from '#lib/audit';
import { openFolderDrop } from '#lib/files';
import { SingleWriter } from '#lib/ledger';
import { DecisionFlow, objectionToResend, Refunds, type Payment } from '#lib/switching';
import { CONFIGURED } from '../../../test/support/approval-limits';
import { switchesInTurn, type SwitchWorld } from '../../../test/support/switch-world';
import {
  approveProposal,
  breakHistory,
  checkBreakInvariants,
  describeBreakRefusal,
  listBreaks,
  MONDAY_TO_FRIDAY,
  proposeResolution,
  readBreakRules,
  readJobs,
  runReconciliation,
  workBreaks,
  type Break,
  type BreakDesk,
  type BreakProposal,
  type ReconciliationTools,
  type SourceTerms,
} from '../src';
import { configuredFormats, lpb01, ROOT, type Line } from './world';

export const [ANI, BUDI, CITRA] = ['ani@simpul.test', 'budi@simpul.test', 'citra@simpul.test'] as const;
export const DAY = '2026-07-14';
/** Where what is captured for the electricity biller stands until it is settled. */
export const CLEARING = 'biller:pln:clearing';

/** A switch whose electricity payments are reconciled with LPB01, and the desk at which its breaks are worked. */
export interface BreakWorld {
  switch: SwitchWorld;
  desk: BreakDesk & ApprovalTools;
  terms: { -readonly [Key in keyof SourceTerms]: SourceTerms[Key] };
  home: string;
  /** Formats and jobs as they are configured. */
  tools: Pick<ReconciliationTools, 'formats' | 'jobs'>;
  /** Pays one electricity bill of Rp 150,000 at noon in Jakarta. */
  pay(behaviour?: 'approves' | 'declines' | 'pays and loses the answer'): Promise<Payment>;
  /** A line of their file for a payment. */
  line(payment: Payment, more?: Partial<Line>): Line;
  /** Puts the day's file on the drop and closes the day with it; its breaks are worked unless that is left out. */
  close(seq: string, lines: readonly Line[], more?: { day?: string; work?: boolean }): Promise<number>;
  breaks(): Promise<Break[]>;
  /** The only break there is. */
  theBreak(): Promise<Break>;
  /** A day with one difference of Rp 500: they say more than we have. */
  aDayWithAnAmountBreak(): Promise<Break>;
  /** What has happened to a break, oldest first. */
  events(one: Break): Promise<string[]>;
  /** Proposed by Ani, where a refusal is a failure of the test. */
  proposed(one: Break, more: Partial<BreakProposal> & Pick<BreakProposal, 'resolution'>): Promise<Approval>;
  /** By Budi, if nobody else is named. */
  approve(approval: Approval, by?: string): ReturnType<typeof approveProposal>;
  /** Sum of the postings on an account, credit positive. */
  owed(account: string): Promise<bigint>;
  paymentOf(payment: Payment): Promise<Payment>;
  expectSound(): Promise<void>;
  end(): Promise<void>;
}

/** Opens one for each test of a file, in turn on one schema, and gives it to `use`. */
export function eachTestHasABreakWorld(use: (world: BreakWorld) => void): void {
  let switches: Awaited<ReturnType<typeof switchesInTurn>>;
  let world: BreakWorld;
  beforeAll(async () => {
    switches = await switchesInTurn();
  });
  beforeEach(async () => {
    world = await aBreakWorld(await switches.open());
    use(world);
  });
  afterEach(() => world.end());
  afterAll(() => switches.end());
}

/** @param world sells; it is closed with the break world. */
export async function aBreakWorld(world: SwitchWorld): Promise<BreakWorld> {
  const { store, clock } = world;
  const home = await mkdtemp(join(tmpdir(), 'simpul-breaks-'));
  await mkdir(join(home, 'drop'));
  const logger = pino({ level: 'silent' });
  const writer = new SingleWriter(store.database);
  const terms: BreakWorld['terms'] = { auto: [], differenceStandsOn: 'clearing', mayResend: true };
  const desk: BreakDesk & ApprovalTools = {
    ...CONFIGURED,
    database: store.database,
    clock,
    logger,
    rules: readBreakRules(join(ROOT, 'config', 'breaks.yaml')),
    isWorking: MONDAY_TO_FRIDAY,
    termsOf: () => terms,
    home,
    writer,
    decisions: new DecisionFlow(clock, store.database, world.payments, world.catalog),
    refunds: new Refunds(clock, store.database, writer),
    objectionToResend: (leg) =>
      objectionToResend(store.database, world.catalog, leg, (product) =>
        world.payments.requiredReceiptFields(product),
      ),
  };
  const tools = {
    formats: configuredFormats(),
    jobs: { ...readJobs(join(ROOT, 'config', 'jobs.yaml')), stableMs: 0 },
  };
  const breaks = () => listBreaks(store.database, { rowsMax: 1_000 });
  const self: BreakWorld = {
    switch: world,
    desk,
    terms,
    tools,
    home,
    async pay(behaviour = 'approves') {
      Object.assign(world.biller, { behaviour, adviceSays: 'unknown' });
      const payment = await world.payOne();
      world.biller.behaviour = 'approves';
      return payment;
    },
    line: (payment, more = {}) => ({
      ref: payment.leg.reference,
      theirRef: `EB${payment.leg.reference}`,
      amount: payment.offer.amount,
      ...more,
    }),
    async close(seq, lines, { day = DAY, work = true } = {}) {
      await writeFile(
        join(home, 'drop', `LPB01_${day.replaceAll('-', '')}_${seq}.txt`),
        lpb01(day, seq, lines),
      );
      const next = new Date(`${day}T00:00:00Z`).getTime() + 26 * 3_600_000;
      if (clock.now().getTime() < next) clock.advance(next - clock.now().getTime());
      const outcome = await runReconciliation({
        database: store.database,
        clock,
        home,
        ...tools,
        logger,
        openDrop: async () => openFolderDrop([join(home, 'drop')]),
        writeRecap: async () => [],
        source: 'LPB01',
        businessDate: day,
      });
      if (outcome.state !== 'closed') throw new Error(`not closed: ${JSON.stringify(outcome)}`);
      const [run] = await store.database.rows<{ run_id: number }>(
        "SELECT run_id FROM recon_run WHERE source = 'LPB01' AND effective_date = ?",
        [day],
      );
      if (!run) throw new Error('no run counts');
      if (work) await workBreaks(desk, run.run_id);
      return run.run_id;
    },
    breaks,
    async theBreak() {
      const [one, ...others] = await breaks();
      if (!one || others.length > 0) throw new Error(`there are ${others.length + (one ? 1 : 0)} breaks`);
      return one;
    },
    async aDayWithAnAmountBreak() {
      const payment = await self.pay();
      await self.close('001', [self.line(payment, { amount: payment.offer.amount + 500n })]);
      return self.theBreak();
    },
    events: async ({ breakId }) => (await breakHistory(store.database, breakId)).map(({ event }) => event),
    async proposed({ breakId }, more) {
      const reason = 'agreed in their letter of 15 July';
      const result = await proposeResolution(desk, { breakId, by: ANI, reason, ...more });
      if (!result.ok) throw new Error(describeBreakRefusal(result.error));
      return result.value;
    },
    approve: ({ approvalId, version }, by = BUDI) => approveProposal(desk, { approvalId, version, by }),
    async owed(account) {
      const [row] = await store.database.rows<{ total: string | null }>(
        'SELECT SUM(-amount) AS total FROM posting WHERE account_id = ?',
        [account],
      );
      return BigInt(row?.total ?? 0);
    },
    async paymentOf({ channelId, paymentId }) {
      const found = await world.payments.findById(channelId, paymentId);
      if (!found) throw new Error('the payment is gone');
      return found;
    },
    async expectSound() {
      const verdicts = [
        await checkApprovalInvariants(store.database),
        await checkBreakInvariants(store.database),
      ];
      expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
      await world.expectSound();
    },
    async end() {
      await world.close();
      await rm(home, { recursive: true });
    },
  };
  return self;
}
