import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  businessDateOf,
  endOfBusinessDate,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  rupiah,
  type BusinessDate,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import {
  channelAccounts,
  OWN_FEE_INCOME,
  taxJournal,
  unitOfJournalWithoutDeposit,
  type MoneyWriter,
  type UnitOfWork,
} from '#lib/ledger';
import { readConfigFile, type Database, type Statements } from '#lib/platform';

/** What is owed to the state on our fee, from a date on. */
export interface TaxRule {
  effectiveFrom: BusinessDate;
  ppnRatePercent: bigint;
  /** The part of the fee that PPN is reckoned on, as a fraction. */
  ppnBase: readonly [bigint, bigint];
  pphRatePercent: bigint;
}

/** config/tax.yaml. */
export interface TaxRules {
  ruleOn(date: BusinessDate): TaxRule | undefined;
  includesPpn(channelId: string): boolean;
}

const whole = z.int().min(0).max(100).transform(BigInt);
const part = z.int().min(1).max(1_000).transform(BigInt);
const TaxFile = z
  .strictObject({
    rules: z
      .array(
        z.strictObject({
          effective_from: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as "2025-01-01"'),
          ppn: z.strictObject({ rate_percent: whole, base: z.tuple([part, part]) }),
          pph: z.strictObject({ rate_percent: whole }),
        }),
      )
      .min(1),
    fees_include_ppn: z.array(z.string()),
  })
  .transform(({ rules, fees_include_ppn }): TaxRules => {
    const dated = rules
      .map((rule): TaxRule => ({
        effectiveFrom: rule.effective_from,
        ppnRatePercent: rule.ppn.rate_percent,
        ppnBase: rule.ppn.base,
        pphRatePercent: rule.pph.rate_percent,
      }))
      .toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1));
    return {
      ruleOn: (date) => dated.find(({ effectiveFrom }) => effectiveFrom <= date),
      includesPpn: (channelId) => fees_include_ppn.includes(channelId),
    };
  });

/** Reads `config/tax.yaml`. @throws ConfigError naming file, line and key of every mistake. */
export function readTaxRules(path: string): TaxRules {
  return readConfigFile<TaxRules>(path, TaxFile);
}

/** What an invoice of our fee says. Whole rupiah. */
export interface InvoiceAmounts {
  /** As it was quoted. */
  fee: Rupiah;
  feeWithoutPpn: Rupiah;
  ppn: Rupiah;
  /** What the payer may withhold against a slip. */
  pph: Rupiah;
  /** What the payer pays: fee without PPN + PPN - PPh. */
  cash: Rupiah;
}

/**
 * Reckons a month's invoice; PPN and PPh are rounded once each, half up. A fee that was quoted with PPN inside is split
 * first (100/111 where PPN comes to 11 %), and what is left over is PPN, so that both parts are always the fee.
 */
export function invoiceOf(fee: Rupiah, rule: TaxRule, isInclusive: boolean): InvoiceAmounts {
  const { ppnRatePercent: rate, ppnBase, pphRatePercent } = rule;
  const [over, under] = ppnBase;
  const feeWithoutPpn = isInclusive ? halfUp(fee * 100n * under, 100n * under + rate * over) : fee;
  const ppn = isInclusive ? fee - feeWithoutPpn : halfUp(fee * over * rate, under * 100n);
  const pph = halfUp(feeWithoutPpn * pphRatePercent, 100n);
  return {
    fee,
    feeWithoutPpn: rupiah(feeWithoutPpn),
    ppn: rupiah(ppn),
    pph: rupiah(pph),
    cash: rupiah(feeWithoutPpn + ppn - pph),
  };
}

/** A fraction to the nearest whole, halves away from 0. */
function halfUp(over: bigint, under: bigint): bigint {
  const rest = over < 0n ? -over : over;
  const rounded = (2n * rest + under) / (2n * under);
  return over < 0n ? -rounded : rounded;
}

