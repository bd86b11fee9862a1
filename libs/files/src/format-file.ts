import { isBusinessDate, zoneOffsetMinutes } from '#lib/kernel';
import { z } from 'zod';
import { WHOLE_RUPIAH } from './amount-dialect';
import { column, columnNames, type Column, type RecordLayout } from './columns';
import { fileNamePattern } from './file-name';

/** The words a detail line may use for its columns. */
export const DETAIL_COLUMNS = {
  line_no: 'their number of the line; digits, not used',
  our_ref: 'our reference as they state it: the key',
  their_ref: 'their reference of the payment',
  customer_no: 'their customer number: for the hash total only, neither kept nor shown',
  amount: 'rupiah, in the dialect of `amount`',
  fee: 'their fee, in the same dialect; not used in matching',
  status: 'a code of `status`; without this column every line is S',
  paid_at: 'local time of the source; needs a date pattern',
  hint: 'a further key that is only a hint',
  group_key: 'lines with one group key compare as a sum',
  type: 'their code for the kind of entry',
  narrative: 'free text, for the rules of `narrative`; not kept',
  product: 'what was sold; written, not used in reading',
  break_kind: 'what reconciliation found, where it did not simply agree; written, not used in reading',
} as const;

/** What may be a constant in a header, and what of it is used. */
export const HEADER_COLUMNS = {
  biller: 'with a constant: another value is another party’s file',
  kind: 'with a constant: what kind of file it is',
  business_date: 'the business date, which must be that of the name; needs a date pattern',
  created_at: 'when it was written; needs a date pattern; not used',
  seq: 'the sequence; digits, not used',
  run: 'the reconciliation run that it tells of; written, not used in reading',
  replaces: 'the sequence that it takes the place of; written, not used in reading',
} as const;

/** What a trailer or a companion states. */
export const TRAILER_COLUMNS = {
  count: 'how many detail lines there are',
  amount: 'the sum of their amounts, by `control.amount`',
  hash: 'the sum of their customer numbers modulo 10^10',
} as const;

const DATES = ['business_date', 'created_at', 'paid_at'];
const REFERENCES = ['our_ref', 'their_ref', 'hint', 'group_key'] as const;

/** Turns what a compiler throws into an issue at the value it was given, so that the message names file and line. */
function compiled<T>(compile: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return compile(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

const regex = compiled((text) => new RegExp(text));

/** Columns may only carry names that the reader knows; a misspelt one would be skipped in silence. */
function layout(known: readonly string[], needed: readonly string[]) {
  return z
    .strictObject({
      id: z.string().min(1).optional().describe('what each such line begins with'),
      cols: z
        .array(compiled<Column>(column))
        .min(1)
        .describe('name, name=constant, name:date-pattern or _; fixed width adds @start-end'),
    })
    .transform(({ id, cols }): RecordLayout => ({ id, columns: cols }))
    .superRefine((value, context) => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['cols'], message });
      const names = columnNames(value);
      for (const name of needed) if (!names.includes(name)) refuse(`the column ${name} is missing`);
      for (const [index, name] of names.entries())
        if (names.indexOf(name) !== index) refuse(`the column ${name} is named twice`);
      for (const one of value.columns) {
        if (one.kind === 'skip' || one.kind === 'constant') continue;
        if (!known.includes(one.name)) refuse(`${one.name} is not a column; known: ${known.join(', ')}`);
        if (DATES.includes(one.name) !== (one.kind === 'date'))
          refuse(
            `${one.name} must be written ${DATES.includes(one.name) ? 'with' : 'without'} a date pattern`,
          );
      }
    });
}

const HeaderColumns = layout(Object.keys(HEADER_COLUMNS), ['business_date']);

/** A header with an id has columns; one without is a line of titles that must stand as written. */
const Header = z
  .strictObject({ id: z.string().min(1).optional(), cols: z.array(z.string()).min(1) })
  .transform((value, context): RecordLayout | { titles: readonly string[] } => {
    if (value.id === undefined) return { titles: value.cols };
    const parsed = HeaderColumns.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  });

const Time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time from 00:00 to 24:00');
const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a secret, such as PGP_LPB01');

const Amount = z
  .strictObject({
    scale: z.int().min(0).max(4).describe('decimals; without `decimal` they are implied'),
    thousands: z.enum(['.', ',', ' ', "'"]).optional(),
    decimal: z.enum(['.', ',']).optional(),
  })
  .refine(({ thousands, decimal }) => thousands === undefined || thousands !== decimal, {
    message: 'thousands and decimal must differ',
  })
  .refine(({ scale, decimal }) => scale > 0 || decimal === undefined, {
    message: 'decimal needs a scale above 0',
  })
  .transform(({ scale, thousands, decimal }) => ({ scale, thousands, decimal }));

