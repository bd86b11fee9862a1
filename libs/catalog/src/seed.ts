import type { DataSource } from 'typeorm';
import { systemOf } from '#lib/audit';
import { rupiah, type Rupiah } from '#lib/kernel';
import type { SecretBox } from '#lib/platform';
import { applyCatalog } from './apply-catalog';
import type { CatalogFile } from './catalog-file';

/** What a channel starts with. */
export interface OpeningDeposit {
  channelId: string;
  topUp: Rupiah;
  creditLimit: Rupiah;
}

/** What the seed left for the ledger to do. */
export interface SeedResult {
  billerIds: string[];
  deposits: OpeningDeposit[];
  /** What prefunded billers start with. */
  floats: { billerId: string; opening: Rupiah }[];
}

/**
 * Writes the demo's billers, products, channels and prices; run again, it brings them back to the file.
 * @throws ConfigError naming file, line and key; SettingError when a secret is not in the environment.
 */
export async function seedCatalog(source: DataSource, path: string, box: SecretBox): Promise<SeedResult> {
  const { file } = await applyCatalog(source, path, box, { by: systemOf('seed'), isSeed: true });
  return openingsOf(file);
}

/** Which accounts a file's billers and channels need, and what each channel starts with. */
export function openingsOf({ billers, floats, channels }: CatalogFile): SeedResult {
  return {
    billerIds: Object.keys(billers),
    floats: Object.entries(floats).map(([billerId, { opening }]) => ({
      billerId,
      opening: rupiah(BigInt(opening)),
    })),
    deposits: Object.entries(channels).map(([channelId, { topUp, creditLimit }]) => ({
      channelId,
      topUp: rupiah(BigInt(topUp)),
      creditLimit: rupiah(BigInt(creditLimit)),
    })),
  };
}
