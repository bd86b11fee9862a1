import { localTime } from '../cells';
import { words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

interface SettlementRow {
  settlement_id: string;
  subject_id: string;
  source: string;
  business_date: string;
  state: string;
  run_no: number;
  closed_at: Date | null;
}

interface HeldRow {
  leg_no: number;
  settlement_id: string;
  kind: string;
  amount: string;
  released_in: string | null;
}

interface LineRow {
  settlement_id: string;
  line_no: number;
  party_kind: string;
  party_id: string;
  kind: string;
  origin: string;
  payments: number;
  amount: string;
  held_amount: string;
}

interface PayoutRow {
  reference: string;
  party_kind: string;
  party_id: string;
  amount: string;
  state: string;
  updated_at: Date;
}

interface BankRow {
  account: string;
  year: number;
  number: number;
  line_no: number;
  reference: string | null;
  bank_reference: string | null;
  type: string;
  amount: string;
  value_date: string;
  narrative: string;
  outcome: string | null;
  about: string | null;
}

/** Where a payment entered a settlement, what was paid out for it, and the bank's word for that. */
export async function settlementParts(reading: TraceReading, payment: TracedPayment): Promise<TracePart[]> {
  const settlements = await settlementsOf(reading, payment);
  return [
    await settlementPart(reading, payment, settlements),
    ...(await payoutParts(reading, payment, settlements)),
  ];
}

async function settlementsOf(
  { rows, has }: TraceReading,
  { paymentId, legs }: TracedPayment,
): Promise<SettlementRow[]> {
  const paid = legs.filter(({ state }) => state !== 'DECLINED');
  if (!has('settlement') || paid.length === 0) return [];
  const held = await rows<HeldRow>(
    'SELECT leg_no, settlement_id, kind, amount, released_in FROM settlement_held WHERE payment_id = ?',
    [paymentId],
  );
  const items = await rows<{ settlement_id: string }>(
    'SELECT DISTINCT settlement_id FROM settlement_item WHERE payment_id = ?',
    [paymentId],
  );
  const ids = [
    ...held.flatMap(({ settlement_id, released_in }) => [settlement_id, released_in ?? '0']),
    ...items.map(({ settlement_id }) => settlement_id),
    '0',
  ];
  return rows<SettlementRow>(
    `SELECT settlement_id, subject_id, source, business_date, state, run_no, closed_at FROM settlement
     WHERE settlement_id IN (?) OR (source, business_date) IN (?) ORDER BY business_date, settlement_id`,
    [ids, paid.map(({ source, source_business_date }) => [source, source_business_date])],
  );
}

async function settlementPart(
  { rows, has }: TraceReading,
  { paymentId, billerId, channelId }: TracedPayment,
  settlements: readonly SettlementRow[],
): Promise<TracePart> {
  const title = words('Penyelesaian', 'Settlement');
  if (settlements.length === 0)
    return {
      name: 'settlement',
      title,
      rows: [],
      missing: words('belum: harinya belum diselesaikan', 'not yet: its day is not settled'),
    };
  const held = has('settlement_held')
    ? await rows<HeldRow>(
        'SELECT leg_no, settlement_id, kind, amount, released_in FROM settlement_held WHERE payment_id = ?',
        [paymentId],
      )
    : [];
  const lines = await rows<LineRow>(
    `SELECT settlement_id, line_no, party_kind, party_id, kind, origin, payments, amount, held_amount
     FROM settlement_line WHERE settlement_id IN (?) AND (party_id IN (?) OR party_kind = 'own')
     ORDER BY settlement_id, line_no`,
    [settlements.map(({ settlement_id }) => settlement_id), [billerId, channelId]],
  );
  const heldStill = held.filter(({ released_in }) => released_in === null);
  return {
    name: 'settlement',
    title,
    rows: lines.map((line) => {
      const settlement = settlements.find(({ settlement_id }) => settlement_id === line.settlement_id);
      return {
        settlement: settlement?.subject_id ?? null,
        businessDate: settlement?.business_date ?? null,
        run: settlement?.run_no ?? null,
        closedAt: settlement?.closed_at ? localTime(settlement.closed_at) : null,
        line: line.line_no,
        party: `${line.party_kind} ${line.party_id}`,
        kind: line.kind,
        origin: line.origin,
        payments: line.payments,
        amount: line.amount,
        held: line.held_amount,
      };
    }),
    missing:
      heldStill.length === 0
        ? null
        : words(
            `ditahan karena ${heldStill.map(({ kind }) => kind).join(', ')}; masuk setelah selisihnya selesai`,
            `held back as ${heldStill.map(({ kind }) => kind).join(', ')}; it enters when its break has ended`,
          ),
  };
}

async function payoutParts(
  { rows, has }: TraceReading,
  { billerId, channelId }: TracedPayment,
  settlements: readonly SettlementRow[],
): Promise<TracePart[]> {
  const payouts =
    has('payout') && settlements.length > 0
      ? await rows<PayoutRow>(
          // What settlements give may be paid together, in parts, and again after a refusal: all name the first part.
          `SELECT DISTINCT o.reference, o.party_kind, o.party_id, o.amount, o.state, o.updated_at
           FROM settlement_net n JOIN payout o ON o.part_of = n.paid_by
           WHERE n.settlement_id IN (?) AND n.party_id IN (?) ORDER BY o.reference`,
          [settlements.map(({ settlement_id }) => settlement_id), [billerId, channelId]],
        )
      : [];
  const lines =
    payouts.length > 0
      ? await rows<BankRow>(
          `SELECT account, year, number, line_no, reference, bank_reference, type, amount, value_date, narrative, outcome, about
           FROM bank_line WHERE about IN (?) ORDER BY account, year, number, line_no`,
          [payouts.map(({ reference }) => reference)],
        )
      : [];
  // One that was replaced never left; what took its place must have.
  const leaving = payouts.filter(({ state }) => state !== 'replaced');
  const isExecuted = leaving.length > 0 && leaving.every(({ state }) => state === 'executed');
  return [
    {
      name: 'payouts',
      title: words('Pembayaran ke biller dan mitra', 'Payouts'),
      rows: payouts.map((one) => ({
        reference: one.reference,
        party: `${one.party_kind} ${one.party_id}`,
        amount: one.amount,
        state: one.state,
        since: localTime(one.updated_at),
      })),
      missing:
        payouts.length === 0 ? words('belum: tidak ada perintah bayar', 'not yet: there is no payout') : null,
    },
    {
      name: 'bank',
      title: words('Rekening koran', 'Bank statement'),
      rows: lines.map((line) => ({
        account: line.account,
        statement: `${line.year}/${line.number}`,
        line: line.line_no,
        valueDate: line.value_date,
        amount: line.amount,
        reference: line.reference,
        bankReference: line.bank_reference,
        type: line.type,
        outcome: line.outcome,
        payout: line.about,
        narrative: line.narrative,
      })),
      missing: isExecuted
        ? null
        : words('belum: bank belum menunjukkannya', 'not yet: no bank statement shows it'),
    },
  ];
}
