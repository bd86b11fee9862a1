import type { Statements } from '#lib/platform';
import { WAITING } from './bank-lines';
import type { Payout } from './payouts';

interface Place {
  account: string;
  year: number;
  number: number;
  line_no: number;
}

const OPEN_LINES = `SELECT account, year, number, line_no FROM bank_line
  WHERE (outcome IS NULL OR outcome IN (?))`;
const IN_ORDER = 'ORDER BY account, year, number, line_no';

/**
 * Lines that may be this payout and that nobody has named yet, worked or not: its amount since its day, under no reference
 * or another one.
 */
export async function shownAtBank(
  statements: Statements,
  { reference, amount, businessDate }: Payout,
): Promise<string[]> {
  const rows = await statements.rows<Place>(
    `${OPEN_LINES} AND amount = ? AND value_date >= ? AND is_reversal = 0 AND NOT (reference <=> ?) ${IN_ORDER}`,
    [[...WAITING], -amount, businessDate, reference],
  );
  return rows.map(nameOfLine);
}

/** A line that names this payout and is not booked: its own amount, or a larger one that pays it among others. */
export async function namedAtBank(
  statements: Statements,
  { reference, partOf, amount }: Payout,
): Promise<string | undefined> {
  const [row] = await statements.rows<Place>(
    `${OPEN_LINES} AND ((reference = ? AND amount = ?) OR (is_reversal = 0 AND amount < ?
       AND (reference = ? OR INSTR(narrative, ?) > 0))) ${IN_ORDER} LIMIT 1`,
    [[...WAITING], reference, -amount, -amount, partOf, reference],
  );
  return row && nameOfLine(row);
}

/** How people name a line of a statement. */
function nameOfLine(line: Place): string {
  return `${line.account} ${line.year}/${line.number}/${line.line_no}`;
}
