import { fail, ok, type Result, type Rupiah } from '#lib/kernel';
import { readAmount } from './amount';
import { BareNumber, isObject, type Json, type JsonObject } from './json';

/** M mandatory, O optional, C conditional: read like O, with the condition in words. */
export type Presence = 'M' | 'O' | 'C';

interface Named {
  name: string;
  presence: Presence;
  about: string;
}

/** One member of a message, as data: the reader, the field tables of the guide and the profiles all go by it. */
export type Field = Named &
  (
    | { kind: 'text'; max: number; pattern?: RegExp }
    /** Digits, which some write as a string and some as a bare number. */
    | { kind: 'digits'; max: number }
    | { kind: 'amount' }
    /** A text in two languages. */
    | { kind: 'bilingual'; max: number }
    /** An instant as 25 characters; read as it comes, since partners break the form. */
    | { kind: 'date' }
    | { kind: 'object' }
    | { kind: 'list'; max: number; of: readonly Field[] }
  );

/** `{english, indonesia}` */
export interface Bilingual {
  english: string;
  indonesia: string;
}

type ValueOf<F extends Field> = F extends { kind: 'amount' }
  ? Rupiah
  : F extends { kind: 'bilingual' }
    ? Bilingual
    : F extends { kind: 'object' }
      ? JsonObject
      : F extends { kind: 'list'; of: infer Of extends readonly Field[] }
        ? Message<Of>[]
        : string;

/** What a list of fields reads a body as. */
export type Message<Fields extends readonly Field[]> = {
  [F in Fields[number] as F['presence'] extends 'M' ? F['name'] : never]: ValueOf<F>;
} & {
  [F in Fields[number] as F['presence'] extends 'M' ? never : F['name']]?: ValueOf<F> | undefined;
};

/** Why a body is not the message: which member is missing, or not of its form. */
export interface FieldFault {
  kind: 'missing' | 'format';
  field: string;
  detail: string;
}

/**
 * Reads a body by its fields. Members it does not know are left alone: partners send more than the standard names.
 * null and blank count as absent. A mandatory member that is missing is told before a form that is wrong.
 */
export function readMessage<const Fields extends readonly Field[]>(
  fields: Fields,
  body: JsonObject,
): Result<Message<Fields>, FieldFault> {
  const missing = missingIn(fields, body);
  if (missing !== undefined) return fail({ kind: 'missing', field: missing, detail: 'is mandatory' });
  const message: Record<string, unknown> = {};
  for (const field of fields) {
    const value = valueIn(body, field.name);
    if (isAbsent(value)) continue;
    const read = readValue(field, value);
    if (!read.ok) return read;
    if (read.value !== undefined) message[field.name] = read.value;
    else if (field.presence === 'M')
      return fail({ kind: 'missing', field: field.name, detail: 'is mandatory' });
  }
  return ok(message as Message<Fields>);
}

function missingIn(fields: readonly Field[], body: JsonObject): string | undefined {
  return fields.find(({ name, presence }) => presence === 'M' && isAbsent(valueIn(body, name)))?.name;
}

