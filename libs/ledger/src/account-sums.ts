import { businessDateOf, JAKARTA_MIDNIGHT, type BusinessDate } from '#lib/kernel';
import { ChangedMeanwhile, duplicateKey, type Database, type SqlValue, type Statements } from '#lib/platform';

/** How much is summed up at once, and from where on it does not wait for the next day. */
export interface SumLimits {
  /** Journals of a channel's deposit that are read by one statement. */
  journalsAtOnce: number;
  /** As many of a channel are summed up during the day; a statement reads them one by one until then. */
  journalsWaitingMax: number;
  /** Journals that move no deposit, whose names are held in memory. */
  othersAtOnce: number;
}

export const SUM_LIMITS: SumLimits = {
  journalsAtOnce: 500_000,
  journalsWaitingMax: 500_000,
  othersAtOnce: 5_000,
};

const ROWS_AT_ONCE = 500;

/** What stands for the journals that move no deposit, where a channel is named. */
const NO_CHANNEL = '';

/**
 * Sums up what journals have moved accounts by since the last time: once a day, and wherever many wait. Safe to repeat, and
 * by any number at once: a stretch begins where the one before ended, and only one can.
 * @returns whether there may be more.
 */
export async function sumUpAccounts(
  database: Database,
  now: Date,
  limits: SumLimits = SUM_LIMITS,
): Promise<boolean> {
  const ends = await endsOfSums(database);
  const isDue = (channelId: string) => (ends.get(channelId)?.summedOn ?? '') < today(now);
  const deposits = await database.rows<{ channel_id: string; seq: string }>(
    'SELECT channel_id, seq FROM deposit ORDER BY channel_id',
  );
  let mayBeMore = false;
  for (const { channel_id, seq } of deposits) {
    const after = ends.get(channel_id)?.seq ?? 0n;
    const waiting = BigInt(seq) - after;
    if (waiting <= 0n || (waiting < limits.journalsWaitingMax && !isDue(channel_id))) continue;
    const most = after + BigInt(limits.journalsAtOnce);
    const to = most < BigInt(seq) ? most : BigInt(seq);
    await sumUpDeposit(database, { channelId: channel_id, after, to }, now);
    mayBeMore ||= to < BigInt(seq);
  }
  if (isDue(NO_CHANNEL)) {
    await queueWhatIsNot(database);
    while (await sumUpOthers(database, now, limits));
  }
  return mayBeMore;
}

function today(now: Date): BusinessDate {
  return businessDateOf(now, JAKARTA_MIDNIGHT);
}

/** Up to which journal of each channel's deposit all are summed up. */
export async function endsOfSums(
  statements: Statements,
): Promise<ReadonlyMap<string, { seq: bigint; summedOn: BusinessDate }>> {
  const rows = await statements.rows<{ channel_id: string; seq: string; summed_at: Date }>(
    'SELECT channel_id, MAX(to_seq) AS seq, MAX(summed_at) AS summed_at FROM account_sum GROUP BY channel_id',
  );
  return new Map(
    rows.map(({ channel_id, seq, summed_at }) => [
      channel_id,
      { seq: BigInt(seq), summedOn: today(summed_at) },
    ]),
  );
}

interface DaySum {
  account_id: string;
  business_date: BusinessDate;
  kind: string;
  entries: string | number | bigint;
  amount: string | bigint;
}

interface Stretch {
  channelId: string;
  after: bigint;
  to: bigint;
}

/** A deposit's journals are committed in the order of their numbers, none left out: what is read once is all of it. */
async function sumUpDeposit(database: Database, stretch: Stretch, now: Date): Promise<void> {
  const { channelId, after, to } = stretch;
  const sums = await database.rows<DaySum>(
    `SELECT p.account_id, j.business_date, j.kind, COUNT(*) AS entries, SUM(p.amount) AS amount
     FROM journal j JOIN posting p ON p.subject_id = j.subject_id AND p.kind = j.kind
     WHERE j.channel_id = ? AND j.deposit_seq > ? AND j.deposit_seq <= ?
     GROUP BY p.account_id, j.business_date, j.kind`,
    [channelId, after, to],
  );
  await keepSum(database, stretch, { sums, journals: [] }, now);
}

