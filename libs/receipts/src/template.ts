import type { ValueOf } from './facts';
import { formatOf, type Format, type FormatName, type Language } from './formats';

/** A text as what it opens with, and then each name it shows with the text up to the next one. */
export interface Template {
  opening: string;
  parts: readonly { name: string; format: Format; text: string }[];
}

/** A name in a text: a fact, one of the first or the last bill, or a sum over all bills. */
const NAME = /\{((?:(?:first|last|bills)\.)?[a-zA-Z]\w*)\}/;

/** Reads a text with `{names}` once. */
export function templateOf(text: string, format?: FormatName): Template {
  const [opening = '', ...rest] = text.split(new RegExp(NAME, 'g'));
  const parts = [];
  for (let at = 0; at < rest.length; at += 2) {
    const name = rest[at] ?? '';
    parts.push({ name, format: formatOf(name, format), text: rest[at + 1] ?? '' });
  }
  return { opening, parts };
}

/** The names a text shows. */
export function namesIn(text: string): string[] {
  return templateOf(text).parts.map(({ name }) => name);
}

/** What of a text is a brace and no name, or undefined. */
export function strayBrace(text: string): string | undefined {
  return /\{[^{}]*\}?|\}/.exec(text.replaceAll(new RegExp(NAME, 'g'), ''))?.[0];
}

/** A text with its names filled in; undefined where there is nothing to say for one of them. */
export function filledIn(
  { opening, parts }: Template,
  valueOf: ValueOf,
  language: Language,
): string | undefined {
  let text = opening;
  for (const part of parts) {
    const value = valueOf(part.name);
    if (!value) return undefined;
    text += part.format.show(value, language) + part.text;
  }
  return text;
}
