import { rupiah, type BusinessDate, type StopScope } from '#lib/kernel';
import { tooWideRights, type Statements } from '#lib/platform';
import { channelOfAccount } from './accounts';
import { checkAccountSums } from './account-sum-invariants';
import type { InvariantVerdict } from './invariant-verdict';
import { contentHash, type JournalKind, type Posting } from './journal-draft';

const PAGE = 5_000;

interface JournalRow {
  subject_id: string;
  kind: JournalKind;
  business_date: BusinessDate;
  channel_id: string | null;
  posted_change: string;
  held_change: string;
  content_hash: Buffer;
  created_at: Date;
  about_subject_id: string | null;
  about_kind: JournalKind | null;
  reason: string | null;
}

interface PostingRow {
  subject_id: string;
  kind: string;
  account_id: string;
  amount: string;
}

/**
 * Money conservation, append-only books and the deposit floor (I1, I2, I3), in one pass over the journals; and that their
 * sums are what they sum up (I24).
 */
export async function checkLedgerInvariants(statements: Statements): Promise<InvariantVerdict[]> {
  const { journals, unbalanced, unbalancedScopes, edited } = await readJournals(statements);
  const [orphan] = await statements.rows<{ subject_id: string; kind: string }>(
    'SELECT p.subject_id, p.kind FROM posting p LEFT JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind ' +
      'WHERE j.subject_id IS NULL LIMIT 1',
  );
  const [stray] = await statements.rows<{ account_id: string }>(
    'SELECT p.account_id FROM posting p LEFT JOIN account a ON a.account_id = p.account_id WHERE a.account_id IS NULL LIMIT 1',
  );
  const first =
    unbalanced ??
    (orphan && `postings of ${orphan.subject_id} ${orphan.kind} have no journal`) ??
    (stray && `account ${stray.account_id} is not in the chart`) ??
    null;
  const writable = (await tooWideRights(statements)) ?? (await correctionOfNothing(statements));
  return [
    {
      id: 'I1',
      ok: first === null,
      checked: journals,
      firstCounterExample: first,
      ...(first !== null && {
        stops: [...new Set([...unbalancedScopes, ...(await scopesOfStrayPostings(statements))])],
      }),
    },
    {
      id: 'I2',
      ok: (writable ?? edited) === null,
      checked: journals,
      firstCounterExample: writable ?? edited,
    },
    await checkDepositFloor(statements),
    await checkAccountSums(statements),
  ];
}

// The server finds a range by a column alone, never by a pair of them: the pair only trims what the range has found.
async function readJournals(statements: Statements): Promise<{
  journals: number;
  unbalanced: string | null;
  unbalancedScopes: ReadonlySet<StopScope>;
  edited: string | null;
}> {
  const unbalancedScopes = new Set<StopScope>();
  let journals = 0;
  let unbalanced: string | null = null;
  let edited: string | null = null;
  let after: [string, string] = ['', ''];
  for (;;) {
    const page = await statements.rows<JournalRow>(
      'SELECT subject_id, kind, business_date, channel_id, posted_change, held_change, content_hash, created_at, ' +
        'about_subject_id, about_kind, reason FROM journal ' +
        'WHERE subject_id >= ? AND (subject_id, kind) > (?, ?) ORDER BY subject_id, kind LIMIT ?',
      [after[0], ...after, PAGE],
    );
    const [first, last] = [page[0], page.at(-1)];
    if (!first || !last) return { journals, unbalanced, unbalancedScopes, edited };
    const lines = await statements.rows<PostingRow>(
      'SELECT subject_id, kind, account_id, amount FROM posting WHERE subject_id BETWEEN ? AND ? ' +
        'AND (subject_id, kind) >= (?, ?) AND (subject_id, kind) <= (?, ?) ORDER BY subject_id, kind, line_no',
      [first.subject_id, last.subject_id, first.subject_id, first.kind, last.subject_id, last.kind],
    );
    const postings = new Map<string, Posting[]>();
    for (const { subject_id, kind, account_id, amount } of lines) {
      const key = `${subject_id} ${kind}`;
      const list = postings.get(key) ?? [];
      list.push({ accountId: account_id, amount: rupiah(BigInt(amount)) });
      postings.set(key, list);
    }
    for (const row of page) {
      const key = `${row.subject_id} ${row.kind}`;
      const own = postings.get(key) ?? [];
      const rest = own.reduce((total, { amount }) => total + amount, 0n);
      if (rest !== 0n || own.length < 2) {
        unbalanced ??= `journal ${key}: ${own.length} postings sum to ${rest}`;
        unbalancedScopes.add(scopeOfChannel(row.channel_id));
      }
      if (!hashOf(row, own).equals(row.content_hash)) edited ??= `journal ${key} is not as it was written`;
    }
    journals += page.length;
    after = [last.subject_id, last.kind];
  }
}

