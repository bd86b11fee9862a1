import { z } from 'zod';
import { fieldFormat } from './field-format';
import { LayoutShape } from './layout-shape';

const Word = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'must be one word, such as cardAcceptor');
const DialectName = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case words joined by dashes');
const MtiText = z.string().regex(/^\d{4}$/, "must be four digits in quotes, such as '0200'");
const FieldNumber = z.int().min(2).max(128);

/** Where one message ends and the next begins. */
const Framing = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Two bytes of length before each message. */
    kind: z.literal('binary2'),
    order: z.enum(['big', 'little']),
    countsItself: z.boolean().default(false),
    sizeMaxBytes: z.int().min(16).max(65_533),
  }),
  z.strictObject({
    /** Four digits of length before each message. */
    kind: z.literal('ascii4'),
    countsItself: z.boolean().default(false),
    sizeMaxBytes: z.int().min(16).max(9_995),
  }),
  z.strictObject({
    /** One byte behind each message, which no message contains. */
    kind: z.literal('trailer'),
    byte: z.int().min(0).max(255),
    sizeMaxBytes: z.int().min(16).max(65_533),
  }),
]);

const Prefix = z.enum(['ascii', 'bcd', 'binary']);
const Body = z.enum(['ascii', 'bcd', 'binary']);
const MaskName = z.enum(['safe', 'pan', 'last4', 'all']);

/** How one data element is written. */
const Field = z.strictObject({
  name: Word,
  format: z.string().superRefine((text, context) => {
    try {
      fieldFormat(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  }),
  /** The length before a variable field; the dialect's own where left out. */
  prefix: Prefix.optional(),
  body: Body.optional(),
  /** Fixed fields only. Zeros stand before digits, spaces behind text; `none` refuses what is shorter. */
  pad: z.enum(['zeros', 'spaces', 'none']).optional(),
  /** What is not said to be safe shows as stars. */
  mask: MaskName.default('all'),
});

const Numbers = z.array(FieldNumber).default([]);

/** One message type. M: mandatory; ME: mandatory, echoed; C: on a condition; CE: echoed where it came; O: optional. */
const Message = z.strictObject({
  name: z.string().min(1),
  /** The type that answers this one; left out where this is an answer. */
  answer: MtiText.optional(),
  M: Numbers,
  ME: Numbers,
  C: Numbers,
  CE: Numbers,
  O: Numbers,
});

const Stamp = z.strictObject({
  /** Of yyyy, MM, dd, HH, mm, ss, in any order. */
  format: z.string().regex(/^(yyyy|MM|dd|HH|mm|ss)+$/, 'must be made of yyyy, MM, dd, HH, mm and ss'),
  zone: z.enum(['UTC', 'Asia/Jakarta']),
});

/** Sign-on, echo and sign-off. */
const Network = z.strictObject({
  request: MtiText,
  /** Where the code stands that says which of them it is. */
  codeField: FieldNumber,
  signOn: z.string(),
  signOff: z.string(),
  echo: z.string(),
});

/** The answer codes that a link gives by itself. */
const Codes = z.strictObject({
  field: FieldNumber,
  approved: z.string(),
  /** To a message before sign-on. */
  signOnFirst: z.string(),
  /** To what cannot be read. */
  malformed: z.string(),
  /** Where an answer names the data element to blame for that; left out: it does not. */
  blameField: FieldNumber.optional(),
  /** To a network code that is none of ours. */
  networkCodeUnknown: z.string(),
  /** To a message that meets a full link. */
  busy: z.string(),
});

const Shape = z.strictObject({
  dialect: DialectName,
  version: z.int().positive(),
  title: z.string().min(1),
  framing: Framing,
  mti: z.strictObject({ version: z.enum(['0', '1', '2']), encoding: z.enum(['ascii', 'bcd']) }),
  bitmap: z.enum(['hex', 'binary']),
  encoding: z.strictObject({ prefix: Prefix, body: z.enum(['ascii', 'bcd']) }),
  /** The data element that counts messages (STAN). */
  stanField: FieldNumber,
  /** What pairs an answer with its request, besides the message class. */
  match: z.array(FieldNumber),
  /** Instants that a message carries, by data element. */
  stamps: z.record(z.string().regex(/^\d+$/), Stamp),
  codes: Codes,
  network: Network,
  fields: z.record(
    z.string().regex(/^([2-9]|[1-9]\d|1[01]\d|12[0-8])$/, 'must be a number from 2 to 128'),
    Field,
  ),
  /** What a guide says of each field. */
  meanings: z.record(z.string().regex(/^\d+$/), z.string()).default({}),
  messages: z.record(MtiText, Message),
  layouts: z.record(DialectName, LayoutShape).default({}),
});

type Refuse = (path: (string | number)[], message: string) => void;

/** The grammar of config/iso8583/<dialect>.yaml. What refers to nothing is refused with its file, line and key. */
export const SpecShape = Shape.superRefine((spec, context) => {
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message });
  checkFields(spec, refuse);
  checkMessages(spec, refuse);
  checkReferences(spec, refuse);
  checkTrailer(spec, refuse);
});

