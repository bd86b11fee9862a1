import type { Statements } from './database';
import { isProduction, SettingError } from './environment';

/** What was written there stays as it was written; the application's account may add and read, and nothing else. */
const HISTORY = [
  'journal',
  'posting',
  'payment_event',
  'payment_evidence',
  'payment_stop',
  'payment_stop_release',
  'approval_event',
  'audit',
  'audit_anchor',
  'break_event',
  'break_rule_run',
];

const CHANGES = ['UPDATE', 'DELETE', 'DELETE HISTORY'];
const DDL = [
  'CREATE',
  'ALTER',
  'DROP',
  'INDEX',
  'TRIGGER',
  'CREATE VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
];

/**
 * Refuses a server on which an acknowledged payment could be lost, an amount silently cut or half a unit of work
 * committed, and in production an account that could change history or the schema.
 * With `innodb_flush_log_at_trx_commit=0` a killed server loses commits it has already acknowledged.
 * @throws SettingError naming each wrong variable, its value and the right one.
 */
export async function checkDatabase(statements: Statements): Promise<void> {
  const wrong = [
    ...wrongVariables(await variables(statements, 'GLOBAL'), await variables(statements, 'SESSION')),
    ...(await wrongTables(statements)),
  ];
  const tooWide = await tooWideRights(statements);
  if (tooWide !== null) wrong.push(tooWide);
  if (wrong.length > 0) throw new SettingError(`the database is not safe for money: ${wrong.join('; ')}`);
}

type Variables = ReadonlyMap<string, string>;

const READ = [
  'innodb_flush_log_at_trx_commit',
  'innodb_rollback_on_timeout',
  'innodb_doublewrite',
  'log_bin',
  'sync_binlog',
  'sql_mode',
  'time_zone',
  'default_storage_engine',
  // The one name or the other, by the server's version.
  'transaction_isolation',
  'tx_isolation',
  'autocommit',
  'wsrep_on',
  'wsrep_sync_wait',
];

/** One variable's rule: where it is read, when it is right, and the right value as an operator writes it. */
interface Rule {
  of: 'GLOBAL' | 'SESSION';
  names: readonly string[];
  isRight: (value: string, all: Variables) => boolean;
  right: string;
  /** Servers without the variable have nothing to set. */
  mayBeAbsent?: true;
}

const isOn = (value: string) => /^(on|1)$/i.test(value);

const RULES: readonly Rule[] = [
  { of: 'GLOBAL', names: ['innodb_flush_log_at_trx_commit'], isRight: (value) => value === '1', right: '1' },
  { of: 'GLOBAL', names: ['innodb_rollback_on_timeout'], isRight: isOn, right: 'ON' },
  {
    of: 'GLOBAL',
    names: ['innodb_doublewrite'],
    isRight: (value) => !/^(off|0)$/i.test(value),
    right: 'ON',
    mayBeAbsent: true,
  },
  {
    of: 'GLOBAL',
    names: ['sync_binlog'],
    isRight: (value, all) => !isOn(all.get('log_bin') ?? 'OFF') || value === '1',
    right: '1 while log_bin is on',
    mayBeAbsent: true,
  },
  {
    of: 'SESSION',
    names: ['sql_mode'],
    isRight: (value) => /STRICT_(ALL|TRANS)_TABLES/.test(value),
    right: 'strict',
  },
  { of: 'SESSION', names: ['time_zone'], isRight: (value) => value === '+00:00', right: '+00:00' },
  {
    of: 'SESSION',
    names: ['transaction_isolation', 'tx_isolation'],
    isRight: (value) => value === 'READ-COMMITTED',
    right: 'READ-COMMITTED',
  },
  { of: 'SESSION', names: ['autocommit'], isRight: isOn, right: 'ON' },
  {
    of: 'GLOBAL',
    names: ['default_storage_engine'],
    isRight: (value) => value.toLowerCase() === 'innodb',
    right: 'InnoDB',
  },
  // A cluster's node answers from what it has received so far, unless it is told to wait for the rest.
  {
    of: 'SESSION',
    names: ['wsrep_sync_wait'],
    isRight: (value, all) => !isOn(all.get('wsrep_on') ?? 'OFF') || (Number(value) & 1) === 1,
    right: '1 while wsrep_on is on',
    mayBeAbsent: true,
  },
];