const Packing = z
  .union([
    z.enum(['zip', 'gz']),
    z.strictObject({
      kind: z.enum(['zip', 'gz']),
      ratio_max: z.int().min(1).max(10_000).default(200),
      size_max_bytes: z.int().min(1).default(17_179_869_184),
    }),
  ])
  .transform((value) => {
    const given = typeof value === 'string' ? { kind: value } : value;
    const { kind, ratio_max, size_max_bytes } = {
      ratio_max: 200,
      size_max_bytes: 17_179_869_184,
      ...given,
    };
    return { kind, ratioMax: ratio_max, sizeMaxBytes: size_max_bytes };
  });

const Pgp = z
  .strictObject({
    decrypt: SecretName.optional().describe('our private key'),
    verify: SecretName.optional().describe('their public key'),
    detached: z
      .enum(['.sig', '.asc'])
      .optional()
      .describe(
        'the ending, behind the whole name, of the file that holds the signature; left out: it is in the file',
      ),
  })
  .refine(({ decrypt, verify }) => decrypt !== undefined || verify !== undefined, {
    message: 'needs decrypt, verify or both',
  })
  .refine(({ verify, detached }) => detached === undefined || verify !== undefined, {
    message: 'detached needs verify: the key by which the signature is checked',
  })
  .transform(({ decrypt, verify, detached }) => ({ decrypt, verify, detached }));

const Auto = z
  .strictObject({
    kind: z.string().regex(/^[a-z_]+$/, 'must be a kind of break'),
    status: z
      .string()
      .regex(/^[SFU]{2}$/, 'must be a pair of statuses such as UF')
      .optional(),
    type: z.string().min(1).max(20).optional(),
    max: z.int().min(0).describe('whole rupiah'),
    resolve: z.string().regex(/^[a-z_]+$/, 'must be a resolution'),
  })
  .transform(({ kind, status, type, max, resolve }) => {
    return { kind, statuses: status, type, max: BigInt(max), resolve };
  });

const Narrative = z
  .strictObject({ re: regex, set: z.partialRecord(z.enum(REFERENCES), z.string().min(1)) })
  .transform(({ re, set }) => {
    return { pattern: re, set: new Map(Object.entries(set) as [(typeof REFERENCES)[number], string][]) };
  });

const Keys = z.enum(['our_ref', 'their_ref', 'hint']);

