import type { Statements } from '#lib/platform';

/** What other processes may still form of a biller's payments, and what they have formed since their last look. */
export interface OthersClaims {
  amount: bigint;
  /** How many processes. */
  count: number;
}

/** The claims that others hold now, by biller. */
export async function claimsOfOthers(
  statements: Statements,
  billerIds: string[],
  owner: string,
): Promise<ReadonlyMap<string, OthersClaims>> {
  const rows = await statements.rows<{ biller_id: string; total: string; owners: string | number }>(
    'SELECT biller_id, SUM(amount) AS total, COUNT(*) AS owners FROM float_claim ' +
      'WHERE biller_id IN (?) AND owner <> ? AND until > UTC_TIMESTAMP(3) GROUP BY biller_id',
    [billerIds, owner],
  );
  return new Map(
    rows.map(({ biller_id, total, owners }) => [biller_id, { amount: BigInt(total), count: Number(owners) }]),
  );
}

/** Makes claims known to all. @param forMs how long, by the server's clock. */
export async function keepClaims(
  statements: Statements,
  owner: string,
  claims: ReadonlyMap<string, bigint>,
  forMs: number,
): Promise<void> {
  for (const [billerId, amount] of claims)
    await statements.run(
      'INSERT INTO float_claim (biller_id, owner, amount, until) ' +
        'VALUES (?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND) ' +
        'ON DUPLICATE KEY UPDATE amount = VALUES(amount), until = VALUES(until)',
      [billerId, owner, amount, forMs * 1_000],
    );
}

/** Takes away one's own claims, and those of processes that are long gone. */
export async function dropClaims(statements: Statements, owner: string): Promise<void> {
  await statements.run('DELETE FROM float_claim WHERE owner = ? OR until <= UTC_TIMESTAMP(3)', [owner]);
}
