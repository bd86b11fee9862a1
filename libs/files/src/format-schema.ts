import { fail, ok, type Result } from '#lib/kernel';
import { WHOLE_RUPIAH } from './amount-dialect';
import { columnNames } from './columns';
import { FormatFile, type StatementFile, type TextFile } from './format-file';
import { isText, refuseContradictions } from './format-rules';
import { isStatement, type SettlementFormat, type TextBody } from './settlement-format';

/** A format, read from its file and compiled for its reader. */
export const Format = FormatFile.superRefine(refuseContradictions).transform((format): SettlementFormat =>
  isText(format) ? textFormat(format) : statementFormat(format),
);

/** The keys of the grammar by which a file is written. */
export const WRITTEN_KEYS = [
  'name',
  'layout',
  'delimiter',
  'width',
  'encoding',
  'eol',
  'zip',
  'header',
  'detail',
  'trailer',
  'amount',
  'map',
  'status',
  'control',
] as const;

/** A mistake at a key. */
export interface FormatMistake {
  path: PropertyKey[];
  message: string;
}

/**
 * Compiles the format of files that we write: `WRITTEN_KEYS` of the same grammar in which settlement files are read.
 * @returns every mistake with the key at which it stands.
 */
export function formatToWrite(
  keys: Readonly<Partial<Record<(typeof WRITTEN_KEYS)[number], unknown>>>,
): Result<SettlementFormat, FormatMistake[]> {
  const match = { keys: ['our_ref'], tolerance: 0, carry_days: 0 };
  const parsed = Format.safeParse({ ...keys, source: 'OURS', match });
  if (!parsed.success) return fail(parsed.error.issues.map(({ path, message }) => ({ path, message })));
  const { body, packing } = parsed.data;
  const mistakes: FormatMistake[] = [];
  if (isStatement(body)) mistakes.push({ path: ['layout'], message: 'a bank’s statement is only read' });
  if (packing?.kind === 'zip') mistakes.push({ path: ['zip'], message: 'zip is only read; gz is written' });
  return mistakes.length > 0 ? fail(mistakes) : ok(parsed.data);
}

function textFormat(format: TextFile): SettlementFormat {
  const { header, control } = format;
  const hasTitles = header !== undefined && 'titles' in header;
  const body: TextBody = {
    layout: format.layout,
    delimiter: format.layout === 'fixed' ? '' : (format.delimiter ?? ','),
    width: format.width,
    header: hasTitles ? undefined : header,
    titles: hasTitles ? header.titles : undefined,
    detail: format.detail,
    trailer: format.trailer,
  };
  const details = columnNames(format.detail);
  const narrated = format.narrative.some(({ set }) => set.has('group_key'));
  return {
    ...common(format, details.includes('group_key') || narrated),
    body,
    companion: format.companion?.ending,
    companionAmount: format.companion?.amount ?? WHOLE_RUPIAH,
    strip: new Map(Object.entries(format.strip as Record<string, RegExp>)),
    values: new Map(
      Object.entries(format.map).map(([name, table]) => [name, new Map(Object.entries(table ?? {}))]),
    ),
    statuses: new Map(
      (['S', 'F', 'U'] as const).flatMap((status) =>
        (format.status?.[status] ?? []).map((code) => [code, status]),
      ),
    ),
    control:
      control === 'none'
        ? { count: false, amount: undefined, hash: false, checksum: false }
        : {
            count: control.count !== undefined,
            amount: control.amount,
            hash: control.hash !== undefined,
            checksum: control.checksum !== undefined,
          },
  };
}

function statementFormat(format: StatementFile): SettlementFormat {
  const { our_ref, their_ref, paid_at } = format.detail;
  const fields = Object.entries({ our_ref, their_ref, paid_at }).filter(([, value]) => value !== undefined);
  return {
    ...common(
      format,
      format.narrative.some(({ set }) => set.has('group_key')),
    ),
    body: {
      layout: format.layout,
      fields: new Map(fields as ['our_ref' | 'their_ref' | 'paid_at', string][]),
      accounts: format.accounts && new Set(format.accounts),
    },
    companion: undefined,
    companionAmount: WHOLE_RUPIAH,
    strip: new Map(),
    values: new Map(),
    statuses: new Map(),
    control: { count: false, amount: undefined, hash: false, checksum: false },
  };
}

function common(format: TextFile | StatementFile, isGrouped: boolean) {
  const { keys, tolerance, cutoff, grace_min, carry_days, hint_is, group_is, propose_within_min } =
    format.match;
  return {
    source: format.source,
    effectiveFrom: format.effective_from,
    encoding: format.encoding,
    lineEnd: format.eol,
    name: format.name,
    amount: format.amount,
    blankRefs: new Set(format.blank_ref),
    narrative: format.narrative,
    packing: format.zip,
    pgp: format.pgp,
    cutOff: { at: cutoff, graceMinutes: grace_min, timeZone: format.time_zone },
    match: {
      hasFallbackKey: keys.includes('their_ref'),
      hint: keys.includes('hint') ? hint_is : undefined,
      isGrouped,
      groupIs: group_is,
      proposeWithinMinutes: propose_within_min,
      tolerance: BigInt(tolerance),
      carryDays: carry_days,
    },
    auto: format.auto,
    seq: format.seq,
    emptyDay: format.empty_day,
    settleOn: format.settle_on,
    mayResend: format.resend,
    channel: format.channel,
  };
}