/** What every layout may say. */
const COMMON = {
  source: z
    .string()
    .regex(/^[A-Z][A-Z0-9]{1,19}$/, 'must be 2 to 20 capital letters and digits')
    .describe('the code of the counterparty feed'),
  effective_from: z
    .string()
    .refine(isBusinessDate, 'must be a date such as 2026-07-14')
    .optional()
    .describe('the first business date of this version'),
  time_zone: z
    .string()
    .default('Asia/Jakarta')
    .superRefine((zone, context) => {
      try {
        zoneOffsetMinutes(zone);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .describe('of the times in the file and of the cut-off'),
  name: compiled(fileNamePattern).describe('literal text, one {date pattern} and at most one {seq}'),
  encoding: z.enum(['utf-8', 'latin1']).default('utf-8'),
  eol: z
    .enum(['any', 'lf', 'crlf', 'cr'])
    .default('any')
    .describe('any: LF or CRLF; a lone CR is refused but by cr'),
  zip: Packing.optional().describe('zip or gz, and its limits'),
  pgp: Pgp.optional().describe('names of secrets; the file is signed, encrypted or both'),
  blank_ref: z.array(z.string().min(1)).default([]).describe('references that say that there is none'),
  narrative: z.array(Narrative).max(20).default([]).describe('what a free text tells'),
  auto: z.array(Auto).max(50).default([]).describe('breaks that are resolved without a person'),
  seq: z
    .enum(['part', 'replace'])
    .default('replace')
    .describe('what a further sequence of a day is: a part of it, or the whole day anew'),
  empty_day: z.enum(['file', 'no_file']).default('file').describe('what a day without sales looks like'),
  match: z.strictObject({
    keys: z
      .array(Keys)
      .min(1)
      .refine((keys) => keys[0] === 'our_ref' && new Set(keys).size === keys.length, {
        message: 'must begin with our_ref and may go on with their_ref and hint',
      }),
    tolerance: z.int().min(0).describe('whole rupiah that still count as agreed'),
    cutoff: Time.default('24:00'),
    grace_min: z.int().min(0).max(720).default(0),
    carry_days: z.int().min(0).max(31).describe('business days in which a late row may still turn up'),
    hint_is: z.enum(['proposed', 'key']).default('proposed'),
    group_is: z
      .enum(['terminal', 'sub_agent', 'customer', 'batch'])
      .optional()
      .describe(
        'what of a sale their group_key names; batch: its business date as 20260714; left out: its leg reference',
      ),
    propose_within_min: z
      .int()
      .min(1)
      .max(720)
      .optional()
      .describe('minutes within which an equal amount proposes a match to a person; left out: never'),
  }),
  settle_on: z.enum(['agreed', 'ours', 'their_file']).default('agreed'),
  resend: z
    .boolean()
    .default(false)
    .describe('true: the contract lets us pay again, under a new reference, what the biller does not have'),
  channel: z
    .string()
    .regex(/^[A-Za-z0-9-]{2,40}$/, 'must be a channel')
    .optional()
    .describe(
      'of a channel’s own file: it lists that channel’s payments; left out: the payments sent to a biller',
    ),
};

const Text = z.strictObject({
  ...COMMON,
  layout: z.enum(['delimited', 'fixed', 'csv']),
  delimiter: z.string().length(1).optional().describe('between columns; csv: a comma unless told'),
  width: z.int().min(1).max(9_999).optional().describe('characters of every line in fixed width'),
  companion: z
    .union([z.string(), z.strictObject({ ending: z.string(), amount: Amount.prefault({ scale: 0 }) })])
    .transform((value) => (typeof value === 'string' ? { ending: value, amount: WHOLE_RUPIAH } : value))
    .refine(({ ending }) => /^\.[A-Za-z0-9]{1,10}$/.test(ending), {
      message: 'must be an ending such as .ctl; it is added to the whole name of the file',
    })
    .optional()
    .describe('a second file that states totals, as key=value pairs'),
  header: Header.optional(),
  detail: layout(Object.keys(DETAIL_COLUMNS), ['our_ref', 'amount']),
  trailer: layout(Object.keys(TRAILER_COLUMNS), []).optional(),
  amount: Amount,
  strip: z.partialRecord(z.enum(Object.keys(DETAIL_COLUMNS) as [string]), regex).default({}),
  map: z
    .partialRecord(z.enum(Object.keys(DETAIL_COLUMNS) as [string]), z.record(z.string(), z.string()))
    .default({})
    .describe('values of a column that stand for others'),
  status: z
    .strictObject({
      S: z.array(z.string()).min(1),
      F: z.array(z.string()).default([]),
      U: z.array(z.string()).default([]),
    })
    .optional(),
  control: z.union(
    [
      z.literal('none'),
      z.strictObject({
        count: z.literal('all').optional(),
        amount: z.enum(['S', 'all']).optional(),
        hash: z.literal('customer_no mod 10^10').optional(),
        checksum: z.literal('sha256').optional(),
      }),
    ],
    { error: 'must be none, or name count, amount, hash or checksum' },
  ),
});

export type TextFile = z.infer<typeof Text>;

/** The elements of a bank's entry from which our words may be taken. */
export const STATEMENT_FIELDS = {
  mt940: ['61.customer_ref', '61.bank_ref', '61.value_date', '61.amount'],
  camt053: [
    'EndToEndId',
    'InstrId',
    'TxId',
    'MsgId',
    'PmtInfId',
    'AcctSvcrRef',
    'NtryRef',
    'ValDt',
    'BookgDt',
    'Amt',
  ],
} as const;

const Statement = z.strictObject({
  ...COMMON,
  layout: z.enum(['mt940', 'camt053']),
  detail: z
    .strictObject({
      our_ref: z.string(),
      their_ref: z.string().optional(),
      amount: z.string().optional(),
      paid_at: z.string().optional(),
    })
    .describe('which element of an entry each word of ours is taken from'),
  accounts: z
    .array(z.string().min(1).max(40))
    .min(1)
    .optional()
    .describe('our accounts, as the statement names them; a statement of another one is refused'),
  amount: Amount.default({ scale: 2, thousands: undefined, decimal: ',' }),
});

export type StatementFile = z.infer<typeof Statement>;

/** A format as its file writes it, before what a schema cannot say is looked at. */
export const FormatFile = z.discriminatedUnion('layout', [Text, Statement]);

/** The shape of a format for editors: config/formats/schema.json. */
export function formatJsonSchema(): object {
  return z.toJSONSchema(FormatFile, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
}