/** A dialect as its file says it. */
export type SpecDefinition = z.infer<typeof Shape>;
/** One data element of it. */
export type FieldDefinition = z.infer<typeof Field>;
/** One message type of it. */
export type MessageDefinition = z.infer<typeof Message>;
export type FramingDefinition = z.infer<typeof Framing>;
export type PrefixEncoding = z.infer<typeof Prefix>;

function checkFields({ fields, encoding }: SpecDefinition, refuse: Refuse): void {
  const names = new Map<string, string>();
  for (const [number, field] of Object.entries(fields)) {
    const at = ['fields', number];
    if (number === '65') refuse(at, '65 announces a third bitmap, which no dialect here has');
    const before = names.get(field.name);
    if (before !== undefined) refuse([...at, 'name'], `${field.name} is the name of ${before} already`);
    names.set(field.name, number);
    if (!isFormat(field.format)) continue;
    const { type, lengthDigits } = fieldFormat(field.format);
    if (lengthDigits === 0 && field.prefix)
      refuse([...at, 'prefix'], 'a fixed field has no length before it');
    if (lengthDigits > 0 && field.pad) refuse([...at, 'pad'], 'a variable field is not padded');
    if (field.body === 'bcd' && type !== 'n' && type !== 'z')
      refuse([...at, 'body'], 'only digits (n, z) can be packed as BCD');
    if (field.body === 'binary' && type !== 'b') refuse([...at, 'body'], 'only the type b is binary');
    if (field.pad === 'zeros' && type !== 'n') refuse([...at, 'pad'], 'only digits are padded with zeros');
    if (field.pad === 'spaces' && (type === 'b' || type === 'z' || type === 'n'))
      refuse([...at, 'pad'], `the type ${type} has no space`);
  }
  if (encoding.prefix === 'binary' && encoding.body === 'ascii')
    refuse(['encoding', 'prefix'], 'a binary length is said field by field');
}

function isFormat(text: string): boolean {
  try {
    fieldFormat(text);
    return true;
  } catch {
    return false;
  }
}

function checkMessages(spec: SpecDefinition, refuse: Refuse): void {
  for (const [mti, message] of Object.entries(spec.messages)) {
    const at = ['messages', mti];
    if (!mti.startsWith(spec.mti.version)) refuse(at, `is not of version ${spec.mti.version}`);
    const seen = new Set<number>();
    for (const flag of ['M', 'ME', 'C', 'CE', 'O'] as const)
      for (const [index, number] of message[flag].entries()) {
        if (!(number in spec.fields)) refuse([...at, flag, index], `there is no field ${number} here`);
        if (seen.has(number)) refuse([...at, flag, index], `field ${number} is listed twice`);
        seen.add(number);
      }
    if (message.answer === undefined) continue;
    const answer = spec.messages[message.answer];
    if (!answer) refuse([...at, 'answer'], `there is no message ${message.answer} here`);
    else if (answer.answer !== undefined) refuse([...at, 'answer'], `${message.answer} is itself a question`);
    else checkAnswer(spec, mti, message.answer, refuse);
  }
}

