import type { BusinessDate } from '#lib/kernel';
import { ControlTotals } from './control-totals';
import { invalid, Refused, shown } from './gates';
import type { DetailRow } from './records';
import type { PreviousStatement, Reading, StatementEnds } from './reading';
import { isStatement } from './settlement-format';

/** What was read of a statement. */
export interface StatementRead {
  totals: ControlTotals;
  statement: StatementEnds;
}

/** Adds a statement up, and holds its balances to its entries and to yesterday's. */
export class StatementTotals {
  private readonly totals = new ControlTotals({
    count: false,
    amount: undefined,
    hash: false,
    checksum: false,
  });
  private accountName: string | undefined;
  private statementNumber: number | undefined;
  private numberLine = 0;
  private opening: bigint | undefined;
  private balance = 0n;
  private closed: { date: BusinessDate; balance: bigint } | undefined;

  constructor(private readonly reading: Reading) {}

  /** Whether the last balance has been seen. */
  get isClosed(): boolean {
    return this.closed !== undefined;
  }

  /** @throws Refused for an account that is not ours, and for a second one in one file. */
  account(name: string, line: number): void {
    this.accountName ??= name;
    if (name !== this.accountName) throw invalid(line, 'account', name, `${this.accountName}, as before`);
    this.refuseForeign(line);
  }

  number(number: number, line: number): void {
    if (this.statementNumber === undefined) this.numberLine = line;
    this.statementNumber ??= number;
  }

  private get previous(): PreviousStatement | undefined {
    const { previous } = this.reading;
    return previous instanceof Map
      ? (previous as ReadonlyMap<string, PreviousStatement>).get(this.accountName ?? '')
      : (previous as PreviousStatement | undefined);
  }

  /** Money of another account is nobody's of ours, however its numbers go on. */
  private refuseForeign(line: number): void {
    const { body } = this.reading.format;
    const ours = isStatement(body) ? body.accounts : undefined;
    const { accountName: name = '' } = this;
    if (ours === undefined || ours.has(name)) return;
    const known = [...ours].join(', ');
    throw new Refused(
      'account_wrong',
      line,
      shown(name),
      known,
      `the statement is of the account "${shown(name)}"; ours is ${known} (accounts in its format)`,
      'account',
    );
  }

  /** @throws Refused when it is not the one after yesterday's; a new year may begin at 1. */
  private checkNumber(previous: PreviousStatement | undefined): void {
    const { statementNumber: number, numberLine: line } = this;
    if (number !== undefined && previous?.number !== undefined) {
      const expected = previous.number + 1;
      const { businessDate } = this.reading;
      const isNewYear = previous.date === undefined || businessDate.slice(0, 4) > previous.date.slice(0, 4);
      if (number !== expected && !(number === 1 && isNewYear))
        throw new Refused(
          'statement_number',
          line,
          String(number),
          String(expected),
          `this is statement ${number}; after ${previous.number} comes ${expected}, so one is missing or came twice`,
          'number',
        );
    }
  }

  /** @throws Refused when it is not where yesterday's statement, or the page before, ended, or not the next number. */
  open(balance: bigint, line: number): void {
    const { previous } = this;
    if (this.opening === undefined) {
      this.refuseForeign(line);
      this.checkNumber(previous);
    }
    const expected = this.opening === undefined ? previous?.closing : this.balance;
    if (expected !== undefined && balance !== expected)
      throw new Refused(
        'balance_opening',
        line,
        balance.toString(),
        expected.toString(),
        `it opens with ${balance}; the statement before closed with ${expected}`,
        'opening balance',
      );
    this.opening ??= balance;
    this.balance = balance;
  }

  /** One entry. What undoes an entry takes its amount back; what is pending moves nothing yet. */
  row(row: DetailRow): void {
    this.totals.add(row.status, row.amount, '');
    if (row.status === 'S') this.balance += row.amount;
    if (row.status === 'F') this.balance -= row.amount;
    this.reading.sink.row(row);
  }

  /**
   * @param date of the last balance; undefined at the end of a page.
   * @throws Refused when opening plus entries is not the closing balance, or when it closes another day.
   */
  close(balance: bigint, date: BusinessDate | undefined, line: number): void {
    if (this.opening === undefined) throw invalid(line, 'opening balance', '', 'an opening balance');
    if (balance !== this.balance)
      throw new Refused(
        'balance_closing',
        line,
        balance.toString(),
        this.balance.toString(),
        `it closes with ${balance}; its opening balance and entries make ${this.balance}`,
        'closing balance',
      );
    if (date === undefined) return;
    const { businessDate } = this.reading;
    if (date !== businessDate)
      throw new Refused(
        'date_wrong',
        line,
        date,
        businessDate,
        `the statement closes ${date}, the name says ${businessDate}`,
        'business_date',
      );
    this.closed = { date, balance };
  }

  /** What the statement says. Call it once it is closed. */
  end(): StatementRead {
    const { totals, accountName = '', statementNumber: number, opening = 0n, balance: closing } = this;
    return { totals, statement: { account: accountName, number, opening, closing } };
  }
}
