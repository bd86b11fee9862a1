import { amountReader } from './amount-dialect';
import { invalid, noTrailer, Refused } from './gates';
import type { Reading } from './reading';
import { narrator, references } from './records';
import type { StatementBody, Status } from './settlement-format';
import { StatementTotals, type StatementRead } from './statement-totals';
import { XmlEvents, type XmlTaker } from './xml-events';

const AMOUNT = amountReader({ scale: 2, thousands: undefined, decimal: '.' });
const WHOLE_AMOUNT = amountReader({ scale: 0, thousands: undefined, decimal: undefined });
/** Values of one part that are kept; a part has far fewer. */
const VALUES_MAX = 256;

/** The values of one element and of what lies in it, by the path below it. */
class Part {
  private readonly values = new Map<string, string>();

  constructor(readonly depth: number) {}

  set(path: string, value: string): void {
    if (value !== '' && this.values.size < VALUES_MAX && !this.values.has(path)) this.values.set(path, value);
  }

  /** The first of these paths that has a value. */
  get(...paths: string[]): string | undefined {
    return paths.map((path) => this.values.get(path)).find((value) => value !== undefined);
  }

  /** The value of an element of this name, wherever it stands. */
  named(name: string): string | undefined {
    for (const [path, value] of this.values) if (`/${path}`.endsWith(`/${name}`)) return value;
    return undefined;
  }
}

/**
 * Reads a camt.053 statement entry by entry, in bounded memory. A credit is positive, a debit negative; an entry that
 * is a reversal becomes an F row with the amount of the entry it undoes, one that is pending a U row. An entry of
 * several transactions gives a row for each, and they must add up to it. `lineNo` counts the rows.
 * @see ISO 20022, Bank-to-Customer Statement, message camt.053.001.
 */
export class Camt053Reader implements XmlTaker {
  private readonly totals: StatementTotals;
  private readonly xml: XmlEvents = new XmlEvents(this);
  private readonly told;
  private readonly path: string[] = [];
  private readonly parts: Part[] = [];
  private value = '';
  private transactions: Part[] = [];
  private closing: { amount: bigint; date: string } | undefined;
  private rows = 0;

  constructor(
    private readonly reading: Reading,
    private readonly body: StatementBody,
  ) {
    this.totals = new StatementTotals(reading);
    this.told = narrator(reading.format);
  }

  /** @throws Refused at the first gate that does not hold. */
  async read(chunks: AsyncIterable<Buffer>): Promise<StatementRead> {
    const { format, sink } = this.reading;
    const decoder = new TextDecoder(format.encoding, { fatal: true });
    for await (const chunk of chunks) {
      this.xml.take(this.decoded(decoder, chunk));
      await sink.flush();
    }
    if (!this.xml.isWhole) throw noTrailer(this.xml.line, '</Document>');
    if (!this.totals.isClosed) throw invalid(this.xml.line, 'Bal', '', 'a closing balance (CLBD)');
    return this.totals.end();
  }

