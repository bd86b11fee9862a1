import { type DayOfAccount, type Movement, signedAmount } from './settlement-account';

/** The source whose file the statement is. */
export const STATEMENT_SOURCE = 'BANKX';
const ACCOUNT_NUMBER = '1234567890';

/** How a movement's side is written; R takes back what was booked before. */
const MARKS: Record<Movement['kind'], string> = {
  credit: 'C',
  debit: 'D',
  reversal_credit: 'RC',
  reversal_debit: 'RD',
};

/** The name that a day's statement lands under. */
export function statementName(date: string): string {
  return `${STATEMENT_SOURCE}_${date.replaceAll('-', '')}.sta`;
}

/**
 * A day's statement as SWIFT MT940 writes it: balances in 60F and 62F, a line 61 with its 86 for each movement.
 * @param closingOffset rupiah by which the stated closing balance is wrong; 0 in an honest statement.
 */
export function statementText(
  { date, openedOn, number, opening, movements }: DayOfAccount,
  closingOffset = 0n,
): string {
  const day = compact(date);
  const closing = movements.reduce((sum, one) => sum + signedAmount(one), opening) + closingOffset;
  return [
    `:20:STMT${day}`,
    `:25:${STATEMENT_SOURCE}/${ACCOUNT_NUMBER}`,
    `:28C:${String(number).padStart(5, '0')}/001`,
    `:60F:${balance(openedOn === undefined ? dayBefore(date) : compact(openedOn), opening)}`,
    ...movements.flatMap((one) => [lineOf(one), `:86:${one.narrative}`]),
    `:62F:${balance(day, closing)}`,
    '-',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Value date, entry date, side, amount, kind of movement, the customer's reference and the bank's. */
function lineOf(one: Movement): string {
  const day = compact(one.valueDate);
  const reference = one.reference ?? 'NONREF';
  return `:61:${day}${day.slice(2)}${MARKS[one.kind]}${one.amount},00${one.type}${reference}//${one.bankReference}`;
}

function balance(day: string, amount: bigint): string {
  return `${amount < 0n ? 'D' : 'C'}${day}IDR${amount < 0n ? -amount : amount},00`;
}

/** `2026-07-14` as 260714. */
function compact(date: string): string {
  return date.slice(2).replaceAll('-', '');
}

function dayBefore(date: string): string {
  return compact(new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10));
}
