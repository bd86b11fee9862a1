import { existsSync, openSync, writeSync, closeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import {
  ANCHOR_FILE,
  AnchorsChanged,
  anchorFolder,
  checkAuditInvariants,
  listAudit,
  readAnchors,
  type AuditRow,
  type KnownPlace,
} from '#lib/audit';
import { addDays, endOfBusinessDate, JAKARTA_MIDNIGHT, wibText } from '#lib/kernel';
import { Database, setting, SettingError } from '#lib/platform';
import { auditCsv, type AuditExtract } from '#lib/reports';
import { withDatabase } from './database';
import { JSON_HELP, printJson, refuse, say } from './output';
import { counted, printTable } from './table';
import { businessDate } from './typed';

const ROWS_MAX = 200;

/** `simpul audit`: who did what, and whether that record is whole. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what, when and from where: docs/audit.md');
  addVerifyCommand(audit);
  addListCommand(audit);
}

/** What was kept outside the database; nothing where no worker has kept anything yet. @throws AnchorsChanged. */
export async function knownAnchors(folder?: string): Promise<KnownPlace[]> {
  const home = process.env['SIMPUL_HOME'];
  if (folder !== undefined && !existsSync(join(folder, ANCHOR_FILE)))
    throw new SettingError(`there is no ${join(folder, ANCHOR_FILE)}; the worker writes it once a day`);
  const place = folder ?? (home === undefined ? undefined : anchorFolder(home));
  return place === undefined ? [] : readAnchors(place);
}

function addVerifyCommand(audit: Command): void {
  audit
    .command('verify')
    .description(
      'walk the audit trail from its first row to its last and name the first one that is not as it was written; exit 1 when there is one',
    )
    .option('--anchors <folder>', `where a copy of ${ANCHOR_FILE} lies; left out: where the worker keeps it`)
    .option('--json', JSON_HELP)
    .action(async ({ anchors, json }: { anchors?: string; json?: boolean }) => {
      try {
        const known = await knownAnchors(anchors === undefined ? undefined : resolve(anchors));
        await verify(known, json);
      } catch (error) {
        if (!(error instanceof AnchorsChanged)) throw error;
        refuse(error.message, json);
      }
    });
}

async function verify(known: readonly KnownPlace[], json: boolean | undefined): Promise<void> {
  const database = new Database(setting('DATABASE_URL', 'the payment database'), {
    connectionsMax: 1,
    statementWithinMs: 300_000,
  });
  try {
    const { ok, checked, fault } = await database.snapshot((statements) =>
      checkAuditInvariants(statements, known),
    );
    if (fault) return refuse(`audit row ${fault.seq}: ${fault.kind}; ${fault.detail}`, json, {});
    const held =
      known.length === 0 ? 'no anchor outside the database yet' : `${counted(known.length, 'anchor')} kept`;
    say(
      `the audit trail is whole: ${counted(checked, 'row')}, ${held}`,
      { ok, checked, anchors: known.length },
      json,
    );
  } finally {
    await database.close();
  }
}

interface ListOptions {
  as?: string;
  action?: string;
  kind?: string;
  object?: string;
  from?: string;
  to?: string;
  before?: bigint;
  csv?: string;
  json?: boolean;
}

function addListCommand(audit: Command): void {
  audit
    .command('list')
    .description(`what was done, the newest first, ${ROWS_MAX} rows at a time`)
    .option('--as <user>', 'by whom: an e-mail address, operator:<account> or system:<job>')
    .option('--action <action>', 'for example approved')
    .option('--kind <kind>', 'on what kind of thing, for example payout')
    .option('--object <id>', 'on what, for example STL-LPB01-0714')
    .option('--from <date>', 'first day, for example 2026-07-14', businessDate)
    .option('--to <date>', 'last day', businessDate)
    .option('--before <row>', 'go on before this row: the last one that was shown', rowNumber)
    .option('--csv <file>', 'all of it into a file instead')
    .option('--json', JSON_HELP)
    .action(async (options: ListOptions) => {
      const { csv, json } = options;
      const query = queryOf(options);
      if (csv !== undefined) {
        const written = await withDatabase((database) => writeCsv(database, query, resolve(csv)));
        return say(`${csv}: ${counted(written, 'row')}`, { file: csv, rows: written }, json);
      }
      const rows = await withDatabase((database) => listAudit(database, { ...query, rowsMax: ROWS_MAX }));
      const next = rows.length === ROWS_MAX ? (rows.at(-1)?.seq ?? null) : null;
      if (json) printJson({ ok: true, rows: rows.map(presented), next });
      else print(rows, next);
    });
}

function queryOf({ as, action, kind, object, from, to, before }: ListOptions): AuditExtract {
  return {
    by: as?.trim().toLowerCase(),
    action,
    objectKind: kind,
    objectId: object,
    from: from === undefined ? undefined : endOfBusinessDate(addDays(from, -1), JAKARTA_MIDNIGHT),
    to: to === undefined ? undefined : endOfBusinessDate(to, JAKARTA_MIDNIGHT),
    before,
  };
}

async function writeCsv(database: Database, query: AuditExtract, path: string): Promise<number> {
  const file = openSync(path, 'w');
  try {
    let written = 0;
    for await (const { text, rows } of auditCsv(database, query)) {
      writeSync(file, text);
      written += rows;
    }
    return written;
  } finally {
    closeSync(file);
  }
}

function presented({ changes, previousHash, hash, ...row }: AuditRow) {
  return {
    ...row,
    changes: JSON.parse(changes) as unknown,
    previousHash: previousHash.toString('hex'),
    hash: hash.toString('hex'),
  };
}

function print(rows: readonly AuditRow[], next: bigint | null): void {
  printTable(
    ['row', 'written at', 'by', 'role', 'action', 'kind', 'object', 'approval', 'from'],
    rows.map((row) => [
      row.seq.toString(),
      wibText(row.writtenAt),
      row.by,
      row.role,
      row.action,
      row.objectKind,
      row.objectId,
      row.approvalId ?? '',
      `${row.authenticated} ${row.source}`,
    ]),
  );
  if (rows.length === 0) console.log('nothing like that was done');
  if (next !== null) console.log(`there is more: --before ${next}`);
}

function rowNumber(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new InvalidArgumentError('It must be the number of a row.');
  return BigInt(text);
}