function wrongVariables(global: Variables, session: Variables): string[] {
  return RULES.flatMap(({ of, names, isRight, right, mayBeAbsent }) => {
    const all = of === 'GLOBAL' ? global : session;
    const name = names.find((one) => all.has(one)) ?? names[0] ?? '';
    const value = all.get(name);
    if (value === undefined) return mayBeAbsent ? [] : [`${name} cannot be read, must be ${right}`];
    return isRight(value, all) ? [] : [`${name} is ${value}, must be ${right}`];
  });
}

async function variables(statements: Statements, of: 'GLOBAL' | 'SESSION'): Promise<Variables> {
  const rows = await statements.rows<Record<string, string>>(
    `SHOW ${of} VARIABLES WHERE Variable_name IN (?)`,
    [READ],
  );
  return new Map(rows.map((row) => [String(row['Variable_name']), String(row['Value'])]));
}

/** Tables without transactions, and references that would be compared as texts are: blind to case and end spaces. */
async function wrongTables(statements: Statements): Promise<string[]> {
  const tables = await statements.rows<{ name: string; engine: string }>(
    'SELECT table_name AS name, engine AS engine FROM information_schema.tables ' +
      "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND engine <> 'InnoDB'",
  );
  const references = await statements.rows<{ name: string; type: string }>(
    'SELECT table_name AS name, data_type AS type FROM information_schema.columns ' +
      "WHERE table_schema = DATABASE() AND column_name = 'channel_reference' AND data_type <> 'varbinary'",
  );
  return [
    ...tables.map(({ name, engine }) => `table ${name} is ${engine}, must be InnoDB`),
    ...references.map(({ name, type }) => `${name}.channel_reference is ${type}, must be varbinary`),
  ];
}

/**
 * What this connection's account may do that the application's must not: change history, or the schema. In demo and
 * test one account may serve both the migrations and the application; there only rights on single tables count,
 * which nobody gives by accident.
 * @returns the first right that is too wide, or null.
 */
export async function tooWideRights(
  statements: Statements,
  mayBeMigrations = !isProduction(),
): Promise<string | null> {
  const [row] = await statements.rows<{ name: string | null }>('SELECT DATABASE() AS name');
  const schema = row?.name ?? '';
  for (const grant of await statements.rows<Record<string, string>>('SHOW GRANTS')) {
    const found = /^GRANT (.+?) ON (\S+)\.(\S+) TO /.exec(Object.values(grant)[0] ?? '');
    if (!found) continue;
    const [, rights = '', on = '', table = ''] = found;
    const isWhole = table === '*';
    if (!covers(on, schema) || (isWhole && mayBeMigrations)) continue;
    const isHistory = isWhole || HISTORY.includes(unquoted(table));
    if (hasAny(rights, isHistory ? [...CHANGES, ...DDL] : DDL))
      return `the application's account may change history or the schema: GRANT ${rights} ON ${on}.${table}`;
  }
  return null;
}

function hasAny(rights: string, forbidden: readonly string[]): boolean {
  const held = rights.replace(/\([^)]*\)/g, '').split(',');
  return held.some((right) => right.trim() === 'ALL PRIVILEGES' || forbidden.includes(right.trim()));
}

/** Whether a grant's schema, a LIKE pattern in back quotes or `*`, means this one. */
function covers(on: string, schema: string): boolean {
  if (on === '*') return true;
  const pattern = unquoted(on).replace(/\\?[^\w\\]|\\.|_/g, (part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    const literal = part.startsWith('\\') ? part.slice(1) : part;
    return literal.replace(/[^\w]/g, '\\$&');
  });
  return new RegExp(`^${pattern}$`).test(schema);
}

function unquoted(name: string): string {
  return name.replace(/^`|`$/g, '');
}