/** Whose postings have no journal, or stand on an account outside the chart; read only where something is broken. */
async function scopesOfStrayPostings(statements: Statements): Promise<StopScope[]> {
  const rows = await statements.rows<{ account_id: string; channel_id: string | null }>(
    'SELECT DISTINCT p.account_id, j.channel_id FROM posting p ' +
      'LEFT JOIN journal j ON j.subject_id = p.subject_id AND j.kind = p.kind ' +
      'LEFT JOIN account a ON a.account_id = p.account_id WHERE j.subject_id IS NULL OR a.account_id IS NULL',
  );
  // A channel's account tells whose it is when no journal does; our own accounts and the billers' tell nothing.
  const channels = rows.map(({ account_id, channel_id }) => channel_id ?? channelOfAccount(account_id));
  const known = channels.filter((channelId) => channelId !== undefined);
  return rows.length > 0 && known.length === 0 ? ['all'] : known.map(scopeOfChannel);
}

function scopeOfChannel(channelId: string | null): StopScope {
  return channelId === null ? 'all' : `deposit:${channelId}`;
}

function hashOf(row: JournalRow, postings: Posting[]): Buffer {
  return contentHash({
    subjectId: row.subject_id,
    kind: row.kind,
    businessDate: row.business_date,
    channelId: row.channel_id ?? '',
    postedChange: rupiah(BigInt(row.posted_change)),
    heldChange: rupiah(BigInt(row.held_change)),
    postings,
    reference: '',
    at: row.created_at,
    ...(row.about_subject_id !== null && row.about_kind !== null
      ? { about: { subjectId: row.about_subject_id, kind: row.about_kind } }
      : {}),
    ...(row.reason === null ? {} : { reason: row.reason }),
  });
}

/** A refund or an adjustment names a journal that exists; an adjustment without one has at least its reason. */
async function correctionOfNothing(statements: Statements): Promise<string | null> {
  const [row] = await statements.rows<{ subject_id: string; kind: string }>(
    'SELECT j.subject_id, j.kind FROM journal j LEFT JOIN journal o ON o.subject_id = j.about_subject_id ' +
      "AND o.kind = j.about_kind WHERE j.kind IN ('refund', 'adjustment') AND (j.reason IS NULL OR " +
      "(o.subject_id IS NULL AND (j.kind = 'refund' OR j.about_subject_id IS NOT NULL))) LIMIT 1",
  );
  return row ? `journal ${row.subject_id} ${row.kind} does not say what it puts right` : null;
}

/** Replays every deposit in commit order: the floor held at each step, and the cached row is the sum. */
async function checkDepositFloor(statements: Statements): Promise<InvariantVerdict> {
  const deposits = await statements.rows<DepositRow>(
    'SELECT channel_id, posted, held FROM deposit ORDER BY channel_id',
  );
  const owed = await owedByAccount(statements);
  let checked = 0;
  const broken: BrokenDeposit[] = [];
  for (const deposit of deposits) {
    const replayed = await replayDeposit(statements, deposit, owed);
    checked += replayed.checked;
    if (replayed.finding !== null) broken.push({ channelId: deposit.channel_id, finding: replayed.finding });
  }
  return depositVerdict(checked, broken);
}

interface BrokenDeposit {
  channelId: string;
  finding: string;
}

function depositVerdict(checked: number, broken: readonly BrokenDeposit[]): InvariantVerdict {
  return {
    id: 'I3',
    ok: broken.length === 0,
    checked,
    firstCounterExample: broken[0]?.finding ?? null,
    ...(broken.length > 0 && { stops: broken.map(({ channelId }) => scopeOfChannel(channelId)) }),
  };
}

