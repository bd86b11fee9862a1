import type { SeedResult } from '#lib/catalog';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS } from '#lib/ledger';
import { isProduction, setting, SettingError, type Statements } from '#lib/platform';

/** The account of the database that may change its schema and what is sold. */
export function migrationUrl(): string {
  const url = process.env.DATABASE_MIGRATION_URL;
  if (url) return url;
  if (isProduction())
    throw new SettingError('DATABASE_MIGRATION_URL is missing: migrations use an account of their own');
  return setting('DATABASE_URL', 'the payment database');
}

/** Opens what accounts and deposits are missing; those that are there stay as they are. */
export async function openAccounts(
  statements: Statements,
  { billerIds, deposits }: SeedResult,
  now: Date,
): Promise<void> {
  const accounts = [
    ...OWN_ACCOUNTS,
    ...billerIds.flatMap(accountsOfBiller),
    ...deposits.flatMap(({ channelId }) => accountsOfChannel(channelId)),
  ];
  await statements.run('INSERT IGNORE INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, now]),
  ]);
  for (const { channelId, creditLimit } of deposits)
    await statements.run('INSERT IGNORE INTO deposit (channel_id, credit_limit) VALUES (?, ?)', [
      channelId,
      creditLimit,
    ]);
}