/** A monthly invoice as it was booked. */
export interface TaxInvoice extends InvoiceAmounts {
  channelId: string;
  /** `2026-07`. */
  month: string;
  /** 1: the invoice; from 2: what was settled into the month after it. */
  seq: number;
  subjectId: string;
  isInclusive: boolean;
  /** The date from which the rates hold that it was reckoned by. */
  rules: string;
  invoicedAt: Date;
}

/** Our fees that bear PPN, settled with the days of a month, by channel. */
export async function taxedFees(
  statements: Statements,
  month: string,
): Promise<{ channelId: string; fee: Rupiah }[]> {
  const rows = await statements.rows<{ channel_id: string; fee: string }>(
    `SELECT f.channel_id, SUM(f.taxed_fee) AS fee FROM settlement s JOIN settlement_fee f
       ON f.settlement_id = s.settlement_id
     WHERE s.state = 'closed' AND s.business_date BETWEEN ? AND LAST_DAY(?)
     GROUP BY f.channel_id HAVING fee <> 0 ORDER BY f.channel_id`,
    [`${month}-01`, `${month}-01`],
  );
  return rows.map(({ channel_id, fee }) => ({ channelId: channel_id, fee: rupiah(BigInt(fee)) }));
}

/** The invoices of a month that are booked, each followed by its corrections. */
export async function taxInvoices(statements: Statements, month: string): Promise<TaxInvoice[]> {
  const rows = await statements.rows<
    Record<string, string> & { seq: number; is_inclusive: number; invoiced_at: Date }
  >(
    `SELECT channel_id, month, seq, subject_id, fee, fee_without_ppn, ppn, pph, cash, is_inclusive, rules, invoiced_at
     FROM tax_invoice WHERE month = ? ORDER BY channel_id, seq`,
    [month],
  );
  const amount = (text: string | undefined) => rupiah(BigInt(text ?? 0));
  return rows.map((row) => ({
    channelId: row['channel_id'] ?? '',
    month,
    seq: row.seq,
    subjectId: row['subject_id'] ?? '',
    fee: amount(row['fee']),
    feeWithoutPpn: amount(row['fee_without_ppn']),
    ppn: amount(row['ppn']),
    pph: amount(row['pph']),
    cash: amount(row['cash']),
    isInclusive: row.is_inclusive === 1,
    rules: row['rules'] ?? '',
    invoicedAt: row.invoiced_at,
  }));
}

/** Why a month is not invoiced. */
export type InvoiceRefusal =
  | { kind: 'no rule'; date: BusinessDate }
  /** Its last day is not over. */
  | { kind: 'month open'; until: Date }
  /** Another journal has the subject that this invoice needs. */
  | { kind: 'subject used'; subjectId: string }
  | { kind: 'overloaded' };

interface TaxTools {
  database: Database;
  writer: MoneyWriter;
  rules: TaxRules;
}

/** Each redo means that somebody else has invoiced the same channel meanwhile. */
const REDO_MAX = 8;

/**
 * Books the PPN of a month's fees for each channel: inside the fee it comes out of our income, on top of it the channel
 * owes it. What is settled into the month later is booked by the next call as a correction: what the month comes to,
 * less what was invoiced, so that all of them together are the invoice of the whole month. Again without effect.
 */
export async function invoiceMonth(
  tools: TaxTools,
  month: string,
  at: Date,
): Promise<Result<TaxInvoice[], InvoiceRefusal>> {
  const until = endOfBusinessDate(lastDayOf(month), JAKARTA_MIDNIGHT);
  if (at <= until) return fail({ kind: 'month open', until });
  const date = `${month}-01`;
  const rule = tools.rules.ruleOn(date);
  if (!rule) return fail({ kind: 'no rule', date });
  const fees = await taxedFees(tools.database, month);
  const invoiced = await taxInvoices(tools.database, month);
  const channels = new Set([...fees, ...invoiced].map(({ channelId }) => channelId));
  for (const channelId of [...channels].toSorted()) {
    const refusal = await invoiceChannel(tools, { month, channelId, rule, at });
    if (refusal) return fail(refusal);
  }
  return ok(await taxInvoices(tools.database, month));
}

