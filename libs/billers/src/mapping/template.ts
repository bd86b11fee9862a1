import { z } from 'zod';
import { localIso } from '#lib/kernel';
import { writeAmount, type Money } from './money';
import { UnfilledTemplate } from '../unfilled-template';

/** What a template may name. Rupiah are written as the biller wants them; what is undefined is left out. */
export type Variables = Record<string, string | number | bigint | Date | undefined>;

/** A text with `{variables}`, or a tree of them: what a message looks like before it is filled. */
export type Template = string | number | boolean | Template[] | { [member: string]: Template };
export const Template: z.ZodType<Template> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(Template), z.record(z.string(), Template)]),
);

/** Ways to write a variable other than as it is. */
const DATE_PATTERN = /^(?=.*(yyyy|MM|dd|HH|mm|ss))([yMdHmsT.:/-]+)$/;
const WORDS = ['text', 'upper', 'lower', 'masked', 'utc', 'epoch', 'epochMs'] as const;

const VARIABLE = /\{(?<name>[A-Za-z][\w.]*)(?::(?<pattern>[A-Za-z.:/-]+))?\}/g;

interface Variable {
  name: string;
  pattern: string | undefined;
}

/** The variables that a template names, wherever in it they stand. */
export function variablesIn(template: Template): Variable[] {
  if (typeof template === 'string')
    return [...template.matchAll(VARIABLE)].map(({ groups }) => ({
      name: groups?.['name'] ?? '',
      pattern: groups?.['pattern'],
    }));
  if (typeof template !== 'object') return [];
  return Object.values<Template>(template as Record<string, Template>).flatMap(variablesIn);
}

/** What is wrong with a template, with the path of the text to blame; empty when all is well. */
export function objectionsTo(
  template: Template,
  has: readonly string[],
  path: string[] = [],
): { path: string[]; message: string }[] {
  if (typeof template === 'string') {
    const message = objectionToText(template, has);
    return message === undefined ? [] : [{ path, message }];
  }
  if (typeof template !== 'object') return [];
  return Object.entries<Template>(template as Record<string, Template>).flatMap(([name, one]) =>
    objectionsTo(one, has, [...path, name]),
  );
}

function objectionToText(text: string, has: readonly string[]): string | undefined {
  if (/[{}]/.test(text.replaceAll(VARIABLE, '')))
    return `"${text}" must be a text in which braces stand around {variables} only`;
  for (const { name, pattern } of variablesIn(text)) {
    const isKnown =
      has.includes(name) || has.some((one) => one.endsWith('.*') && name.startsWith(one.slice(0, -1)));
    if (!isKnown) return `there is no {${name}} here, only ${has.map((one) => `{${one}}`).join(', ')}`;
    if (pattern === undefined || pattern === 'text') continue;
    const isWord = WORDS.some((word) => word === pattern);
    if (!isWord && !DATE_PATTERN.test(pattern))
      return `{${name}} cannot be written as "${pattern}", only as ${WORDS.join(', ')} or a date such as yyyyMMdd`;
    const isDate = name === 'settlementDate' || name === 'now';
    if (!isDate && !['upper', 'lower', 'masked'].includes(pattern))
      return `only {settlementDate} and {now} can be written as ${pattern}`;
  }
  return undefined;
}

/** Fills what it was made of; undefined where a variable that stands alone has no value. */
export type Filled = (variables: Variables) => unknown;

/**
 * Prepares a template. `{name}` alone is the value with its own type; among other text it is text, and the whole text is
 * left out where one of its variables has no value; `{settlementDate:yyyyMMdd}` is a date written so.
 * The prepared template throws UnfilledTemplate when it names what the call does not have, or an amount that cannot be
 * written exactly as a JSON number.
 */
export function prepare(template: Template, money: Money): Filled {
  if (typeof template === 'string') return prepareText(template, money);
  if (typeof template !== 'object') return () => template;
  if (Array.isArray(template)) {
    const items = template.map((item) => prepare(item, money));
    return (variables) => items.map((item) => item(variables)).filter((item) => item !== undefined);
  }
  const members = Object.entries(template).map(([name, one]) => [name, prepare(one, money)] as const);
  return (variables) => {
    const filled: Record<string, unknown> = {};
    for (const [name, fill] of members) {
      const value = fill(variables);
      if (value !== undefined) filled[name] = value;
    }
    return filled;
  };
}