/** What an answer echoes must be able to come; what pairs it must come back. */
function checkAnswer(spec: SpecDefinition, mti: string, answerMti: string, refuse: Refuse): void {
  const question = spec.messages[mti];
  const answer = spec.messages[answerMti];
  if (!question || !answer) return;
  if (classOf(mti) !== classOf(answerMti))
    refuse(['messages', mti, 'answer'], `${answerMti} is of another class than ${mti}`);
  const asked = new Set([question.M, question.ME, question.C, question.CE, question.O].flat());
  for (const flag of ['ME', 'CE'] as const)
    for (const [index, number] of answer[flag].entries())
      if (!asked.has(number))
        refuse(
          ['messages', answerMti, flag, index],
          `field ${number} cannot be echoed: ${mti} does not carry it`,
        );
  const echoed = new Set([...answer.ME, ...answer.CE]);
  for (const number of spec.match)
    if (asked.has(number) && !echoed.has(number))
      refuse(['messages', answerMti, 'ME'], `field ${number} pairs answers, so ${answerMti} must echo it`);
}

function checkReferences(spec: SpecDefinition, refuse: Refuse): void {
  const known = (number: number) => String(number) in spec.fields;
  if (!known(spec.stanField)) refuse(['stanField'], `there is no field ${spec.stanField} here`);
  for (const [index, number] of spec.match.entries())
    if (!known(number)) refuse(['match', index], `there is no field ${number} here`);
  if (spec.match.length < 2 || !spec.match.includes(spec.stanField))
    refuse(['match'], 'must hold the STAN and more: six digits come round again and identify nothing alone');
  for (const number of Object.keys(spec.stamps))
    if (!(number in spec.fields)) refuse(['stamps', number], `there is no field ${number} here`);
  if (!known(spec.codes.field)) refuse(['codes', 'field'], `there is no field ${spec.codes.field} here`);
  if (spec.codes.blameField !== undefined && !known(spec.codes.blameField))
    refuse(['codes', 'blameField'], `there is no field ${spec.codes.blameField} here`);
  if (!known(spec.network.codeField))
    refuse(['network', 'codeField'], `there is no field ${spec.network.codeField} here`);
  if (spec.messages[spec.network.request]?.answer === undefined)
    refuse(['network', 'request'], 'must be a message here that has an answer');
  for (const number of Object.keys(spec.meanings))
    if (!(number in spec.fields)) refuse(['meanings', number], `there is no field ${number} here`);
  for (const [name, { field }] of Object.entries(spec.layouts))
    if (!known(field)) refuse(['layouts', name, 'field'], `there is no field ${field} here`);
}

/** A trailer ends a message wherever it stands, so nothing may be written that could hold it. */
function checkTrailer({ framing, mti, bitmap, encoding, fields }: SpecDefinition, refuse: Refuse): void {
  if (framing.kind !== 'trailer') return;
  if (framing.byte >= 0x20 && framing.byte <= 0x7e) refuse(['framing', 'byte'], 'is a character of text');
  if (mti.encoding !== 'ascii') refuse(['mti', 'encoding'], 'must be text before a trailer');
  if (bitmap !== 'hex') refuse(['bitmap'], 'must be text before a trailer');
  if (encoding.prefix !== 'ascii' || encoding.body !== 'ascii')
    refuse(['encoding'], 'must be text before a trailer');
  for (const [number, { prefix = 'ascii', body = 'ascii' }] of Object.entries(fields))
    if (prefix !== 'ascii' || body !== 'ascii') refuse(['fields', number], 'must be text before a trailer');
}

/**
 * The class of a message and the half of its function that question and answer share: 0200, 0201 and 0210 have one,
 * 0220, 0221 and 0230 another.
 */
export function classOf(mti: string): string {
  return mti.slice(0, 2) + String(Number(mti[2]) & ~1);
}
