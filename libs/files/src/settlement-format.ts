import type { BusinessDate, CutOff } from '#lib/kernel';
import type { AmountDialect } from './amount-dialect';
import type { RecordLayout } from './columns';
import type { FileNamePattern } from './file-name';

/** S: money moved. F: it did not, or was given back. U: not known yet. */
export type Status = 'S' | 'F' | 'U';

/** How one source writes its settlement file, and how its day is matched. */
export interface SettlementFormat {
  source: string;
  /** The first business date this version holds for; undefined: from the beginning. */
  effectiveFrom: BusinessDate | undefined;
  encoding: 'utf-8' | 'latin1';
  /** `any`: LF or CRLF. */
  lineEnd: 'any' | 'lf' | 'crlf' | 'cr';
  name: FileNamePattern;
  /** What the file is made of. */
  body: TextBody | StatementBody;
  /** Ending of a second file that states totals of the first; it is added to the first one's whole name. */
  companion: string | undefined;
  /** How the companion writes amounts. */
  companionAmount: AmountDialect;
  amount: AmountDialect;
  /** What is cut out of the value of a column. */
  strip: ReadonlyMap<string, RegExp>;
  /** Values of a column that stand for others. */
  values: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** References that say that there is none. */
  blankRefs: ReadonlySet<string>;
  narrative: readonly NarrativeRule[];
  statuses: ReadonlyMap<string, Status>;
  control: Control;
  /** How the file is packed. */
  packing: Packing | undefined;
  /** Names of the secrets that open it. */
  pgp:
    | {
        decrypt: string | undefined;
        verify: string | undefined;
        /** Ending of the file with the signature over the bytes as they came; undefined: the signature is in the file. */
        detached: string | undefined;
      }
    | undefined;
  /** When the source's day ends. */
  cutOff: CutOff;
  match: {
    hasFallbackKey: boolean;
    /** A hint of the narrative is a key of its own (`key`), or a proposal that a person confirms (`proposed`). */
    hint: 'key' | 'proposed' | undefined;
    /** Lines of one group compare as a sum. */
    isGrouped: boolean;
    /** What of a sale their group key names; undefined: its leg reference. */
    groupIs: 'terminal' | 'sub_agent' | 'customer' | 'batch' | undefined;
    /** Within so many minutes an equal amount proposes a match to a person; undefined: never. */
    proposeWithinMinutes: number | undefined;
    /** Largest difference in whole rupiah that still counts as agreed. */
    tolerance: bigint;
    /** Business days after its own in which a late row may still turn up. */
    carryDays: number;
  };
  auto: readonly AutoRule[];
  /** What a further sequence of a day is: one more part of it, or the whole day anew. */
  seq: 'part' | 'replace';
  /** What a day without sales looks like. */
  emptyDay: 'file' | 'no_file';
  settleOn: 'agreed' | 'ours' | 'their_file';
  /** Whether the contract lets us pay again, under a new reference, what the biller turns out not to have. */
  mayResend: boolean;
  /** Whose own file it is, listing the payments of that channel; undefined: it lists what was sent to a biller. */
  channel: string | undefined;
}

/** Lines with columns. */
export interface TextBody {
  layout: 'delimited' | 'fixed' | 'csv';
  /** Empty in fixed width. */
  delimiter: string;
  /** Characters of every line in fixed width; else undefined. */
  width: number | undefined;
  /** A header without id is a line of titles. */
  header: RecordLayout | undefined;
  titles: readonly string[] | undefined;
  detail: RecordLayout;
  trailer: RecordLayout | undefined;
}

/** A bank's statement; `fields` tells which of its elements our words are taken from. */
export interface StatementBody {
  layout: 'mt940' | 'camt053';
  fields: ReadonlyMap<'our_ref' | 'their_ref' | 'paid_at', string>;
  /** The accounts whose statements are taken, as they name them; undefined: any. */
  accounts: ReadonlySet<string> | undefined;
}

/** Whether a format is a bank's statement. */
export function isStatement(body: TextBody | StatementBody): body is StatementBody {
  return body.layout === 'mt940' || body.layout === 'camt053';
}

/** What the file must state about itself, in its trailer or its companion. */
export interface Control {
  count: boolean;
  /** Which lines the stated amount adds up. */
  amount: 'S' | 'all' | undefined;
  /** The customer numbers, added up modulo 10^10. */
  hash: boolean;
  /** The companion states the SHA-256 of the file as it came. */
  checksum: boolean;
}

/** What a free text tells: where `pattern` is found, `set` gives our words their values (`$1` is its first group). */
export interface NarrativeRule {
  pattern: RegExp;
  set: ReadonlyMap<'our_ref' | 'their_ref' | 'hint' | 'group_key', string>;
}

/** A break that may be resolved without a person. */
export interface AutoRule {
  kind: string;
  /** Both sides' statuses, for example `UF`; undefined: any. */
  statuses: string | undefined;
  /** The bank's code for the kind of entry, for example NCHG; undefined: any. */
  type: string | undefined;
  /** Whole rupiah up to which it holds. */
  max: bigint;
  resolve: string;
}

export interface Packing {
  kind: 'zip' | 'gz';
  /** Unpacked bytes to packed bytes. */
  ratioMax: number;
  /** Bytes, unpacked. */
  sizeMaxBytes: number;
}