interface DepositRow {
  channel_id: string;
  posted: string;
  held: string;
}

async function replayDeposit(
  statements: Statements,
  deposit: DepositRow,
  owed: Owed,
): Promise<{ checked: number; finding: string | null }> {
  let checked = 0;
  let [posted, held, seq] = [0n, 0n, 0n];
  const broken = (finding: string) => ({ checked, finding });
  for (;;) {
    const page = await statements.rows<Record<string, string>>(
      'SELECT deposit_seq, subject_id, kind, posted_change, held_change, posted_after, held_after, limit_then ' +
        'FROM journal WHERE channel_id = ? AND deposit_seq > ? ORDER BY deposit_seq LIMIT ?',
      [deposit.channel_id, seq, PAGE],
    );
    if (page.length === 0) break;
    for (const row of page) {
      const name = `${deposit.channel_id} at ${row['subject_id']} ${row['kind']}`;
      const change = BigInt(row['posted_change'] ?? 0) - BigInt(row['held_change'] ?? 0);
      posted += BigInt(row['posted_change'] ?? 0);
      held += BigInt(row['held_change'] ?? 0);
      seq += 1n;
      if (BigInt(row['deposit_seq'] ?? 0) !== seq) return broken(`${name}: place ${seq} is missing`);
      if (BigInt(row['posted_after'] ?? 0) !== posted || BigInt(row['held_after'] ?? 0) !== held)
        return broken(`${name}: balances are not the sum of what came before`);
      if (held < 0n) return broken(`${name}: held is ${held}`);
      if (change < 0n && posted - held + BigInt(row['limit_then'] ?? 0) < 0n)
        return broken(`${name}: the floor was broken`);
      checked += 1;
    }
  }
  if (BigInt(deposit.posted) !== posted || BigInt(deposit.held) !== held)
    return broken(
      `${deposit.channel_id}: the deposit row says ${deposit.posted}/${deposit.held}, the journals ${posted}/${held}`,
    );
  return { checked, finding: accountMismatch(owed, deposit.channel_id, posted, held) };
}

/**
 * The cheap part of I3, for a start-up: each deposit row stands as its last journal left it. It reads one journal for
 * each deposit, however long the history is.
 */
export async function checkDepositRows(statements: Statements): Promise<InvariantVerdict> {
  const rows = await statements.rows<{ channel_id: string; is_kept: string | number }>(
    'SELECT d.channel_id, COALESCE(j.posted_after, 0) = d.posted AND COALESCE(j.held_after, 0) = d.held ' +
      'AND (j.deposit_seq IS NOT NULL OR d.seq = 0) AND later.deposit_seq IS NULL AS is_kept FROM deposit d ' +
      'LEFT JOIN journal j ON j.channel_id = d.channel_id AND j.deposit_seq = d.seq ' +
      'LEFT JOIN journal later ON later.channel_id = d.channel_id AND later.deposit_seq = d.seq + 1',
  );
  const broken = rows
    .filter(({ is_kept }) => Number(is_kept) !== 1)
    .map(({ channel_id }) => ({
      channelId: channel_id,
      finding: `${channel_id}: the deposit row is not as its last journal left it`,
    }));
  return depositVerdict(rows.length, broken);
}

/** What the postings sum to on each account of a channel, negated: what we owe there. */
type Owed = ReadonlyMap<string, bigint>;

/** One pass over the postings for all channels: they have no index by account, which every payment would pay for. */
async function owedByAccount(statements: Statements): Promise<Owed> {
  const sums = await statements.rows<{ account_id: string; total: string }>(
    "SELECT account_id, SUM(amount) AS total FROM posting WHERE account_id LIKE 'channel:%' GROUP BY account_id",
  );
  return new Map(sums.map(({ account_id, total }) => [account_id, -BigInt(total)]));
}

function accountMismatch(owed: Owed, channelId: string, posted: bigint, held: bigint): string | null {
  const owedAs = (suffix: string) => owed.get(`channel:${channelId}:${suffix}`) ?? 0n;
  if (owedAs('held') === held && owedAs('deposit') === posted - held) return null;
  return `${channelId}: postings say deposit ${owedAs('deposit')} and held ${owedAs('held')}, the row ${posted - held} and ${held}`;
}
