/** Why a settlement file is refused. A file that fails one gate is refused whole: none of its lines moves a total. */
export type Gate =
  | 'name_wrong'
  | 'date_wrong'
  | 'line_invalid'
  | 'record_unknown'
  | 'trailer_missing'
  | 'control_count'
  | 'control_amount'
  | 'control_hash';

/** A refused file, told so that an operator can ask its sender for a right one. */
export interface GateFailure {
  gate: Gate;
  /** The name the file came under. */
  file: string;
  /** From 1; null where the whole file is meant. */
  line: number | null;
  /** What the file says; null where it says nothing. */
  stated: string | null;
  /** What we computed or expected instead. */
  computed: string | null;
  /** One sentence for people. */
  reason: string;
}

/**
 * A failed gate on its way out of the stream; `readSettlementFile` turns it into a value.
 * Inside a stream there is no other way out than to throw.
 */
export class Refused extends Error {
  constructor(
    readonly gate: Gate,
    readonly line: number | null,
    readonly stated: string | null,
    readonly computed: string | null,
    reason: string,
  ) {
    super(reason);
  }

  /** The failure as operators see it. */
  of(file: string): GateFailure {
    const { gate, line, stated, computed, message } = this;
    return { gate, file, line, stated, computed, reason: message };
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
