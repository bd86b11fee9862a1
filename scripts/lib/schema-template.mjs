import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHECKOUT } from './home.mjs';

/** @type {{ migrationUrl: string, schema: string, folder: string } | undefined} */
let template;

/**
 * Runs the migrations once, and writes down what a fresh schema is made of: statements that make every table and
 * trigger as the migrations left them, and copy the rows that they wrote. Tests make schemas by the hundred, and the
 * migrations' own way there is many times longer.
 * @param {string} migrationUrl the server, as the account of the migrations
 * @returns {Promise<string>} the file that holds the statements, in JSON: tables, their rows, triggers
 */
export async function makeSchemaTemplate(migrationUrl) {
  const { migrate } = await import('#lib/platform');
  const schema = `simpul_template_${randomBytes(5).toString('hex')}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'simpul-schema-'));
  template = { migrationUrl, schema, folder };
  const statements = await connected(migrationUrl, async (server) => {
    await server.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
    const url = new URL(migrationUrl);
    url.pathname = schema;
    await migrate(url.href, path.join(CHECKOUT, 'migrations'));
    await server.query(`USE ${schema}`);
    return statementsOf(server, schema);
  });
  const file = path.join(folder, 'schema.json');
  writeFileSync(file, JSON.stringify(statements));
  return file;
}

/** Takes the template away again; what was made of it stays. */
export async function removeSchemaTemplate() {
  if (template === undefined) return;
  const { migrationUrl, schema, folder } = template;
  template = undefined;
  await connected(migrationUrl, (server) => server.query(`DROP DATABASE IF EXISTS ${schema}`));
  rmSync(folder, { recursive: true });
}

/**
 * @param {import('mysql2/promise').Connection} server
 * @param {string} schema
 * @returns {Promise<{ create: Record<string, string>, fill: Record<string, string>, triggers: string[] }>} the first two
 *   by table
 */
async function statementsOf(server, schema) {
  /** @type {Record<string, string>} */
  const create = {};
  /** @type {Record<string, string>} */
  const fill = {};
  for (const table of await namesOf(server, "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")) {
    create[table] = await textOf(server, `SHOW CREATE TABLE \`${table}\``);
    const [rows] = await server.query(`SELECT 1 FROM \`${table}\` LIMIT 1`);
    if (/** @type {unknown[]} */ (rows).length > 0)
      fill[table] = `INSERT INTO \`${table}\` SELECT * FROM ${schema}.\`${table}\``;
  }
  const triggers = [];
  for (const trigger of await namesOf(server, 'SHOW TRIGGERS'))
    triggers.push(await textOf(server, `SHOW CREATE TRIGGER \`${trigger}\``));
  return { create, fill, triggers };
}

/**
 * @param {import('mysql2/promise').Connection} server
 * @param {string} sql whose first column is a name
 */
async function namesOf(server, sql) {
  const [rows] = await server.query({ sql, rowsAsArray: true });
  return /** @type {string[][]} */ (rows).map(([name]) => String(name));
}

/**
 * The text that SHOW CREATE prints, without the next number of a table and the account that made a trigger.
 * @param {import('mysql2/promise').Connection} server
 * @param {string} sql
 */
async function textOf(server, sql) {
  const [rows] = await server.query(sql);
  const [row = {}] = /** @type {Record<string, unknown>[]} */ (rows);
  const text = row['Create Table'] ?? row['SQL Original Statement'];
  if (typeof text !== 'string') throw new Error(`the server does not say what ${sql} asks`);
  return text.replace(/ AUTO_INCREMENT=\d+| DEFINER=\S+/, '');
}

/**
 * @template T
 * @param {string} url
 * @param {(server: import('mysql2/promise').Connection) => Promise<T>} work
 */
async function connected(url, work) {
  const { createConnection } = await import('mysql2/promise');
  const server = await createConnection(url);
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}