/** Journals that move no deposit have no order of their own; each is queued by its own commit and summed up once. */
async function sumUpOthers(database: Database, now: Date, { othersAtOnce }: SumLimits): Promise<boolean> {
  // Before the queue is read: whoever takes something up in between has begun a stretch here.
  const after = (await endsOfSums(database)).get(NO_CHANNEL)?.seq ?? 0n;
  const journals = await database.rows<JournalOfDay>(
    `SELECT j.subject_id, j.kind, j.business_date FROM account_sum_journal q
       JOIN journal j ON j.subject_id = q.subject_id AND j.kind = q.kind
     WHERE q.sum_id IS NULL ORDER BY j.subject_id, j.kind LIMIT ?`,
    [othersAtOnce],
  );
  if (journals.length === 0) return false;
  const stretch = { channelId: NO_CHANNEL, after, to: after + BigInt(journals.length) };
  const sums = sumsOf(journals, await postingsOf(database, journals));
  await keepSum(database, stretch, { sums, journals }, now);
  return journals.length === othersAtOnce;
}

/** Journals of a process that did not queue any yet. */
async function queueWhatIsNot(database: Database): Promise<void> {
  await database.run(
    `INSERT IGNORE INTO account_sum_journal (subject_id, kind) SELECT j.subject_id, j.kind FROM journal j
       LEFT JOIN account_sum_journal q ON q.subject_id = j.subject_id AND q.kind = j.kind
     WHERE j.channel_id IS NULL AND q.subject_id IS NULL`,
  );
}

interface JournalOfDay {
  subject_id: string;
  kind: string;
  business_date: BusinessDate;
}

interface PostingRow {
  subject_id: string;
  kind: string;
  account_id: string;
  amount: string;
}

function postingsOf(database: Database, journals: readonly JournalOfDay[]): Promise<PostingRow[]> {
  return database.rows<PostingRow>(
    'SELECT subject_id, kind, account_id, amount FROM posting WHERE subject_id IN (?)',
    [[...new Set(journals.map(({ subject_id }) => subject_id))]],
  );
}

function sumsOf(journals: readonly JournalOfDay[], postings: readonly PostingRow[]): DaySum[] {
  const dates = new Map(journals.map((one) => [`${one.subject_id} ${one.kind}`, one.business_date]));
  const sums = new Map<string, DaySum & { entries: bigint; amount: bigint }>();
  for (const { subject_id, kind, account_id, amount } of postings) {
    const date = dates.get(`${subject_id} ${kind}`);
    // Another journal of the same subject, which moves a deposit or was summed up before.
    if (date === undefined) continue;
    const key = `${account_id} ${date} ${kind}`;
    const sum = sums.get(key) ?? { account_id, business_date: date, kind, entries: 0n, amount: 0n };
    sum.entries += 1n;
    sum.amount += BigInt(amount);
    sums.set(key, sum);
  }
  return [...sums.values()];
}

/** Keeps the sums of a stretch, unless another process has been first. */
async function keepSum(
  database: Database,
  { channelId, after, to }: Stretch,
  { sums, journals }: { sums: readonly DaySum[]; journals: readonly JournalOfDay[] },
  now: Date,
): Promise<void> {
  try {
    await database.transaction(async (statements) => {
      await statements.run(
        'INSERT INTO account_sum (channel_id, after_seq, to_seq, summed_at) VALUES (?, ?, ?, ?)',
        [channelId, after, to, now],
      );
      const [row] = await statements.rows<{ sum_id: string }>(
        'SELECT sum_id FROM account_sum WHERE channel_id = ? AND after_seq = ?',
        [channelId, after],
      );
      const id = row?.sum_id ?? '';
      await takeUp(statements, journals, id);
      await insertAll(
        statements,
        'account_day (account_id, business_date, kind, sum_id, entries, amount)',
        sums.map((sum) => [sum.account_id, sum.business_date, sum.kind, id, sum.entries, sum.amount]),
      );
    });
  } catch (error) {
    if (duplicateKey(error) === undefined && !(error instanceof ChangedMeanwhile)) throw error;
  }
}

async function takeUp(statements: Statements, journals: readonly JournalOfDay[], id: string): Promise<void> {
  for (let at = 0; at < journals.length; at += ROWS_AT_ONCE) {
    const some = journals.slice(at, at + ROWS_AT_ONCE);
    const taken = await statements.run(
      `UPDATE account_sum_journal SET sum_id = ? WHERE subject_id IN (?) AND (subject_id, kind) IN (?) AND sum_id IS NULL`,
      [id, some.map(({ subject_id }) => subject_id), some.map(({ subject_id, kind }) => [subject_id, kind])],
    );
    if (taken !== some.length) throw new ChangedMeanwhile('account_sum_journal');
  }
}

async function insertAll(statements: Statements, into: string, rows: SqlValue[][]): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await statements.run(`INSERT INTO ${into} VALUES ?`, [rows.slice(at, at + ROWS_AT_ONCE)]);
}
