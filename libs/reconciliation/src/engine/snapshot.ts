import { createHash } from 'node:crypto';
import { createReadStream, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { zoneOffsetMinutes, type BusinessDate } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import type { MatchRules } from '../match-rules';
import { denseIdsOf, openCarry, paymentsOfChannel, type CarryItem, type Day, type PaymentIds } from '../ours';
import { ourLines, placeOfOurs } from './columns';
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
const LF = 0x0a;
const CR = 0x0d;
const ASCII_MAX = 0x7f;
const THEIR_REF = placeOfOurs('their_ref');
const CARRY_UNTIL = placeOfOurs('carry_until');
const CARRY_AT_ONCE = 500;
/** In place of a leg's number: a channel knows the payment, whatever ways to a biller it took. */
const WHOLE_PAYMENT = 0;

/**
 * PAID is S, what surely was not paid is F, whatever is not final is U. The server writes the line itself, so that
 * nothing is made of ten million rows but bytes; it is the slower of both, so what we can do is left to us.
 */
const lineOf = ({
  hasFallbackKey,
  groupIs,
}: LineRules) => `CONCAT_WS('\t', l.leg_reference, l.payment_id, l.leg_no, l.biller_id, l.amount,
  CASE WHEN l.state = 'PAID' THEN 'S' WHEN l.state IN ('DECLINED', 'REVERSED', 'UNSERVED') THEN 'F' ELSE 'U' END,
  l.sent_at, ${groupIs ? asKey(GROUPS[groupIs]) : "''"}, '',
  ${hasFallbackKey ? "COALESCE(l.biller_reference, '')" : "''"})`;

/**
 * The same of a payment as its channel knows it, which was told PAID also of what is sent again: by its Payment ID, and
 * by the channel's own reference.
 */
const lineOfPayment = ({
  hasFallbackKey,
}: LineRules) => `CONCAT_WS('\t', p.payment_id, p.payment_id, ${WHOLE_PAYMENT}, p.biller_id, p.amount,
  CASE WHEN p.state IN ('PAID', 'RESENT', 'UNSERVED') THEN 'S' WHEN p.state IN ('DECLINED', 'REVERSED') THEN 'F' ELSE 'U' END,
  p.created_at, '', '',
  ${hasFallbackKey ? "COALESCE(CONVERT(p.channel_reference USING utf8mb4), '')" : "''"})`;

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
 * One ordered read; what is held in memory does not depend on the day.
 */
export async function takeSnapshot(
  duck: Duck,
  database: Database,
  day: Day & { timeZone: string },
  rules: LineRules,
): Promise<Snapshot> {
  const lines = join(duck.folder, 'ours.tsv');
  const carry = await openCarry(database, day);
  const out = new LineFile(lines);
  let before = '';
  let isAscending = true;
  try {
    const dense = rules.channel ? undefined : await denseIdsOf(database, day);
    const { sql, values } = linesOfDay(day, dense, rules);
    await database.readLines(sql, values, (line) => {
      const key = line.toString('latin1', 0, line.indexOf(TAB));
      if (key <= before) isAscending = false;
      before = key;
      out.add(line);
    });
    for (let from = 0; from < carry.length; from += CARRY_AT_ONCE)
      await addCarried(database, out, carry.slice(from, from + CARRY_AT_ONCE), rules);
  } finally {
    out.close();
  }
  const path = join(duck.folder, 'ours.parquet');
  await duck.run(
    `COPY (SELECT * REPLACE (paid_at + INTERVAL ${zoneOffsetMinutes(day.timeZone)} MINUTE AS paid_at) FROM ${ourLines(lines)})
     TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 61440)`,
  );
  if (!isAscending) await refuseKeyOfTwoRows(duck, path);
  else if (carry.length > 0) await refuseKeyOfTwoRows(duck, path, 'carry_until IS NOT NULL');
  return { path, rows: out.rows, carry };
}

function linesOfDay({ source, businessDate }: Day, dense: PaymentIds | undefined, rules: LineRules) {
  if (rules.channel) return paymentsOfChannel(lineOfPayment(rules), rules.channel, businessDate, BY_KEY);
  const ofDay = 'l.source = ? AND l.source_business_date = ?';
  // A row found in the table itself costs a seventh of one that an index leads to.
  return dense
    ? {
        sql: `SELECT ${lineOf(rules)} FROM payment_leg l FORCE INDEX (PRIMARY)
       WHERE l.payment_id BETWEEN ? AND ? AND ${ofDay} ORDER BY l.payment_id, l.leg_no`,
        values: [dense.first, dense.last, source, businessDate],
      }
    : {
        sql: `SELECT ${lineOf(rules)} FROM payment_leg l FORCE INDEX (leg_source_day)
       WHERE ${ofDay} ORDER BY l.leg_reference`,
        values: [source, businessDate],
      };
}

const BY_KEY = { sql: 'ORDER BY p.payment_id', values: [] };

/** Two rows of ours have one key: a fault of ours, and no run may go on with it. */
export class KeyOfTwoRows extends Error {
  constructor(key: string) {
    super(`two rows of ours have the leg reference ${key}`);
  }
}

/**
 * Rows that came in the order of their keys were compared with one another then; whichever did not are compared here.
 * @param suspects a condition that of two rows with one key at least one fulfils; left out: any may.
 */
async function refuseKeyOfTwoRows(duck: Duck, path: string, suspects?: string): Promise<void> {
  const rows = `read_parquet(${quoted(path)})`;
  const suspected = suspects
    ? `WHERE hash(match_key) IN (SELECT hash(match_key) FROM ${rows} WHERE ${suspects})`
    : '';
  const [twice] = await duck.rows<{ match_key: string }>(
    `SELECT match_key FROM ${rows} WHERE hash(match_key) IN (
       SELECT hash(match_key) FROM ${rows} ${suspected} GROUP BY 1 HAVING COUNT(*) > 1)
     GROUP BY match_key HAVING COUNT(*) > 1 LIMIT 1`,
  );
  if (twice) throw new KeyOfTwoRows(twice.match_key);
}

async function addCarried(
  statements: Statements,
  out: LineFile,
  items: readonly CarryItem[],
  rules: LineRules,
): Promise<void> {
  const untilOf = new Map<string, BusinessDate>(
    items.map(({ paymentId, legNo, until }) => [`${paymentId} ${legNo}`, until]),
  );
  const ids = items.map(({ paymentId, legNo }) => [paymentId, legNo]);
  const rows = await statements.rows<{ line: string; payment_id: string; leg_no: number }>(
    rules.channel
      ? `SELECT ${lineOfPayment(rules)} AS line, p.payment_id, ${WHOLE_PAYMENT} AS leg_no FROM payment p
         WHERE (p.payment_id, ${WHOLE_PAYMENT}) IN (?)`
      : `SELECT ${lineOf(rules)} AS line, l.payment_id, l.leg_no FROM payment_leg l
         WHERE (l.payment_id, l.leg_no) IN (?)`,
    [ids],
  );
  for (const { line, payment_id, leg_no } of rows) {
    const columns = line.split('\t');
    columns[CARRY_UNTIL] = untilOf.get(`${payment_id} ${leg_no}`) ?? '';
    out.add(Buffer.from(columns.join('\t')));
  }
}

/**
 * Where a line ends for us: before their reference when that could stand in no file, or would end the line. Only then is
 * it no key.
 */
function endOf(line: Buffer): number {
  let at = 0;
  for (let columns = 0; columns < THEIR_REF; at += 1) if (line[at] === TAB) columns += 1;
  const theirRef = at;
  for (; at < line.length; at += 1) {
    const byte = line[at] as number;
    if (byte > ASCII_MAX || byte === TAB || byte === LF || byte === CR) return theirRef;
  }
  return at;
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
    this.used += line.copy(this.buffer, this.used, 0, endOf(line));
    this.buffer[this.used] = LF;
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