/** Its own members only: a body has no `constructor` unless it sends one. */
function valueIn(body: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function isAbsent(value: Json | undefined): value is null | undefined | '' {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function readValue(field: Field, value: Json): Result<unknown, FieldFault> {
  const wrong = (detail: string, inner = '') =>
    fail<FieldFault>({ kind: 'format', field: field.name + inner, detail });
  switch (field.kind) {
    case 'text':
      return textIn(value, field.max, field.pattern, wrong);
    case 'date':
      // RFC 3339 with a fraction down to microseconds is longer than the 25 characters of the standard.
      return textIn(value, 32, undefined, wrong);
    case 'digits': {
      const digits = value instanceof BareNumber ? value.text : value;
      if (typeof digits !== 'string' || !/^\d+$/.test(digits)) return wrong('must be digits');
      return digits.length <= field.max ? ok(digits) : wrong(`must be at most ${field.max} digits`);
    }
    case 'amount':
      return amountIn(value, wrong);
    case 'bilingual':
      return bilingualIn(value, field.max, wrong);
    case 'object':
      return isObject(value) ? ok(value) : wrong('must be an object');
    case 'list':
      return listIn(field, value, wrong);
  }
}

type Wrong = (detail: string, inner?: string) => { ok: false; error: FieldFault };

function textIn(
  value: Json,
  max: number,
  pattern: RegExp | undefined,
  wrong: Wrong,
): Result<string, FieldFault> {
  if (typeof value !== 'string') return wrong('must be a string');
  if (value.length > max) return wrong(`must be at most ${max} characters`);
  return pattern === undefined || pattern.test(value)
    ? ok(value)
    : wrong('has characters that are not allowed');
}

function amountIn(value: Json, wrong: Wrong): Result<Rupiah | undefined, FieldFault> {
  if (!isObject(value)) return wrong('must be {value, currency}');
  const [digits, currency] = [valueIn(value, 'value'), valueIn(value, 'currency')];
  if (isAbsent(digits) && isAbsent(currency)) return ok(undefined);
  if (typeof digits !== 'string') return wrong('must be a string', '.value');
  if (typeof currency !== 'string') return wrong('must be a string', '.currency');
  const amount = readAmount(digits, currency);
  if (amount.ok) return amount;
  return wrong(amount.error, currency === 'IDR' ? '.value' : '.currency');
}

function bilingualIn(value: Json, max: number, wrong: Wrong): Result<Bilingual, FieldFault> {
  if (!isObject(value)) return wrong('must be {english, indonesia}');
  const [english, indonesia] = [valueIn(value, 'english') ?? '', valueIn(value, 'indonesia') ?? ''];
  if (typeof english !== 'string' || english.length > max)
    return wrong(`must be at most ${max} characters`, '.english');
  if (typeof indonesia !== 'string' || indonesia.length > max)
    return wrong(`must be at most ${max} characters`, '.indonesia');
  return ok({ english, indonesia });
}

function listIn(field: Field & { kind: 'list' }, value: Json, wrong: Wrong): Result<unknown[], FieldFault> {
  if (!Array.isArray(value)) return wrong('must be an array');
  if (value.length > field.max) return wrong(`must have at most ${field.max} items`);
  const items: unknown[] = [];
  for (const [index, item] of value.entries()) {
    if (isAbsent(item) || (isObject(item) && Object.keys(item).length === 0)) continue;
    if (!isObject(item)) return wrong('must be an object', `[${index}]`);
    const read = readMessage(field.of, item);
    if (!read.ok) return fail({ ...read.error, field: `${field.name}[${index}].${read.error.field}` });
    items.push(read.value);
  }
  return ok(items);
}

/** How a partner departs from the standard's table: other mandatory members, other lengths. */
export interface FieldRules {
  mandatory?: readonly string[];
  optional?: readonly string[];
  lengths?: Readonly<Record<string, number>>;
}

/**
 * A table of fields as one partner's profile has it.
 * @throws RangeError for a name the table does not have, or a length for a field that has none.
 */
export function withRules(
  fields: readonly Field[],
  { mandatory = [], optional = [], lengths = {} }: FieldRules,
): Field[] {
  for (const name of [...mandatory, ...optional, ...Object.keys(lengths)])
    if (!fields.some((field) => field.name === name)) throw new RangeError(`there is no field ${name}`);
  return fields.map((field) => {
    const presence = presenceOf(field, mandatory, optional);
    const max = lengths[field.name];
    if (max === undefined) return { ...field, presence };
    if (!('max' in field)) throw new RangeError(`the field ${field.name} has no length`);
    return { ...field, presence, max };
  });
}

function presenceOf(
  { name, presence }: Field,
  mandatory: readonly string[],
  optional: readonly string[],
): Presence {
  if (mandatory.includes(name)) return 'M';
  return optional.includes(name) ? 'O' : presence;
}

/** A table of fields in Markdown, for the guides. */
export function fieldTable(fields: readonly Field[]): string {
  const rows = fields.map(
    (field) => `| \`${field.name}\` | ${typeName(field)} | ${field.presence} | ${field.about} |`,
  );
  return ['| field | type | presence | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function typeName(field: Field): string {
  switch (field.kind) {
    case 'text':
      return `string, ${field.max}`;
    case 'digits':
      return `digits, ${field.max}`;
    case 'amount':
      return 'Amount';
    case 'bilingual':
      return `Text, ${field.max}`;
    case 'date':
      return 'date, 25';
    case 'object':
      return 'object';
    case 'list':
      return `array, ${field.max}`;
  }
}
