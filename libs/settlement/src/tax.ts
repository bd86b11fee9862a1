import { z } from 'zod';
import { fail, ok, rupiah, type BusinessDate, type Result, type Rupiah } from '#lib/kernel';
import {
  channelAccounts,
  isSameJournal,
  OWN_FEE_INCOME,
  taxJournal,
  unitOfJournalWithoutDeposit,
  type MoneyWriter,
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

/** The invoices of a month that are booked. */
export async function taxInvoices(statements: Statements, month: string): Promise<TaxInvoice[]> {
  const rows = await statements.rows<Record<string, string> & { is_inclusive: number; invoiced_at: Date }>(
    `SELECT channel_id, month, subject_id, fee, fee_without_ppn, ppn, pph, cash, is_inclusive, rules, invoiced_at
     FROM tax_invoice WHERE month = ? ORDER BY channel_id`,
    [month],
  );
  const amount = (text: string | undefined) => rupiah(BigInt(text ?? 0));
  return rows.map((row) => ({
    channelId: row['channel_id'] ?? '',
    month,
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
export type InvoiceRefusal = { kind: 'no rule'; date: BusinessDate } | { kind: 'overloaded' };

/**
 * Books the PPN of a month's fees, once for each channel and month: inside the fee it comes out of our income, on top
 * of it the channel owes it. What is settled into the month later belongs to the next one's correction.
 */
export async function invoiceMonth(
  { database, writer, rules }: { database: Database; writer: MoneyWriter; rules: TaxRules },
  month: string,
  at: Date,
): Promise<Result<TaxInvoice[], InvoiceRefusal>> {
  const date = `${month}-01`;
  const rule = rules.ruleOn(date);
  if (!rule) return fail({ kind: 'no rule', date });
  for (const { channelId, fee } of await taxedFees(database, month)) {
    const isInclusive = rules.includesPpn(channelId);
    const amounts = invoiceOf(fee, rule, isInclusive);
    const subjectId = `TAX-${month}-${channelId}`.slice(0, 40);
    const payer = isInclusive ? OWN_FEE_INCOME : channelAccounts.receivable(channelId);
    const journal = taxJournal(
      { subjectId, businessDate: lastDayOf(month), at },
      { payer, ppn: amounts.ppn, pphWithheld: rupiah(0n) },
    );
    const unit = unitOfJournalWithoutDeposit(journal);
    const values = {
      channel_id: channelId,
      month,
      subject_id: subjectId,
      fee,
      fee_without_ppn: amounts.feeWithoutPpn,
      ppn: amounts.ppn,
      pph: amounts.pph,
      cash: amounts.cash,
      is_inclusive: isInclusive ? 1 : 0,
      rules: rule.effectiveFrom,
      invoiced_at: at,
    };
    const result = await writer.commit({
      ...unit,
      inserts: (deposit) => [{ table: 'tax_invoice', values }, ...unit.inserts(deposit)],
    });
    if (result.kind === 'overloaded') return fail(result);
  }
  return ok(await taxInvoices(database, month));
}

/**
 * Books the PPh that a channel has withheld, once for each slip. @returns false where the slip was booked otherwise.
 */
export async function bookPphSlip(
  { database, writer }: { database: Database; writer: MoneyWriter },
  slip: { slip: string; channelId: string; amount: Rupiah; businessDate: BusinessDate; at: Date },
): Promise<boolean> {
  const journal = taxJournal(
    { subjectId: `PPH-${slip.slip}`, businessDate: slip.businessDate, at: slip.at },
    { payer: channelAccounts.receivable(slip.channelId), ppn: rupiah(0n), pphWithheld: slip.amount },
  );
  const result = await writer.commit(unitOfJournalWithoutDeposit(journal));
  return result.kind === 'committed' || (result.kind === 'clash' && isSameJournal(database, journal));
}

function lastDayOf(month: string): BusinessDate {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
