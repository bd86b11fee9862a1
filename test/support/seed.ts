import { join } from 'node:path';
import { catalogSource, seedCatalog } from '#lib/catalog';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS, SingleWriter, topUpDeposit } from '#lib/ledger';
import type { SecretBox } from '#lib/platform';
import type { TestDatabase } from './database';

const SEED = join(__dirname, '..', '..', 'fixtures', 'demo', 'catalog.yaml');
const CHANNELS = ['ppob-nusantara', 'warung-kecil', 'simpul-story'];

/** The institution codes that banks on ISO 8583 go by. */
export const INSTITUTION_CODES: Readonly<Record<string, string>> = {
  'bank-merdeka': '4510017',
  'bank-cerita': '9990017',
};

/** The secret under which a channel signs in tests, or the second one that is valid beside it. */
export function channelSecret(channelId: string, which: 'SECRET' | 'SECOND_SECRET' = 'SECRET'): string {
  return `test-${constantCase(channelId)}-${which}`;
}

/** Writes the demo's catalog into a fresh schema, opens its accounts and books every opening deposit. */
export async function seedDemo(store: TestDatabase, box: SecretBox, at: Date): Promise<void> {
  for (const channelId of CHANNELS)
    for (const which of ['SECRET', 'SECOND_SECRET'] as const)
      process.env[`CHANNEL_${constantCase(channelId)}_${which}`] = channelSecret(channelId, which);
  for (const [channelId, code] of Object.entries(INSTITUTION_CODES))
    process.env[`CHANNEL_${constantCase(channelId)}_INSTITUTION_CODE`] = code;
  const source = await catalogSource(store.migrationUrl).initialize();
  const seeded = await seedCatalog(source, SEED, box);
  await source.destroy();
  const accounts = [
    ...OWN_ACCOUNTS,
    ...seeded.billerIds.flatMap(accountsOfBiller),
    ...seeded.deposits.flatMap(({ channelId }) => accountsOfChannel(channelId)),
  ];
  await store.admin.run('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
    accounts.map(({ accountId, normalSide }) => [accountId, normalSide, at]),
  ]);
  const writer = new SingleWriter(store.admin);
  for (const { channelId, topUp } of seeded.deposits) {
    await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [channelId]);
    await topUpDeposit(writer, {
      topUpId: `opening:${channelId}`,
      channelId,
      amount: topUp,
      businessDate: businessDateOf(at, JAKARTA_MIDNIGHT),
      at,
    });
  }
}

function constantCase(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
