import { words, type Words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

/** A leg that did not enter the settlement of its own day. */
export interface HeldLeg {
  legNo: number;
  source: string;
  /** The settlement it stayed out of, by the subject of its journals. */
  settlement: string;
  /** Its break; `undone`: it was reversed before; `no_end`; `earlier`: its day was before the first one settled. */
  as: string;
  amount: string;
  end: HeldEnd;
  /** Where it entered after all. */
  enteredIn: string | null;
}

/** waits: for the end of its break; `enters next`: that has ended; reversed: it never enters. */
type HeldEnd = 'waits' | 'enters next' | 'entered' | 'reversed';

interface HeldRow {
  leg_no: number;
  source: string;
  settlement: string;
  kind: string;
  amount: string;
  entered_in: string | null;
  cases: string;
  cases_open: string;
}

/** The legs of a payment that settlements held back, and what has become of each. */
export async function heldLegs({ rows, has }: TraceReading, payment: TracedPayment): Promise<HeldLeg[]> {
  if (!has('settlement_held')) return [];
  const held = await rows<HeldRow>(
    `SELECT h.leg_no, h.source, s.subject_id AS settlement, h.kind, h.amount,
       (SELECT MIN(e.subject_id) FROM settlement_item i JOIN settlement e ON e.settlement_id = i.settlement_id
        WHERE i.payment_id = h.payment_id AND i.subject_id = h.payment_id AND i.kind = 'capture'
          AND i.settlement_id = h.released_in) AS entered_in,
       (SELECT COUNT(*) FROM break_case c WHERE c.payment_id = h.payment_id AND c.source = h.source) AS cases,
       (SELECT COUNT(*) FROM break_case c WHERE c.payment_id = h.payment_id AND c.source = h.source
          AND c.state <> 'resolved' AND c.kind <> 'duplicate') AS cases_open
     FROM settlement_held h JOIN settlement s ON s.settlement_id = h.settlement_id
     WHERE h.payment_id = ? ORDER BY h.leg_no`,
    [payment.paymentId],
  );
  return held.map((row) => ({
    legNo: row.leg_no,
    source: row.source,
    settlement: row.settlement,
    as: row.kind,
    amount: row.amount,
    end: endOf(row, payment),
    enteredIn: row.entered_in,
  }));
}

function endOf({ leg_no, kind, entered_in, cases, cases_open }: HeldRow, { legs }: TracedPayment): HeldEnd {
  if (entered_in !== null) return 'entered';
  const state = legs.find((leg) => leg.leg_no === leg_no)?.state ?? '';
  if (kind === 'undone' || ['REVERSED', 'DECLINED'].includes(state)) return 'reversed';
  return Number(cases) > 0 && Number(cases_open) === 0 && state === 'PAID' ? 'enters next' : 'waits';
}

/** The stretch that shows them; none where nothing was held back. */
export function heldParts(held: readonly HeldLeg[]): TracePart[] {
  if (held.length === 0) return [];
  return [
    {
      name: 'held',
      title: words('Ditahan dari penyelesaian', 'Held back from settlement'),
      rows: held.map(({ settlement, legNo, as, amount, end, enteredIn }) => ({
        settlement,
        leg: legNo,
        as,
        amount,
        end,
        enteredIn,
      })),
      missing: null,
    },
  ];
}

/** Why a leg that was held back is in no settlement; null where it entered one. */
export function whyHeld({ settlement, source, as, end }: HeldLeg): Words | null {
  if (end === 'entered') return null;
  if (as === 'undone')
    return words(
      'dibatalkan sebelum harinya diselesaikan: tidak masuk penyelesaian mana pun',
      'reversed before its day was settled: it enters no settlement',
    );
  const { id, en } = {
    reversed: words(
      ', lalu batal: tidak masuk penyelesaian mana pun',
      ', and reversed since: it enters no settlement',
    ),
    'enters next': words(
      `; selisihnya sudah selesai: masuk penyelesaian ${source} berikutnya`,
      `; its break has ended: it enters the next settlement of ${source}`,
    ),
    waits: WAITS[as] ?? words('; masuk setelah selisihnya selesai', '; it enters when its break has ended'),
  }[end];
  return words(`ditahan dari ${settlement} karena ${as}${id}`, `held back from ${settlement} as ${as}${en}`);
}

const WAITS: Readonly<Record<string, Words>> = {
  no_end: words(
    '; masuk setelah terbayar dan ada di berkas',
    '; it enters once it is paid and a file lists it',
  ),
  late: words('; masuk bersama berkas yang memuatnya', '; it enters with the file that lists it'),
};
