import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { channelOfAccount, isPayable } from './accounts';
import { endsOfSums } from './account-sums';

/** What journals of a kind have moved an account by, before some days, within or after them. Debit positive. */
export interface AccountMovement {
  accountId: string;
  part: 'before' | 'within' | 'after';
  kind: string;
  /** Postings. */
  entries: number;
  amount: bigint;
}

const PARTS = ['before', 'within', 'after'] as const;

/**
 * All that has ever moved some accounts, by the days that are asked for, inclusive: the sums of what was summed up, and the
 * journals since, one by one. Ask within a snapshot.
 */
export async function movementsOf(
  statements: Statements,
  accountIds: readonly string[],
  days: { from: BusinessDate; to: BusinessDate },
): Promise<AccountMovement[]> {
  if (accountIds.length === 0) return [];
  const found = [
    ...(await summedUp(statements, accountIds, days)),
    ...(await notSummedUp(statements, WITHOUT_DEPOSIT, [], accountIds, days)),
  ];
  const ends = await endsOfSums(statements);
  for (const channelId of await channelsMoving(statements, accountIds)) {
    const end = ends.get(channelId)?.seq ?? 0n;
    const ofChannel = accountIds.filter(
      (id) => !isPayable(id) && (channelOfAccount(id) ?? channelId) === channelId,
    );
    found.push(...(await notSummedUp(statements, OF_DEPOSIT, [channelId, end], ofChannel, days)));
  }
  return together(found);
}

interface MovementRow {
  account_id: string;
  part: string | number;
  kind: string;
  entries: string | number;
  amount: string;
}

const PART = '(business_date >= ?) + (business_date > ?)';

function summedUp(
  statements: Statements,
  accountIds: readonly string[],
  { from, to }: { from: BusinessDate; to: BusinessDate },
): Promise<MovementRow[]> {
  return statements.rows<MovementRow>(
    `SELECT account_id, ${PART} AS part, kind, SUM(entries) AS entries, SUM(amount) AS amount FROM account_day
     WHERE account_id IN (?) GROUP BY account_id, part, kind`,
    [from, to, [...accountIds]],
  );
}

const OF_DEPOSIT = 'journal j WHERE j.channel_id = ? AND j.deposit_seq > ?';
const WITHOUT_DEPOSIT = `account_sum_journal q JOIN journal j ON j.subject_id = q.subject_id AND j.kind = q.kind
  WHERE q.sum_id IS NULL`;

function notSummedUp(
  statements: Statements,
  journals: string,
  values: readonly (string | bigint)[],
  accountIds: readonly string[],
  { from, to }: { from: BusinessDate; to: BusinessDate },
): Promise<MovementRow[]> {
  return statements.rows<MovementRow>(
    `SELECT p.account_id, ${PART} AS part, p.kind, COUNT(*) AS entries, SUM(p.amount) AS amount
     FROM (SELECT j.subject_id, j.kind, j.business_date FROM ${journals}) late
       JOIN posting p ON p.subject_id = late.subject_id AND p.kind = late.kind
     WHERE p.account_id IN (?) GROUP BY p.account_id, part, p.kind`,
    [from, to, ...values, [...accountIds]],
  );
}

/** The channels whose deposits' journals may move one of these accounts. */
async function channelsMoving(statements: Statements, accountIds: readonly string[]): Promise<string[]> {
  const others = accountIds.filter((id) => !isPayable(id));
  const owners = others.map(channelOfAccount);
  if (owners.every((owner) => owner !== undefined)) return [...new Set(owners)];
  const rows = await statements.rows<{ channel_id: string }>('SELECT channel_id FROM deposit');
  return rows.map(({ channel_id }) => channel_id);
}

function together(rows: readonly MovementRow[]): AccountMovement[] {
  const movements = new Map<string, AccountMovement>();
  for (const { account_id, part: number, kind, entries, amount } of rows) {
    const part = PARTS[Number(number)] ?? 'after';
    const key = `${account_id} ${part} ${kind}`;
    const one = movements.get(key) ?? { accountId: account_id, part, kind, entries: 0, amount: 0n };
    one.entries += Number(entries);
    one.amount += BigInt(amount);
    movements.set(key, one);
  }
  return [...movements.values()];
}
