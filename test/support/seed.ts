import { join } from 'node:path';
import { catalogSource, seedCatalog } from '#lib/catalog';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS, SingleWriter, topUpDeposit } from '#lib/ledger';
import { topUpFloat } from '#lib/floats';
import type { SecretBox } from '#lib/platform';
import { openAtAnyHour } from './catalog-changes';
import type { TestDatabase } from './database';
import { rsaPair } from './rsa-pair';

const SEED = join(__dirname, '..', '..', 'fixtures', 'demo', 'catalog.yaml');
export const CHANNELS = ['ppob-nusantara', 'warung-kecil', 'simpul-story', 'bank-nusa'];

/** What a bank of the tests goes by, and its key pair, made once for each test process. */
export const SNAP_BANK = {
  channelId: 'bank-nusa',
  clientKey: 'client-bank-nusa',
  partnerId: 'BANKNUSA',
  channel: '95231',
  companyCode: '88899',
  ...rsaPair(0),
};

/** The institution codes that banks on ISO 8583 go by. */
export const INSTITUTION_CODES: Readonly<Record<string, string>> = {
  'bank-merdeka': '4510017',
  'bank-cerita': '9990017',
};

/** The secret under which a channel signs in tests, or the second one that is valid beside it. */
export function channelSecret(channelId: string, which: 'SECRET' | 'SECOND_SECRET' = 'SECRET'): string {
  return `test-${constantCase(channelId)}-${which}`;
}

/**
 * Writes the demo's catalog into a fresh schema, opens its accounts and books every opening deposit.
 * @param hours whether what is closed at some hours is sold at any: then no test depends on when it runs.
 */
export async function seedDemo(
  store: TestDatabase,
  box: SecretBox,
  at: Date,
  hours: 'as in the demo' | 'at any hour' = 'at any hour',
): Promise<void> {
  for (const channelId of CHANNELS)
    for (const which of ['SECRET', 'SECOND_SECRET'] as const)
      process.env[`CHANNEL_${constantCase(channelId)}_${which}`] = channelSecret(channelId, which);
  setSnapCredentials();
  for (const [channelId, code] of Object.entries(INSTITUTION_CODES))
    process.env[`CHANNEL_${constantCase(channelId)}_INSTITUTION_CODE`] = code;
  const source = await catalogSource(store.migrationUrl).initialize();
  const seeded = await seedCatalog(source, SEED, box);
  await source.destroy();
  if (hours === 'at any hour') await openAtAnyHour(store);
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
  for (const { billerId, opening } of seeded.floats)
    await topUpFloat(
      { writer, statements: store.admin },
      { reference: `opening:${billerId}`, billerId, amount: opening, at },
    );
}

/** What the seed reads of the SNAP channel, besides its secret. */
export function setSnapCredentials(): void {
  const { clientKey, publicKey, partnerId, channel, companyCode } = SNAP_BANK;
  Object.assign(process.env, {
    CHANNEL_BANK_NUSA_CLIENT_KEY: clientKey,
    CHANNEL_BANK_NUSA_PUBLIC_KEY: publicKey,
    CHANNEL_BANK_NUSA_PARTNER_ID: partnerId,
    CHANNEL_BANK_NUSA_CHANNEL_ID: channel,
    CHANNEL_BANK_NUSA_COMPANY_CODES: companyCode,
  });
}

function constantCase(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
