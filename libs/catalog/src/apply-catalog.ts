import type { DataSource, EntityManager, ObjectLiteral } from 'typeorm';
import { recordAudit, systemOf } from '#lib/audit';
import { ConfigError, setting, type SecretBox, type Transaction } from '#lib/platform';
import { credentialPlace, secretPlace } from './catalog';
import { readCatalogFile, type CatalogFile, type Known } from './catalog-file';
import { rowsOf, type Wanted } from './catalog-rows';
import { Biller, Calendar, Channel, ChannelCredential, FeeScheme, NumberPrefix, Product } from './entities';
import { inTransaction } from './manager-transaction';

/** One row that a file changes, in words for people. */
export interface CatalogChange {
  kind: 'add' | 'change' | 'remove';
  /** What it is a row of, for example `product`. */
  table: string;
  /** Its key, for example `ppob-nusantara pln-postpaid`, with the instant from which it counts where that is one. */
  key: string;
  /** What of it changes; of a new row, what it says. Secrets say only that they change. */
  columns: { name: string; from: string | null; to: string | null }[];
}

/** What a file did, or would do. */
export interface Applied {
  file: CatalogFile;
  changes: CatalogChange[];
}

/**
 * Brings the tables to a file, in one transaction: what the file names becomes what the file says, everything else stays.
 * Run again, it changes nothing.
 * @param how `dryRun`: only says what it would do. `by`, `at`: for the audit trail.
 * @throws ConfigError naming file, line and key for every mistake, or SettingError for a secret that is not in the
 * environment: then nothing is changed.
 */
export async function applyCatalog(
  source: DataSource,
  path: string,
  box: SecretBox,
  { dryRun = false, ...deed }: { dryRun?: boolean } & Partial<CatalogDeed> = {},
): Promise<Applied> {
  return inTransaction(source, async (manager, tx) => {
    const file = readCatalogFile(path, await knownIn(manager));
    const changes: CatalogChange[] = [];
    for (const wanted of rowsOf(file)) changes.push(...(await bring(manager, wanted, dryRun)));
    changes.push(...(await bringChannels(manager, file, box, dryRun)));
    if (!dryRun)
      tellChanges(tx, changes, { by: systemOf('catalog'), at: new Date(), isSeed: false, ...deed });
    return { file, changes };
  });
}

/** Who brings a file, for the audit trail. */
export interface CatalogDeed {
  by: string;
  at: Date;
  /** Of the first day: one row tells of all of it. */
  isSeed: boolean;
}

const ACTIONS = { add: 'added', change: 'changed', remove: 'removed' } as const;

/** Tells the audit trail each row that was changed, from what to what. */
function tellChanges(
  tx: Transaction,
  changes: readonly CatalogChange[],
  { by, at, isSeed }: CatalogDeed,
): void {
  if (isSeed && changes.length > 0) {
    const rows: Record<string, number> = {};
    for (const { table } of changes) rows[table] = (rows[table] ?? 0) + 1;
    recordAudit(tx, { by, action: 'seeded', object: { kind: 'catalog', id: 'demo' }, at, after: { rows } });
    return;
  }
  for (const { kind, table, key, columns } of changes)
    recordAudit(tx, {
      by,
      action: ACTIONS[kind],
      object: { kind: table, id: key },
      at,
      before: kind === 'add' ? undefined : Object.fromEntries(columns.map(({ name, from }) => [name, from])),
      after: kind === 'remove' ? undefined : Object.fromEntries(columns.map(({ name, to }) => [name, to])),
    });
}

/** What is in the tables already. */
async function knownIn(manager: EntityManager): Promise<Known> {
  const products = await manager.find(Product);
  const ids = <T>(rows: readonly T[], idOf: (row: T) => string) => new Set(rows.map(idOf));
  return {
    billers: ids(await manager.find(Biller), ({ billerId }) => billerId),
    products: ids(products, ({ productId }) => productId),
    calendars: ids(await manager.find(Calendar), ({ calendarId }) => calendarId),
    feeSchemes: ids(await manager.find(FeeScheme), ({ feeSchemeId }) => feeSchemeId),
    operators: ids(await manager.find(NumberPrefix), ({ operator }) => operator),
    priceGroups: new Set(products.flatMap(({ priceGroup }) => priceGroup ?? [])),
  };
}

const ROWS_AT_ONCE = 500;