  open(name: string, attributes: string): void {
    const parent = this.path.at(-1);
    this.path.push(name);
    this.value = '';
    if (['Stmt', 'Bal', 'Ntry', 'TxDtls'].includes(name)) this.parts.push(new Part(this.path.length));
    if (name !== 'Amt' || !['Bal', 'Ntry', 'TxDtls'].includes(parent ?? '')) return;
    const currency = /\bCcy\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1];
    if (currency !== 'IDR') throw invalid(this.xml.line, 'Ccy', currency, 'IDR');
  }

  text(text: string): void {
    this.value += text;
  }

  close(name: string): void {
    const part = this.parts.at(-1);
    part?.set(this.path.slice(part.depth).join('/'), this.value.trim());
    this.value = '';
    const isPart = part?.depth === this.path.length;
    this.path.pop();
    if (!part) return;
    if (name === 'Acct' && this.parts.length === 1) this.readAccount(part);
    if (!isPart) return;
    this.parts.pop();
    if (name === 'TxDtls') this.transactions.push(part);
    else if (name === 'Ntry') this.readEntry(part);
    else if (name === 'Bal') this.readBalance(part);
    else if (this.closing) this.totals.close(this.closing.amount, this.closing.date, this.xml.line);
  }

  private readAccount(statement: Part): void {
    const { line } = this.xml;
    this.totals.account(statement.get('Acct/Id/IBAN', 'Acct/Id/Othr/Id') ?? '', line);
    const number = statement.get('LglSeqNb', 'ElctrncSeqNb');
    if (number !== undefined && !/^\d{1,9}$/.test(number))
      throw invalid(line, 'ElctrncSeqNb', number, 'digits');
    if (number !== undefined) this.totals.number(Number(number), line);
  }

  private readBalance(balance: Part): void {
    const { line } = this.xml;
    const code = balance.get('Tp/CdOrPrtry/Cd');
    const amount = this.signed(balance);
    if (code === 'OPBD' || code === 'PRCD') this.totals.open(amount, line);
    if (code === 'CLBD')
      this.closing = { amount, date: (balance.get('Dt/Dt', 'Dt/DtTm') ?? '').slice(0, 10) };
  }

  private readEntry(entry: Part): void {
    const { transactions } = this;
    this.transactions = [];
    const amount = this.signed(entry);
    if (transactions.length < 2) {
      this.row(entry, transactions[0], amount);
      return;
    }
    const amounts = transactions.map((one) => this.signed(one, entry));
    const sum = amounts.reduce((total, one) => total + one, 0n);
    if (sum !== amount)
      throw new Refused(
        'line_invalid',
        this.xml.line,
        amount.toString(),
        sum.toString(),
        `the entry before line ${this.xml.line} has ${amount}; its ${transactions.length} transactions make ${sum}`,
        'Amt',
      );
    for (const [index, one] of transactions.entries()) this.row(entry, one, amounts[index] ?? 0n);
  }

  private row(entry: Part, transaction: Part | undefined, moved: bigint): void {
    const { line } = this.xml;
    const element = (name: string) => transaction?.named(name) ?? entry.named(name) ?? '';
    const given: Record<string, string> = {};
    for (const [name, from] of this.body.fields) if (name !== 'paid_at') given[name] = element(from);
    const narrative = transaction?.named('Ustrd') ?? entry.get('AddtlNtryInf') ?? '';
    const keys = references(this.reading.format, { ...given, ...this.told(narrative) }, line);
    const isReversal = entry.get('RvslInd') === 'true';
    const dateOf = this.body.fields.get('paid_at') ?? 'BookgDt';
    const paidAt = entry.get(`${dateOf}/Dt`, `${dateOf}/DtTm`)?.slice(0, 19).replace('T', ' ') ?? null;
    this.rows += 1;
    this.totals.row({
      lineNo: this.rows,
      ...keys,
      amount: isReversal ? -moved : moved,
      fee: null,
      status: isReversal ? 'F' : this.statusOf(entry),
      paidAt,
      type: entry.get('BkTxCd/Prtry/Cd', 'BkTxCd/Domn/Fmly/SubFmlyCd') ?? null,
      narrative,
      customerNo: '',
    });
  }

  private statusOf(entry: Part): Status {
    const status = entry.get('Sts', 'Sts/Cd');
    if (status === 'BOOK') return 'S';
    if (status === 'PDNG') return 'U';
    throw invalid(this.xml.line, 'Sts', status, 'BOOK or PDNG');
  }

  /** A credit is positive, a debit negative. */
  private signed(part: Part, outer = part): bigint {
    const { line } = this.xml;
    const text = part.get('Amt', 'AmtDtls/TxAmt/Amt');
    const amount = text?.includes('.') ? AMOUNT(text.replace(/\.(\d)$/, '.$10')) : WHOLE_AMOUNT(text ?? '');
    if (typeof amount !== 'bigint') throw invalid(line, 'Amt', text, 'whole rupiah such as 250000.00');
    const mark = part.get('CdtDbtInd') ?? outer.get('CdtDbtInd');
    if (mark !== 'CRDT' && mark !== 'DBIT') throw invalid(line, 'CdtDbtInd', mark, 'CRDT or DBIT');
    return mark === 'CRDT' ? amount : -amount;
  }

  private decoded(decoder: TextDecoder, chunk: Buffer): string {
    try {
      return decoder.decode(chunk, { stream: true });
    } catch {
      const { line } = this.xml;
      throw new Refused(
        'line_invalid',
        line,
        'other bytes',
        'UTF-8',
        `after line ${line} it is not valid UTF-8`,
      );
    }
  }
}
