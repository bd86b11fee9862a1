import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { rupiah, rupiahFromText, type Rupiah } from '#lib/kernel';
import { readConfigFile, setting, type SecretBox } from '#lib/platform';
import { credentialPlace, secretPlace } from './catalog';
import { Biller, Channel, ChannelCredential, Price, Product } from './entities';

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case words joined by dashes');
const Amount = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'whole rupiah as a string of digits');
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:mm');

/** The demo catalog's grammar: fixtures/demo/catalog.yaml. */
const SeedShape = z.strictObject({
  billers: z.record(Id, z.strictObject({ name: z.string() })),
  products: z.record(
    Id,
    z.strictObject({
      name: z.string(),
      biller: Id,
      billerProduct: z.string(),
      source: z.string().regex(/^[A-Z0-9]+$/),
      amountType: z.enum(['CLOSED', 'DENOM']),
      denominations: z.array(Amount).optional(),
      customerNumber: z.strictObject({ pattern: z.string(), example: z.string() }),
      adminPer: z.enum(['bill', 'payment']),
      offerValidSeconds: z.int().positive(),
      oneBillAtATime: z.boolean(),
      /** Only where the biller takes reversals too. */
      reversible: z.boolean().default(false),
      requiredReceiptFields: z.array(z.string()).default([]),
      hours: z.strictObject({ open: Time, close: Time }).nullable(),
      timeZone: z.string(),
      /** The name of a file in config/receipts. */
      receipt: Id,
    }),
  ),
  channels: z.record(
    Id,
    z.strictObject({
      name: z.string(),
      protocol: z.string(),
      /** The name of a file in config/channels. */
      profile: Id,
      commissionMode: z.enum(['immediate', 'settled']),
      /** Names of environment variables; left out where the protocol signs with no shared secret. */
      secret: z.string().optional(),
      secondSecret: z.string().optional(),
      /** What the protocol needs beyond those: names of environment variables, by the protocol's own names. */
      credentials: z.record(z.string().regex(/^[a-zA-Z]+$/, 'letters only'), z.string()).default({}),
      topUp: Amount,
      creditLimit: Amount,
      requestsPerSecond: z.int().positive().optional(),
      prices: z.record(Id, z.strictObject({ adminFee: Amount, billerFee: Amount, commission: Amount })),
    }),
  ),
});

/** What refers to nothing would be left out of the catalog in silence. */
const Seed = SeedShape.superRefine(({ billers, products, channels }, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [productId, { biller }] of Object.entries(products))
    if (!Object.hasOwn(billers, biller))
      refuse(['products', productId, 'biller'], `there is no biller ${biller} here`);
  for (const [channelId, { prices }] of Object.entries(channels))
    for (const productId of Object.keys(prices))
      if (!Object.hasOwn(products, productId))
        refuse(['channels', channelId, 'prices', productId], `there is no product ${productId} here`);
});

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
}

/**
 * Writes the demo's billers, products, channels and prices; run again, it brings them back to the file.
 * @throws ConfigError naming file, line and key; SettingError when a secret is not in the environment.
 */
export async function seedCatalog(source: DataSource, file: string, box: SecretBox): Promise<SeedResult> {
  const seed = readConfigFile(file, Seed);
  await source.transaction(async (manager) => {
    for (const [billerId, { name }] of Object.entries(seed.billers))
      await manager.save(Biller, { billerId, name });
    for (const [productId, product] of Object.entries(seed.products)) {
      const { biller, customerNumber, hours, receipt, denominations, reversible, ...same } = product;
      await manager.save(Product, {
        ...same,
        productId,
        billerId: biller,
        denominations: denominations ?? null,
        isReversible: reversible,
        customerNumberPattern: customerNumber.pattern,
        customerNumberExample: customerNumber.example,
        opensAt: hours?.open ?? null,
        closesAt: hours?.close ?? null,
        receipt,
        receiptLines: [],
      });
    }
    for (const [channelId, channel] of Object.entries(seed.channels)) {
      const sealed = (name: string | undefined, column: 'secret' | 'second_secret') =>
        name === undefined
          ? null
          : box.seal(setting(name, `the ${column} of channel ${channelId}`), secretPlace(channelId, column));
      await manager.save(Channel, {
        channelId,
        name: channel.name,
        protocol: channel.protocol,
        profile: channel.profile,
        commissionMode: channel.commissionMode,
        secret: sealed(channel.secret, 'secret'),
        secondSecret: sealed(channel.secondSecret, 'second_secret'),
        allowedIps: null,
        requestsPerSecond: channel.requestsPerSecond ?? null,
        isActive: true,
      });
      for (const [name, variable] of Object.entries(channel.credentials))
        await manager.save(ChannelCredential, {
          channelId,
          name,
          value: box.seal(
            setting(variable, `the ${name} of channel ${channelId}`),
            credentialPlace(channelId, name),
          ),
        });
      for (const [productId, price] of Object.entries(channel.prices))
        await manager.save(Price, {
          channelId,
          productId,
          adminFee: rupiahFromText(price.adminFee),
          billerFee: rupiahFromText(price.billerFee),
          commission: rupiahFromText(price.commission),
        });
    }
  });
  return {
    billerIds: Object.keys(seed.billers),
    deposits: Object.entries(seed.channels).map(([channelId, { topUp, creditLimit }]) => ({
      channelId,
      topUp: rupiah(BigInt(topUp)),
      creditLimit: rupiah(BigInt(creditLimit)),
    })),
  };
}