async function bring(
  manager: EntityManager,
  { table, rows, speaksFor }: Wanted,
  dryRun: boolean,
): Promise<CatalogChange[]> {
  const { columns, primaryColumns, tableName } = manager.connection.getMetadata(table);
  const names = columns.map(({ propertyName }) => propertyName);
  // What a row is of comes first, since when it holds comes last.
  const keyNames = primaryColumns
    .map(({ propertyName }) => propertyName)
    .sort((one, other) => Number(one === 'validFrom') - Number(other === 'validFrom'));
  const keyOf = (row: ObjectLiteral) => keyNames.map((name) => keyText(row[name])).join(' ');
  const there = new Map((await manager.find(table)).filter(speaksFor).map((row) => [keyOf(row), row]));
  const seen = new Set<string>();
  const added: ObjectLiteral[] = [];
  const changes: CatalogChange[] = [];
  for (const row of rows as ObjectLiteral[]) {
    const key = keyOf(row);
    if (seen.has(key)) throw new ConfigError(`${tableName} ${key} stands twice in the file`);
    seen.add(key);
    const before = there.get(key) as ObjectLiteral | undefined;
    const differing = names
      .filter((name) => text(before?.[name]) !== text(row[name]))
      .map((name) => ({ name, from: text(before?.[name]), to: text(row[name]) }));
    if (differing.length === 0) continue;
    changes.push({ kind: before ? 'change' : 'add', table: tableName, key, columns: differing });
    if (!before) added.push(row);
    else if (!dryRun)
      await manager.update(
        table,
        Object.fromEntries(keyNames.map((name) => [name, row[name]])),
        Object.fromEntries(differing.map(({ name }) => [name, row[name]])),
      );
  }
  for (const [key, row] of there) {
    if (seen.has(key)) continue;
    changes.push({ kind: 'remove', table: tableName, key, columns: [] });
    if (!dryRun)
      await manager.delete(
        table,
        Object.fromEntries(keyNames.map((name) => [name, (row as ObjectLiteral)[name]])),
      );
  }
  if (!dryRun)
    for (let at = 0; at < added.length; at += ROWS_AT_ONCE)
      await manager.insert(table, added.slice(at, at + ROWS_AT_ONCE));
  return changes;
}

/** A value in words: amounts and instants as texts, lists as JSON. */
function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  return JSON.stringify(value, (_, inner: unknown) => inOneOrder(inner));
}

/** Members of an object in the order of their names: their order means nothing. */
function inOneOrder(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function keyText(value: unknown): string {
  return value instanceof Date ? value.toISOString().replace(/T00:00:00\.000Z$/, '') : String(value);
}

/** Channels carry secrets: sealed anew each time, so they are compared opened, and never shown. */
async function bringChannels(
  manager: EntityManager,
  { channels }: CatalogFile,
  box: SecretBox,
  dryRun: boolean,
): Promise<CatalogChange[]> {
  const changes: CatalogChange[] = [];
  for (const [channelId, entry] of Object.entries(channels)) {
    const before = await manager.findOneBy(Channel, { channelId });
    const isSilent =
      entry.secret === undefined &&
      entry.secondSecret === undefined &&
      Object.keys(entry.credentials).length === 0;
    const secretOf = (column: 'secret' | 'secondSecret'): Buffer | null => {
      const place = secretPlace(channelId, column === 'secret' ? 'secret' : 'second_secret');
      const sealed = before?.[column] ?? null;
      const variable = entry[column];
      if (variable === undefined) return isSilent ? sealed : null;
      const value = setting(variable, `the ${column} of channel ${channelId}`);
      return sealed && opens(box, sealed, place) === value ? sealed : box.seal(value, place);
    };
    const row: Channel = {
      channelId,
      name: entry.name,
      protocol: entry.protocol,
      profile: entry.profile,
      commissionMode: entry.commissionMode,
      secret: secretOf('secret'),
      secondSecret: secretOf('secondSecret'),
      allowedIps: before?.allowedIps ?? null,
      requestsPerSecond: entry.requestsPerSecond ?? null,
      outlets: entry.outlets,
      isActive: entry.active,
    };
    const names = Object.keys(row) as (keyof Channel)[];
    const differing = names
      .filter((name) => plain(before?.[name]) !== plain(row[name]))
      .map((name) => ({ name, from: shown(before?.[name]), to: shown(row[name]) }));
    if (differing.length > 0) {
      changes.push({ kind: before ? 'change' : 'add', table: 'channel', key: channelId, columns: differing });
      if (!dryRun) await manager.save(Channel, row);
    }
    for (const [name, variable] of Object.entries(entry.credentials))
      changes.push(...(await bringCredential(manager, { channelId, name, variable }, box, dryRun)));
  }
  return changes;
}

async function bringCredential(
  manager: EntityManager,
  { channelId, name, variable }: { channelId: string; name: string; variable: string },
  box: SecretBox,
  dryRun: boolean,
): Promise<CatalogChange[]> {
  const value = setting(variable, `the ${name} of channel ${channelId}`);
  const place = credentialPlace(channelId, name);
  const before = await manager.findOneBy(ChannelCredential, { channelId, name });
  if (before && opens(box, before.value, place) === value) return [];
  if (!dryRun) await manager.save(ChannelCredential, { channelId, name, value: box.seal(value, place) });
  const columns = [{ name: 'value', from: before ? 'sealed' : null, to: 'sealed anew' }];
  const kind = before ? 'change' : 'add';
  return [{ kind, table: 'channel_credential', key: `${channelId} ${name}`, columns }];
}

/** What a sealed value says; undefined under another data key: then it is sealed anew. */
function opens(box: SecretBox, sealed: Buffer, place: string): string | undefined {
  try {
    return box.open(sealed, place);
  } catch {
    return undefined;
  }
}

function plain(value: unknown): string | null {
  return Buffer.isBuffer(value) ? value.toString('hex') : text(value);
}

function shown(value: unknown): string | null {
  return Buffer.isBuffer(value) ? 'sealed' : text(value);
}
