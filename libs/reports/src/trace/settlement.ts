import { localTime } from '../cells';
import { words, type Words } from '../language';
import { heldLegs, heldParts, whyHeld, type HeldLeg } from './held';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

interface SettlementRow {
  settlement_id: string;
  subject_id: string;
  business_date: string;
  run_no: number;
  closed_at: Date | null;
}

/** A settlement that a payment is in, and as what: its lines of these origins and kinds hold something of it. */
interface Entered extends SettlementRow {
  isOfDay: boolean;
  /** Kinds of the items that name the payment. */
  items: readonly string[];
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
  const held = await heldLegs(reading, payment);
  const entered = await enteredBy(reading, payment, held);
  const part = await settlementPart(reading, payment, entered, held);
  const isOver = entered.length === 0 && (held.length > 0 || isDeclined(payment));
  return [part, ...heldParts(held), ...(await payoutParts(reading, payment, { entered, isOver }))];
}

function isDeclined({ legs }: TracedPayment): boolean {
  return legs.length > 0 && legs.every(({ state }) => state === 'DECLINED');
}

/**
 * A settlement sums its day and writes no row for what agrees: a payment is in the one of its day unless that held it
 * back, and in any other only where an item names it.
 */
async function enteredBy(
  { rows, has }: TraceReading,
  { paymentId, legs }: TracedPayment,
  held: readonly HeldLeg[],
): Promise<Entered[]> {
  if (!has('settlement')) return [];
  const isHeld = new Set(held.map(({ legNo }) => legNo));
  const ofDays = legs.filter(({ leg_no, state }) => state !== 'DECLINED' && !isHeld.has(leg_no));
  const items = await rows<{ settlement_id: string; kind: string }>(
    'SELECT DISTINCT settlement_id, kind FROM settlement_item WHERE payment_id = ?',
    [paymentId],
  );
  const settlements = await rows<SettlementRow & { source: string }>(
    `SELECT settlement_id, subject_id, source, business_date, run_no, closed_at FROM settlement
     WHERE settlement_id IN (?) OR (source, business_date) IN (?) ORDER BY business_date, settlement_id`,
    [
      ['0', ...items.map(({ settlement_id }) => settlement_id)],
      [
        ['', '1000-01-01'],
        ...ofDays.map(({ source, source_business_date }) => [source, source_business_date]),
      ],
    ],
  );
  return settlements.map((settlement) => ({
    ...settlement,
    isOfDay: ofDays.some(
      ({ source, source_business_date }) =>
        source === settlement.source && source_business_date === settlement.business_date,
    ),
    items: items.flatMap(({ settlement_id, kind }) =>
      settlement_id === settlement.settlement_id ? [kind] : [],
    ),
  }));
}

/** Whether a line holds something of the payment. */
function isAbout({ kind, origin }: LineRow, { isOfDay, items }: Entered): boolean {
  if (kind === 'held_back') return false;
  if (kind === 'disputed' && items.some((item) => item.startsWith('claim'))) return true;
  if (origin === 'day') return isOfDay;
  if (origin === 'late') return items.includes('capture');
  return items.some((item) => item !== 'capture' && !item.startsWith('claim'));
}

async function settlementPart(
  { rows }: TraceReading,
  payment: TracedPayment,
  entered: readonly Entered[],
  held: readonly HeldLeg[],
): Promise<TracePart> {
  const title = words('Penyelesaian', 'Settlement');
  const why = held.map(whyHeld).find((text) => text !== null) ?? null;
  if (entered.length === 0)
    return {
      name: 'settlement',
      title,
      rows: [],
      missing:
        why ??
        (isDeclined(payment)
          ? words('ditolak: tidak ada yang diselesaikan', 'declined: there is nothing to settle')
          : words('belum: harinya belum diselesaikan', 'not yet: its day is not settled')),
    };
  const lines = await rows<LineRow>(
    `SELECT settlement_id, line_no, party_kind, party_id, kind, origin, payments, amount
     FROM settlement_line WHERE settlement_id IN (?) AND (party_id IN (?) OR party_kind = 'own')
     ORDER BY settlement_id, line_no`,
    [entered.map(({ settlement_id }) => settlement_id), [payment.billerId, payment.channelId]],
  );
  return {
    name: 'settlement',
    title,
    rows: entered.flatMap((settlement) =>
      lines
        .filter((line) => line.settlement_id === settlement.settlement_id && isAbout(line, settlement))
        .map((line) => rowOf(settlement, line)),
    ),
    missing: why,
  };
}

function rowOf(settlement: Entered, line: LineRow): TracePart['rows'][number] {
  return {
    settlement: settlement.subject_id,
    businessDate: settlement.business_date,
    run: settlement.run_no,
    closedAt: settlement.closed_at ? localTime(settlement.closed_at) : null,
    line: line.line_no,
    party: `${line.party_kind} ${line.party_id}`,
    kind: line.kind,
    origin: line.origin,
    payments: line.payments,
    amount: line.amount,
  };
}

async function payoutParts(
  { rows, has }: TraceReading,
  { billerId, channelId }: TracedPayment,
  { entered, isOver }: { entered: readonly Entered[]; isOver: boolean },
): Promise<TracePart[]> {
  const payouts =
    has('payout') && entered.length > 0
      ? await rows<PayoutRow>(
          // What settlements give may be paid together, in parts, and again after a refusal: all name the first part.
          `SELECT DISTINCT o.reference, o.party_kind, o.party_id, o.amount, o.state, o.updated_at
           FROM settlement_net n JOIN payout o ON o.part_of = n.paid_by
           WHERE n.settlement_id IN (?) AND n.party_id IN (?) ORDER BY o.reference`,
          [entered.map(({ settlement_id }) => settlement_id), [billerId, channelId]],
        )
      : [];
  const lines =
    payouts.length > 0
      ? await rows<BankRow>(
          `SELECT account, year, number, line_no, reference, bank_reference, type, amount, value_date, narrative, outcome, about
           FROM bank_line l WHERE about IN (?) OR EXISTS (SELECT 1 FROM bank_line_payout g WHERE g.reference IN (?)
             AND g.account = l.account AND g.year = l.year AND g.number = l.number AND g.line_no = l.line_no)
           ORDER BY account, year, number, line_no`,
          [
            payouts.map(({ reference }) => reference),
            payouts.flatMap(({ reference }) => [reference, `RD-${reference}`]),
          ],
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
      missing: payouts.length === 0 ? noPayout(isOver) : null,
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
      missing: isExecuted ? null : noBankLine(isOver),
    },
  ];
}

function noPayout(isOver: boolean): Words {
  return isOver
    ? words('tidak ada: tidak di penyelesaian mana pun', 'none: it is in no settlement')
    : words('belum: tidak ada perintah bayar', 'not yet: there is no payout');
}

function noBankLine(isOver: boolean): Words {
  return isOver
    ? words('tidak ada: tanpa perintah bayar', 'none: there is no payout')
    : words('belum: bank belum menunjukkannya', 'not yet: no bank statement shows it');
}
