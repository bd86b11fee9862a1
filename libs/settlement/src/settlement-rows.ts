import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { LegName } from './reconciled';
import type { Party } from './shares';

/** A settlement as it stands. */
export interface Settlement {
  settlementId: string;
  source: string;
  businessDate: BusinessDate;
  subjectId: string;
  runId: number;
  runNo: number;
  settleOn: string;
  /** drafted: what it does is fixed and no money has moved; closed: it has. */
  state: 'drafted' | 'closed';
  payments: number;
  draftedAt: Date;
  closedAt: Date | null;
  /** By when it is to be paid; null for one from before due dates were kept. */
  dueDate: BusinessDate | null;
}

/** A line of a settlement. Amounts in whole rupiah, received positive, paid negative. */
export interface SettlementLine {
  party: Party;
  kind: string;
  origin: string;
  payments: number;
  amount: Rupiah;
  /** Of `held_back`: what waits. */
  heldAmount: Rupiah;
}

/** What one settlement gives a party beyond what it has had, and what of it is paid out. */
export interface Net {
  party: Party;
  net: Rupiah;
  carriedIn: Rupiah;
  pay: Rupiah;
}

const SETTLEMENTS = `SELECT settlement_id, source, business_date, subject_id, run_id, run_no, settle_on, state, payments,
  drafted_at, closed_at, due_date FROM settlement`;

interface SettlementRow {
  settlement_id: string;
  source: string;
  business_date: BusinessDate;
  subject_id: string;
  run_id: number;
  run_no: number;
  settle_on: string;
  state: 'drafted' | 'closed';
  payments: number;
  drafted_at: Date;
  closed_at: Date | null;
  due_date: BusinessDate | null;
}

/** The settlement of a source's day, where there is one. */
export async function findSettlement(
  statements: Statements,
  source: string,
  businessDate: BusinessDate,
): Promise<Settlement | undefined> {
  const [row] = await statements.rows<SettlementRow>(
    `${SETTLEMENTS} WHERE source = ? AND business_date = ?`,
    [source, businessDate],
  );
  return row && settlementOf(row);
}

/** Settlements of business dates from..to, inclusive. */
export async function listSettlements(
  statements: Statements,
  { from, to }: { from: BusinessDate; to: BusinessDate },
): Promise<Settlement[]> {
  const rows = await statements.rows<SettlementRow>(
    `${SETTLEMENTS} WHERE business_date BETWEEN ? AND ? ORDER BY business_date, source`,
    [from, to],
  );
  return rows.map(settlementOf);
}

function settlementOf(row: SettlementRow): Settlement {
  return {
    settlementId: row.settlement_id,
    source: row.source,
    businessDate: row.business_date,
    subjectId: row.subject_id,
    runId: row.run_id,
    runNo: row.run_no,
    settleOn: row.settle_on,
    state: row.state,
    payments: row.payments,
    draftedAt: row.drafted_at,
    closedAt: row.closed_at,
    dueDate: row.due_date,
  };
}

/** The lines of a settlement, in their order. */
export async function linesOf(statements: Statements, settlementId: string): Promise<SettlementLine[]> {
  const rows = await statements.rows<{
    party_kind: Party['kind'];
    party_id: string;
    kind: string;
    origin: string;
    payments: number;
    amount: string;
    held_amount: string;
  }>(
    `SELECT party_kind, party_id, kind, origin, payments, amount, held_amount FROM settlement_line
     WHERE settlement_id = ? ORDER BY line_no`,
    [settlementId],
  );
  return rows.map((row) => ({
    party: { kind: row.party_kind, id: row.party_id },
    kind: row.kind,
    origin: row.origin,
    payments: row.payments,
    amount: rupiah(BigInt(row.amount)),
    heldAmount: rupiah(BigInt(row.held_amount)),
  }));
}

/** What a settlement gives each party beyond what it has had. */
export async function netsOf(statements: Statements, settlementId: string): Promise<Net[]> {
  const rows = await statements.rows<{
    party_kind: Party['kind'];
    party_id: string;
    net: string;
    carried_in: string;
    pay: string;
  }>(
    `SELECT party_kind, party_id, net, carried_in, pay FROM settlement_net WHERE settlement_id = ?
     ORDER BY party_kind, party_id`,
    [settlementId],
  );
  return rows.map((row) => ({
    party: { kind: row.party_kind, id: row.party_id },
    net: rupiah(BigInt(row.net)),
    carriedIn: rupiah(BigInt(row.carried_in)),
    pay: rupiah(BigInt(row.pay)),
  }));
}

/** What channels that pay after the day owe by a settlement. */
export async function chargesOf(
  statements: Statements,
  settlementId: string,
): Promise<{ channelId: string; subjectId: string; charge: Rupiah; commission: Rupiah }[]> {
  const rows = await statements.rows<{
    channel_id: string;
    subject_id: string;
    charge: string;
    commission: string;
  }>(
    `SELECT channel_id, subject_id, charge, commission FROM settlement_charge WHERE settlement_id = ? ORDER BY channel_id`,
    [settlementId],
  );
  return rows.map((row) => ({
    channelId: row.channel_id,
    subjectId: row.subject_id,
    charge: rupiah(BigInt(row.charge)),
    commission: rupiah(BigInt(row.commission)),
  }));
}

/** Legs of a source that were held back and still are. */
export async function openHeld(statements: Statements, source: string): Promise<LegName[]> {
  const rows = await statements.rows<{ payment_id: string; leg_no: number }>(
    'SELECT payment_id, leg_no FROM settlement_held WHERE source = ? AND released_in IS NULL ORDER BY payment_id, leg_no',
    [source],
  );
  return rows.map(({ payment_id, leg_no }) => ({ paymentId: payment_id, legNo: leg_no }));
}

/** The days of a source that are settled. */
export async function settledDates(statements: Statements, source: string): Promise<BusinessDate[]> {
  const rows = await statements.rows<{ business_date: BusinessDate }>(
    'SELECT business_date FROM settlement WHERE source = ? ORDER BY business_date',
    [source],
  );
  return rows.map(({ business_date }) => business_date);
}