/** Prepares a template whose result is text, or undefined as above. */
export function prepareAsText(text: string, money: Money): (variables: Variables) => string | undefined {
  const fill = prepareText(text, money);
  return (variables) => {
    const value = fill(variables);
    return value === undefined ? undefined : String(value);
  };
}

function prepareText(text: string, money: Money): (variables: Variables) => string | number | undefined {
  const variables = variablesIn(text);
  const [first] = variables;
  if (!first) return () => text;
  const read = variables.map((variable) => prepareVariable(variable, money));
  const [readFirst] = read;
  if (readFirst && variables.length === 1 && text.startsWith('{') && text.endsWith('}')) return readFirst;
  const between = text.split(new RegExp(VARIABLE.source.replaceAll(/\?<\w+>/g, '?:')));
  return (given) => {
    let whole = between[0] ?? '';
    for (const [at, one] of read.entries()) {
      const value = one(given);
      if (value === undefined) return undefined;
      whole += String(value) + (between[at + 1] ?? '');
    }
    return whole;
  };
}

/** These may be absent from a call that could have them. */
const OPTIONAL = /^(extra\.|months$|year$|billCount$|amount$)/;

function prepareVariable(
  { name, pattern }: Variable,
  money: Money,
): (variables: Variables) => string | number | undefined {
  const write = writerOf(pattern, money);
  const mayBeAbsent = OPTIONAL.test(name);
  return (variables) => {
    if (!Object.hasOwn(variables, name)) {
      if (mayBeAbsent) return undefined;
      throw new UnfilledTemplate(`a template names {${name}}, which this call does not have`);
    }
    const value = variables[name];
    return value === undefined ? undefined : write(value);
  };
}

type Value = NonNullable<Variables[string]>;

function writerOf(pattern: string | undefined, money: Money): (value: Value) => string | number {
  switch (pattern) {
    case undefined:
      return (value) => plainly(value, money);
    case 'text':
      return (value) => String(plainly(value, money));
    case 'upper':
      return (value) => String(plainly(value, money)).toUpperCase();
    case 'lower':
      return (value) => String(plainly(value, money)).toLowerCase();
    case 'masked':
      return (value) => maskedCard(String(value));
    case 'utc':
      return (value) => instantOf(value).toISOString();
    case 'epoch':
      return (value) => Math.floor(instantOf(value).getTime() / 1_000).toString();
    case 'epochMs':
      return (value) => instantOf(value).getTime().toString();
    default:
      return (value) => dated(value, pattern);
  }
}

function plainly(value: Value, money: Money): string | number {
  if (typeof value === 'bigint') {
    const written = writeAmount(value, money);
    if (written === undefined)
      throw new UnfilledTemplate(`${value} rupiah cannot be written exactly as a JSON number`);
    return written;
  }
  return value instanceof Date ? `${localIso(value, JAKARTA).slice(0, 19)}+07:00` : value;
}

/** A card's number as it may be shown: its first six and last four digits. */
function maskedCard(number: string): string {
  return number.slice(0, 6) + '*'.repeat(Math.max(0, number.length - 10)) + number.slice(-4);
}

const JAKARTA = 'Asia/Jakarta';

function instantOf(value: Value): Date {
  return value instanceof Date ? value : new Date(`${String(value)}T00:00:00+07:00`);
}

/** Western Indonesia's time, which has no summer time. @param value an instant, or a date as `2026-07-14`. */
function dated(value: Value, pattern: string): string {
  const [date = '', time = '00:00:00'] =
    value instanceof Date ? localIso(value, JAKARTA).slice(0, 19).split('T') : String(value).split('T');
  const [yyyy = '', MM = '', dd = ''] = date.split('-');
  const [HH = '', mm = '', ss = ''] = time.split(':');
  return pattern
    .replaceAll('yyyy', yyyy)
    .replaceAll('MM', MM)
    .replaceAll('dd', dd)
    .replaceAll('HH', HH)
    .replaceAll('mm', mm)
    .replaceAll('ss', ss)
    .replaceAll('yy', yyyy.slice(2));
}