interface ChannelMonth {
  month: string;
  channelId: string;
  rule: TaxRule;
  at: Date;
}

async function invoiceChannel(tools: TaxTools, of: ChannelMonth): Promise<InvoiceRefusal | undefined> {
  for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
    const due = await dueOf(tools, of);
    if (!due) return undefined;
    const result = await tools.writer.commit(unitOfInvoice(due, of.at));
    if (result.kind === 'committed') return undefined;
    if (result.kind === 'overloaded') return result;
    const now = await dueOf(tools, of);
    if (now?.seq === due.seq) return { kind: 'subject used', subjectId: due.subjectId };
  }
  return { kind: 'overloaded' };
}

/** What a channel's month comes to and is not invoiced yet; undefined: nothing. */
async function dueOf(
  { database, rules }: TaxTools,
  { month, channelId, rule, at }: ChannelMonth,
): Promise<TaxInvoice | undefined> {
  const invoiced = (await taxInvoices(database, month)).filter((one) => one.channelId === channelId);
  const fee = (await taxedFees(database, month)).find((one) => one.channelId === channelId)?.fee ?? 0n;
  // A month stays as it was first quoted, whatever is agreed about later ones.
  const isInclusive = invoiced[0]?.isInclusive ?? rules.includesPpn(channelId);
  const comesTo = invoiceOf(rupiah(fee), rule, isInclusive);
  const less = (of: (amounts: InvoiceAmounts) => Rupiah) =>
    rupiah(invoiced.reduce<bigint>((rest, one) => rest - of(one), of(comesTo)));
  const amounts = {
    fee: less((one) => one.fee),
    feeWithoutPpn: less((one) => one.feeWithoutPpn),
    ppn: less((one) => one.ppn),
    pph: less((one) => one.pph),
    cash: less((one) => one.cash),
  };
  if (Object.values(amounts).every((amount) => amount === 0n)) return undefined;
  const seq = (invoiced.at(-1)?.seq ?? 0) + 1;
  const subjectId = subjectOf(month, seq, channelId);
  return {
    channelId,
    month,
    seq,
    subjectId,
    ...amounts,
    isInclusive,
    rules: rule.effectiveFrom,
    invoicedAt: at,
  };
}

/** An invoice belongs to its month; a correction to the day on which it is made. */
function unitOfInvoice(due: TaxInvoice, at: Date): UnitOfWork {
  const { channelId, month, seq, subjectId, ppn, isInclusive } = due;
  const businessDate = seq === 1 ? lastDayOf(month) : businessDateOf(at, JAKARTA_MIDNIGHT);
  const payer = isInclusive ? OWN_FEE_INCOME : channelAccounts.receivable(channelId);
  const journal = taxJournal({ subjectId, businessDate, at }, { payer, ppn, pphWithheld: rupiah(0n) });
  const unit = unitOfJournalWithoutDeposit(journal);
  const values = {
    channel_id: channelId,
    month,
    seq,
    subject_id: subjectId,
    fee: due.fee,
    fee_without_ppn: due.feeWithoutPpn,
    ppn,
    pph: due.pph,
    cash: due.cash,
    is_inclusive: isInclusive ? 1 : 0,
    rules: due.rules,
    invoiced_at: at,
  };
  const invoice = { table: 'tax_invoice', values };
  return { ...unit, inserts: (deposit) => (ppn === 0n ? [invoice] : [invoice, ...unit.inserts(deposit)]) };
}

const SUBJECT_MAX = 40;

/** A subject is no longer than a journal can hold; a name that is cut carries its digest, so that no two are one. */
function subjectOf(month: string, seq: number, channelId: string): string {
  const subject = `TAX-${month}${seq === 1 ? '' : `.${seq}`}-${channelId}`;
  if (subject.length <= SUBJECT_MAX) return subject;
  const digest = createHash('sha256').update(channelId).digest('hex').slice(0, 12);
  return `${subject.slice(0, SUBJECT_MAX - 13)}~${digest}`;
}

function lastDayOf(month: string): BusinessDate {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
