import { billerOfFloat, type InvariantVerdict } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/** What one float's postings sum to, by what moved it. */
interface Float {
  total: bigint;
  captured: bigint;
  givenBack: bigint;
  adjustedDown: bigint;
}

/**
 * I17: each float is what was paid in, less what payments drew, plus what came back, as adjusted; its cached balance
 * says the same; and payments never drew more than was there, but for what an adjustment took out.
 */
export async function checkFloatInvariants(statements: Statements): Promise<InvariantVerdict> {
  const { floats, checked } = await readFloats(statements);
  const drawn = await sums(
    statements,
    'SELECT biller_id, SUM(amount) AS total FROM payment_leg ' +
      "WHERE draws_float = 1 AND state IN ('PAID', 'REVERSED') GROUP BY biller_id",
  );
  const reversed = await sums(
    statements,
    'SELECT biller_id, SUM(amount) AS total FROM payment_leg ' +
      "WHERE draws_float = 1 AND state = 'REVERSED' GROUP BY biller_id",
  );
  const cached = await sums(
    statements,
    'SELECT biller_id, SUM(amount) AS total FROM (SELECT biller_id, balance AS amount FROM float_balance ' +
      'UNION ALL SELECT biller_id, amount FROM float_change) moved GROUP BY biller_id',
  );
  const billerIds = [...new Set([...floats.keys(), ...drawn.keys(), ...cached.keys()])].sort();
  const findings = billerIds.flatMap((billerId) => {
    const finding = findingIn(billerId, floats.get(billerId) ?? EMPTY, {
      drawn: drawn.get(billerId) ?? 0n,
      reversed: reversed.get(billerId) ?? 0n,
      cached: cached.get(billerId) ?? 0n,
    });
    return finding === undefined ? [] : [{ billerId, finding }];
  });
  return {
    id: 'I17',
    ok: findings.length === 0,
    checked,
    firstCounterExample: findings[0]?.finding ?? null,
    ...(findings.length > 0 && { stops: findings.map(({ billerId }) => `biller:${billerId}` as const) }),
  };
}

const EMPTY: Float = { total: 0n, captured: 0n, givenBack: 0n, adjustedDown: 0n };

function findingIn(
  billerId: string,
  { total, captured, givenBack, adjustedDown }: Float,
  { drawn, reversed, cached }: { drawn: bigint; reversed: bigint; cached: bigint },
): string | undefined {
  if (captured !== drawn)
    return `the float of ${billerId} was charged ${captured}, its payments drew ${drawn}`;
  if (givenBack !== reversed)
    return `the float of ${billerId} was given back ${givenBack}, its reversed payments came to ${reversed}`;
  if (total !== cached)
    return `the float of ${billerId} is ${total} by its postings, its balance says ${cached}`;
  if (total + adjustedDown < 0n) return `the float of ${billerId} is ${total}: more was drawn than was there`;
  return undefined;
}

async function readFloats(
  statements: Statements,
): Promise<{ floats: ReadonlyMap<string, Float>; checked: number }> {
  const rows = await statements.rows<{
    account_id: string;
    kind: string;
    total: string;
    downwards: string;
    postings: string | number;
  }>(
    'SELECT account_id, kind, SUM(amount) AS total, SUM(LEAST(amount, 0)) AS downwards, COUNT(*) AS postings ' +
      "FROM posting WHERE account_id LIKE 'biller:%:float' GROUP BY account_id, kind",
  );
  const floats = new Map<string, Float>();
  let checked = 0;
  for (const { account_id, kind, total, downwards, postings } of rows) {
    const billerId = billerOfFloat(account_id) ?? account_id;
    const float = floats.get(billerId) ?? { ...EMPTY };
    float.total += BigInt(total);
    if (kind === 'capture') float.captured -= BigInt(total);
    if (kind === 'reversal') float.givenBack += BigInt(total);
    if (kind === 'float_adjustment') float.adjustedDown -= BigInt(downwards);
    floats.set(billerId, float);
    checked += Number(postings);
  }
  return { floats, checked };
}

async function sums(statements: Statements, sql: string): Promise<ReadonlyMap<string, bigint>> {
  const rows = await statements.rows<{ biller_id: string; total: string }>(sql);
  return new Map(rows.map(({ biller_id, total }) => [biller_id, BigInt(total)]));
}
