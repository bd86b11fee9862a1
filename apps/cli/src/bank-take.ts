import { basename, join } from 'node:path';
import { formatOn, readFormats, readSettlementFile, type DetailRow } from '#lib/files';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Result } from '#lib/kernel';
import { SettingError } from '#lib/platform';
import { takeStatement, type BankStatement, type SettlementTools, type StatementLine } from '#lib/settlement';
import { CONFIG } from './places';

/**
 * Takes a statement file of our bank, by its format in config/bank. @returns why it is refused whole, or what it was.
 * @throws SettingError where the bank has no format.
 */
export async function takeStatementFile(
  { database, clock, contracts }: SettlementTools,
  path: string,
  configDirectory = CONFIG,
): Promise<Result<{ statement: BankStatement; isRepeat: boolean }, string>> {
  const { source } = contracts.bank;
  const today = businessDateOf(clock.now(), JAKARTA_MIDNIGHT);
  const format = formatOn(readFormats(join(configDirectory, 'bank')), source, today);
  if (!format)
    throw new SettingError(`the bank ${source} has no format; add config/bank/${source.toLowerCase()}.yaml`);
  const name = basename(path);
  const rows: DetailRow[] = [];
  const read = await readSettlementFile({
    path,
    name,
    format,
    onRows: async (batch) => void rows.push(...batch),
  });
  if (!read.ok) return fail(`${name}: ${read.error.reason}`);
  const { businessDate, statement: ends } = read.value;
  if (ends?.number === undefined) return fail(`${name}: it is no numbered statement of an account`);
  const statement: BankStatement = {
    account: ends.account,
    number: ends.number,
    date: businessDate,
    opening: ends.opening,
    closing: ends.closing,
    lines: rows.map((row) => lineOf(row, businessDate)),
  };
  const taken = await takeStatement(database, statement, clock.now());
  if (taken.ok) return ok({ statement, isRepeat: taken.value.isRepeat });
  const { error } = taken;
  return fail(
    error.gate === 'statement_changed'
      ? `${name}: statement ${ends.number} was taken before and said something else; ask the bank`
      : `${name}: ${error.gate}: it states ${error.stated}, and it must be ${error.computed}`,
  );
}

/** A row that takes one back (RC, RD) carries the amount of the one it undoes. */
function lineOf(row: DetailRow, date: string): StatementLine {
  const isReversal = row.status === 'F';
  return {
    reference: row.ourRef === '' ? null : row.ourRef,
    bankReference: row.theirRef,
    hint: row.hint,
    type: row.type ?? 'NTRF',
    isReversal,
    amount: isReversal ? -row.amount : row.amount,
    valueDate: row.paidAt?.slice(0, 10) ?? date,
    narrative: '',
  };
}
