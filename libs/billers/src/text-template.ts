import { UnfilledTemplate } from './unfilled-template';

/** What a template may name. What is undefined leaves out the field that names it. */
export type Variables = Readonly<Record<string, string | number | bigint | undefined>>;

/** One `{name}` or `{name:form}` of a template. */
export interface Slot {
  name: string;
  form: string | undefined;
}

const SLOT = /\{(?<name>[A-Za-z][\w.]*)(?::(?<form>\w+))?\}/g;

/** Currency, digits of decimals, twelve digits. ISO 4217 numeric code of the rupiah; no decimals, since nobody pays them. */
const CURRENCY = '3600';
const CURRENCY_DIGITS = 12;

const DATES: Readonly<Record<string, (isoDate: string) => string>> = {
  yyyyMMdd: (date) => date.replaceAll('-', ''),
  ddMMyyyy: (date) => date.slice(8, 10) + date.slice(5, 7) + date.slice(0, 4),
  MMdd: (date) => date.slice(5, 7) + date.slice(8, 10),
};

/** Forms of an amount: `cents` with two decimals, `currency` as 360, no decimals, twelve digits. */
const AMOUNTS: Readonly<Record<string, (digits: string) => string>> = {
  cents: (digits) => `${digits}00`,
  currency: (digits) => {
    if (digits.length > CURRENCY_DIGITS) throw new UnfilledTemplate(`${digits} rupiah have no room`);
    return CURRENCY + digits.padStart(CURRENCY_DIGITS, '0');
  },
};

const LAST = /^last(?<length>[1-9]\d?)$/;

/** The variables a template names. */
export function slotsOf(text: string): Slot[] {
  return [...text.matchAll(SLOT)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    form: groups?.['form'],
  }));
}

/** Why a text is no template of a call that has these variables; undefined where it is one. */
export function objectionToTemplate(text: string, has: ReadonlySet<string>): string | undefined {
  if (/[{}]/.test(text.replace(SLOT, ''))) return `"${text}" has a brace that is no {variable}`;
  for (const { name, form } of slotsOf(text)) {
    if (!has.has(name) && !has.has(name.replace(/\.\w+$/, '.*')))
      return `there is no {${name}} here, only ${[...has].map((one) => `{${one}}`).join(', ')}`;
    if (form !== undefined && !isFormOf(name, form)) return `{${name}} cannot be written as ${form}`;
  }
  return undefined;
}

function isFormOf(name: string, form: string): boolean {
  if (LAST.test(form)) return true;
  return name === 'amount'
    ? Object.hasOwn(AMOUNTS, form)
    : name === 'settlementDate' && Object.hasOwn(DATES, form);
}

/** A template made ready. @returns the text, or undefined where one of its variables has no value. */
export type Filler = (variables: Variables) => string | undefined;

/**
 * Makes a template ready: texts with any number of `{name}` or `{name:form}` in them.
 * The filler throws UnfilledTemplate where the call does not have a variable at all, or a value has no room.
 */
export function filler(text: string): Filler {
  const slots = slotsOf(text);
  if (slots.length === 0) return () => text;
  const between = text.split(/\{[^{}]*\}/);
  return (variables) => {
    let filled = between[0] ?? '';
    for (const [index, { name, form }] of slots.entries()) {
      // A further input is the customer's choice: where there is none, the field stays out.
      if (!Object.hasOwn(variables, name) && !name.startsWith('extra.'))
        throw new UnfilledTemplate(`this call does not have {${name}}`);
      const value = variables[name];
      if (value === undefined) return undefined;
      filled += written(String(value), form) + (between[index + 1] ?? '');
    }
    return filled;
  };
}

function written(value: string, form: string | undefined): string {
  if (form === undefined) return value;
  const last = LAST.exec(form)?.groups?.['length'];
  if (last !== undefined) return value.slice(-Number(last)).padStart(Number(last), '0');
  return (AMOUNTS[form] ?? DATES[form])?.(value) ?? value;
}
