import { recordAudit } from '#lib/audit';
import type { SeedResult } from '#lib/catalog';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS } from '#lib/ledger';
import { isProduction, setting, SettingError, type Database } from '#lib/platform';
import { operator } from './by-hand';

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
  database: Database,
  { billerIds, deposits }: SeedResult,
  now: Date,
): Promise<void> {
  const accounts = [
    ...OWN_ACCOUNTS,
    ...billerIds.flatMap(accountsOfBiller),
    ...deposits.flatMap(({ channelId }) => accountsOfChannel(channelId)),
  ];
  await database.transaction(async (tx) => {
    await tx.run('INSERT IGNORE INTO account (account_id, normal_side, opened_at) VALUES ?', [
      accounts.map(({ accountId, normalSide }) => [accountId, normalSide, now]),
    ]);
    for (const { channelId, creditLimit } of deposits) {
      const opened = await tx.run('INSERT IGNORE INTO deposit (channel_id, credit_limit) VALUES (?, ?)', [
        channelId,
        creditLimit,
      ]);
      const object = { kind: 'deposit', id: channelId };
      if (opened === 1)
        recordAudit(tx, { by: operator(), action: 'opened', object, at: now, after: { creditLimit } });
    }
  });
}
