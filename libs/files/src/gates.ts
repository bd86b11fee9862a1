/** Why a settlement file is refused. A file that fails one gate is refused whole: none of its lines moves a total. */
export type Gate =
  | 'name_wrong'
  | 'date_wrong'
  /** It is the file of another day; found by whoever knows all of them. */
  | 'other_day'
  | 'line_invalid'
  | 'record_unknown'
  | 'trailer_missing'
  | 'control_count'
  | 'control_amount'
  | 'control_hash'
  | 'companion_missing'
  | 'companion_invalid'
  | 'checksum_wrong'
  | 'packing_refused'
  | 'signature_wrong'
  | 'not_decrypted'
  | 'account_wrong'
  | 'balance_opening'
  | 'balance_closing'
  | 'statement_number';

/** A refused file, told so that an operator can ask its sender for a right one. */
export interface GateFailure {
  gate: Gate;
  /** The name the file came under. */
  file: string;
  /** From 1; null where the whole file is meant. */
  line: number | null;
  /** Which column or total; null where the line or the file as a whole is meant. */
  field: string | null;
  /** What the file says; null where it says nothing. */
  stated: string | null;
  /** What we computed or expected instead. */
  computed: string | null;
  /** One sentence for people. */
  reason: string;
}

/**
 * A failed gate on its way out of the reader; `readSettlementFile` turns it into a value.
 * Inside a stream there is no other way out than to throw.
 */
export class Refused extends Error {
  constructor(
    readonly gate: Gate,
    readonly line: number | null,
    readonly stated: string | null,
    readonly computed: string | null,
    reason: string,
    readonly field: string | null = null,
  ) {
    super(reason);
  }

  /** The failure as operators see it. */
  of(file: string): GateFailure {
    const { gate, line, field, stated, computed, message } = this;
    return { gate, file, line, field, stated, computed, reason: message };
  }
}

const SHOWN_MAX = 40;

/** A value out of a foreign file as a message may show it: short, and without control characters. */
export function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length <= SHOWN_MAX ? plain : `${plain.slice(0, SHOWN_MAX)}…`;
}

/** A file without its last line is a cut file, wherever it was cut. */
export function noTrailer(line: number, id: string): Refused {
  const reason = `the file ends at line ${line} without its trailer ${id}: it was cut or is still being written`;
  return new Refused('trailer_missing', line, 'no trailer', `a last line ${id}`, reason);
}

/** A value that is not what its column holds. */
export function invalid(line: number, field: string, stated: string | undefined, expected: string): Refused {
  const text = shown(stated ?? '');
  const reason = `line ${line}: ${field} "${text}" is not ${expected}`;
  return new Refused('line_invalid', line, text, expected, reason, field);
}

/** A line that begins like none the format knows. */
export function unknownRecord(line: number, id: string, expected: string): Refused {
  const reason = `line ${line} begins with "${shown(id)}"; this format knows ${expected} here`;
  return new Refused('record_unknown', line, shown(id), expected, reason);
}
