import { createHash } from 'node:crypto';
import { createReadStream, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { zoneOffsetMinutes, type BusinessDate } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import type { MatchRules } from '../match-rules';
import { openCarry, paymentsOfChannel, type CarryItem, type Day } from '../ours';
import { ourLines } from './columns';
import { quoted, type Duck } from './duck';

/** What a row of ours says besides its key, amount and state. */
type LineRules = Pick<MatchRules, 'hasFallbackKey' | 'groupIs' | 'channel'>;

/** Our side of a day as it stood at one moment, in a compressed columnar file. */
export interface Snapshot {
  path: string;
  /** Rows of the day and carry items together. */
  rows: number;
  carry: CarryItem[];
}

const LINES_BUFFER = 1 << 20;
const TAB = 0x09;
const CARRY_AT_ONCE = 500;
/** In place of a leg's number: a channel knows the payment, whatever ways to a biller it took. */
const WHOLE_PAYMENT = 0;

/**
 * PAID is S, what surely was not paid is F, whatever is not final is U. The server writes the line itself, so that
 * nothing is made of ten million rows but bytes.
 */
const lineOf = ({
  hasFallbackKey,
  groupIs,
}: LineRules) => `CONCAT_WS('\t', l.leg_reference, l.payment_id, l.leg_no, l.biller_id,
  ${hasFallbackKey ? asKey('l.biller_reference') : "''"}, l.amount,
  CASE WHEN l.state = 'PAID' THEN 'S' WHEN l.state IN ('DECLINED', 'REVERSED', 'UNSERVED') THEN 'F' ELSE 'U' END,
  l.sent_at + INTERVAL ? MINUTE, ${groupIs ? asKey(GROUPS[groupIs]) : "''"}`;

/** The same of a payment as its channel knows it, which was told PAID also of what is sent again: by its Payment ID, and by the channel's own reference. */
const lineOfPayment = ({
  hasFallbackKey,
}: LineRules) => `CONCAT_WS('\t', p.payment_id, p.payment_id, ${WHOLE_PAYMENT}, p.biller_id,
  ${hasFallbackKey ? asKey('CONVERT(p.channel_reference USING utf8mb4)') : "''"}, p.amount,
  CASE WHEN p.state IN ('PAID', 'RESENT', 'UNSERVED') THEN 'S' WHEN p.state IN ('DECLINED', 'REVERSED') THEN 'F' ELSE 'U' END,
  p.created_at + INTERVAL ? MINUTE, ''`;

/** Only what could stand in a file is a key, and nothing may end the line. */
const asKey = (
  text: string,
) => `COALESCE(IF(LENGTH(${text}) = CHAR_LENGTH(${text}) AND INSTR(${text}, '\t') = 0
           AND INSTR(${text}, '\n') = 0 AND INSTR(${text}, '\r') = 0, ${text}, ''), '')`;

/** What a sale's group is; read for each row, so only where a format asks for it. */
const GROUPS = {
  customer: 'l.customer_number',
  terminal: ofOutlet('terminal.id'),
  sub_agent: ofOutlet('subAgentId'),
  batch: "DATE_FORMAT(l.source_business_date, '%Y%m%d')",
};

function ofOutlet(member: string): string {
  return `(SELECT JSON_VALUE(p.offer, '$.outlet.${member}') FROM payment p WHERE p.payment_id = l.payment_id)`;
}

/**
 * Streams our side of a day out of the database once: its payment legs, and the carry items that are open for it.
 * One ordered read of an index; what is held in memory does not depend on the day.
 */
export async function takeSnapshot(
  duck: Duck,
  database: Database,
  day: Day,
  timeZone: string,
  rules: LineRules,
): Promise<Snapshot> {
  const lines = join(duck.folder, 'ours.tsv');
  const offset = zoneOffsetMinutes(timeZone);
  const carry = await openCarry(database, day);
  const out = new LineFile(lines);
  let before = '';
  try {
    const { sql, values } = linesOfDay(day, offset, rules);
    await database.readLines(sql, values, (line) => {
      const key = line.toString('latin1', 0, line.indexOf(TAB));
      if (key === before) throw new KeyOfTwoRows(key);
      before = key;
      out.add(line);
    });
    for (let from = 0; from < carry.length; from += CARRY_AT_ONCE)
      await addCarried(database, out, carry.slice(from, from + CARRY_AT_ONCE), offset, rules);
  } finally {
    out.close();
  }
  const path = join(duck.folder, 'ours.parquet');
  await duck.run(
    `COPY (SELECT * FROM ${ourLines(lines)}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 61440)`,
  );
  if (carry.length > 0) await refuseKeyOfTwoRows(duck, path);
  return { path, rows: out.rows, carry };
}

function linesOfDay({ source, businessDate }: Day, offset: number, rules: LineRules) {
  if (rules.channel) {
    const { sql, values } = paymentsOfChannel(
      `${lineOfPayment(rules)}, '')`,
      rules.channel,
      businessDate,
      BY_KEY,
    );
    return { sql, values: [offset, ...values] };
  }
  return {
    sql: `SELECT ${lineOf(rules)}, '') FROM payment_leg l FORCE INDEX (leg_source_day)
       WHERE l.source = ? AND l.source_business_date = ? ORDER BY l.leg_reference`,
    values: [offset, source, businessDate],
  };
}

const BY_KEY = { sql: 'ORDER BY p.payment_id', values: [] };

/** Two rows of ours have one key: a fault of ours, and no run may go on with it. */
export class KeyOfTwoRows extends Error {
  constructor(key: string) {
    super(`two rows of ours have the leg reference ${key}`);
  }
}

/** The rows of the day have come in the order of their keys and were compared then; carry items come after them. */
async function refuseKeyOfTwoRows(duck: Duck, path: string): Promise<void> {
  const [twice] = await duck.rows<{ match_key: string }>(
    `SELECT match_key FROM read_parquet(${quoted(path)})
     WHERE match_key IN (SELECT match_key FROM read_parquet(${quoted(path)}) WHERE carry_until IS NOT NULL)
     GROUP BY match_key HAVING COUNT(*) > 1 LIMIT 1`,
  );
  if (twice) throw new KeyOfTwoRows(twice.match_key);
}

async function addCarried(
  statements: Statements,
  out: LineFile,
  items: readonly CarryItem[],
  offset: number,
  rules: LineRules,
): Promise<void> {
  const untilOf = new Map<string, BusinessDate>(
    items.map(({ paymentId, legNo, until }) => [`${paymentId} ${legNo}`, until]),
  );
  const rows = await statements.rows<{ line: string; payment_id: string; leg_no: number }>(
    rules.channel
      ? `SELECT ${lineOfPayment(rules)}) AS line, p.payment_id, ${WHOLE_PAYMENT} AS leg_no FROM payment p
         WHERE (p.payment_id, ${WHOLE_PAYMENT}) IN (?)`
      : `SELECT ${lineOf(rules)}) AS line, l.payment_id, l.leg_no FROM payment_leg l
         WHERE (l.payment_id, l.leg_no) IN (?)`,
    [offset, items.map(({ paymentId, legNo }) => [paymentId, legNo])],
  );
  for (const { line, payment_id, leg_no } of rows)
    out.add(Buffer.from(`${line}\t${untilOf.get(`${payment_id} ${leg_no}`)}`));
}

/** Lines on their way to a file, a megabyte at a time. */
class LineFile {
  rows = 0;
  private readonly file: number;
  private readonly buffer = Buffer.allocUnsafe(LINES_BUFFER);
  private used = 0;

  constructor(path: string) {
    this.file = openSync(path, 'wx', 0o600);
  }

  add(line: Buffer): void {
    if (this.used + line.length + 1 > LINES_BUFFER) this.flush();
    this.used += line.copy(this.buffer, this.used);
    this.buffer[this.used] = 0x0a;
    this.used += 1;
    this.rows += 1;
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    for (let from = 0; from < this.used;) from += writeSync(this.file, this.buffer, from, this.used - from);
    this.used = 0;
  }
}

/** The SHA-256 of a file, as digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: LINES_BUFFER }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}
