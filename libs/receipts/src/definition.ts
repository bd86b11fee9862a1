import { basename } from 'node:path';
import { z } from 'zod';
import { readConfigFile } from '#lib/platform';
import { OWN_NAMES } from './facts';
import { FORMAT_NAMES, LANGUAGES, type Language } from './formats';
import { namesIn, strayBrace, templateOf, type Template } from './template';

const Words = z
  .strictObject({ id: z.string().min(1).max(300), en: z.string().min(1).max(300) })
  .describe('the same in Indonesian and in English; {names} are filled in');

const Row = z
  .strictObject({
    label: Words,
    value: z.union([z.string().min(1), Words]).describe('a text with {names}; without one of them no row'),
    format: z
      .enum(FORMAT_NAMES)
      .optional()
      .describe('of every name of the value; the usual one of each when left out'),
    required: z
      .boolean()
      .default(false)
      .describe('the biller must say it with its success, or the success is not believed yet'),
    omitZero: z.boolean().default(false).describe('no row where the value is zero'),
    prominent: z
      .boolean()
      .default(false)
      .describe('on lines of its own, larger where there is a larger type'),
  })
  .describe('a label and its value');

const Each = z
  .strictObject({
    each: z
      .string()
      .regex(/^[a-z]\w*$/, 'the name of a list, such as bills')
      .describe('bills, or what the biller numbers (fee1Name, fee1Amount: fee) or lists in one text'),
    heading: Words.optional(),
    required: z.boolean().default(false).describe('the biller must send the list with its success'),
    rows: z.array(Row).min(1).describe('shown for every entry; {no} is its number'),
  })
  .describe('rows for every entry of a list');

const Text = z
  .strictObject({ text: Words })
  .describe('a sentence; left out where one of its names says nothing');

const SEPARATOR = z.literal('separator').describe('a line across');

/** What may stand in a body, told apart by its first key. */
const ELEMENTS = { label: Row, each: Each, text: Text } as const;

const Element = z
  .unknown()
  .transform((value, context): z.infer<typeof Row | typeof Each | typeof Text> | 'separator' => {
    if (value === 'separator') return value;
    const kind = (Object.keys(ELEMENTS) as (keyof typeof ELEMENTS)[]).find(
      (key) => typeof value === 'object' && value !== null && key in value,
    );
    const parsed = kind && ELEMENTS[kind].safeParse(value);
    if (parsed?.success) return parsed.data;
    for (const issue of parsed?.error.issues ?? [])
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    if (!parsed)
      context.addIssue({
        code: 'custom',
        message: 'expected a row (label, value), a list (each, rows), a text, or the word separator',
      });
    return z.NEVER;
  });

/** The shape of a definition for editors: config/receipts/schema.json. */
export const DefinitionForEditors = z.strictObject({
  title: Words,
  body: z.array(z.union([Row, Each, Text, SEPARATOR])).min(1),
  footer: z.array(Words).default([]).describe('the last lines'),
});

const DefinitionShape = z.strictObject({
  title: Words,
  body: z.array(Element).min(1),
  footer: z.array(Words).default([]),
});

type RowShape = z.infer<typeof Row>;

/** What is between us, our partners and the biller is no business of the customer's. */
const NOT_FOR_CUSTOMERS = ['commission', 'billerFee', 'charge', 'balanceAfter', 'cost', 'price'];

/** Without these it is no receipt. */
const ALWAYS_SHOWN = ['paymentId', 'total'];

const Definition = DefinitionShape.superRefine(({ title, body, footer }, context) => {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const shown = new Set<string>();
  const look = (text: string, path: (string | number)[]) => {
    const brace = strayBrace(text);
    if (brace !== undefined) refuse(path, `"${brace}" has a brace that is no {name}`);
    for (const name of namesIn(text)) {
      shown.add(name);
      if (NOT_FOR_CUSTOMERS.includes(name)) refuse(path, `{${name}} is not shown to customers`);
    }
  };
  const lookAtWords = (words: z.infer<typeof Words>, path: (string | number)[]) => {
    for (const language of LANGUAGES) look(words[language], [...path, language]);
    if (String(namesIn(words.id).sort()) !== String(namesIn(words.en).sort()))
      refuse(path, 'both languages must show the same names');
  };
  const lookAtRow = ({ label, value, required }: RowShape, path: (string | number)[]) => {
    lookAtWords(label, [...path, 'label']);
    if (typeof value === 'string') look(value, [...path, 'value']);
    else lookAtWords(value, [...path, 'value']);
    const names = namesOfRow(value);
    if (names.length === 0) refuse([...path, 'value'], 'shows no {name}; a fixed sentence is a text');
    const own = required ? names.find((name) => OWN.has(name) || name.includes('.')) : undefined;
    if (own !== undefined) refuse([...path, 'required'], `{${own}} is never said by the biller`);
  };
  lookAtWords(title, ['title']);
  for (const [at, element] of body.entries()) {
    if (element === 'separator') continue;
    if ('text' in element) lookAtWords(element.text, ['body', at, 'text']);
    else if ('label' in element) lookAtRow(element, ['body', at]);
    else {
      if (element.required && element.each === 'bills')
        refuse(['body', at, 'required'], 'the bills are never said by the biller with its success');
      if (element.heading) lookAtWords(element.heading, ['body', at, 'heading']);
      for (const [place, row] of element.rows.entries()) {
        lookAtRow(row, ['body', at, 'rows', place]);
        if (row.required)
          refuse(['body', at, 'rows', place, 'required'], 'an entry of a list cannot be required');
      }
    }
  }
  for (const [at, words] of footer.entries()) lookAtWords(words, ['footer', at]);
  for (const name of ALWAYS_SHOWN) if (!shown.has(name)) refuse(['body'], `must show {${name}}`);
});

const OWN: ReadonlySet<string> = new Set(OWN_NAMES);

function namesOfRow(value: RowShape['value']): string[] {
  return namesIn(typeof value === 'string' ? value : value.id);
}

/** Words that are ready to be filled in. */
type Templates = Readonly<Record<Language, Template>>;

/** A label and its value. */
export interface RowDefinition {
  kind: 'row';
  label: Templates;
  value: Templates;
  isAmount: boolean;
  isWhole: boolean;
  omitZero: boolean;
  isProminent: boolean;
}

/** A part of a receipt's body. */
export type ElementDefinition =
  | RowDefinition
  | { kind: 'each'; list: string; heading: Templates | undefined; rows: readonly RowDefinition[] }
  | { kind: 'text'; text: Templates }
  | { kind: 'separator' };

/** What a receipt shows, in which order, in both languages. */
export interface ReceiptDefinition {
  name: string;
  title: Templates;
  body: readonly ElementDefinition[];
  footer: readonly Templates[];
  /** What a biller's success must say. */
  required: readonly string[];
  /** Whether the customer's number is a card's, of which nothing but the end may be kept or shown. */
  masksCustomerNumber: boolean;
}

/**
 * Reads one definition.
 * @throws ConfigError naming file, line, key and what was expected, for every mistake found.
 */
export function readDefinition(file: string): ReceiptDefinition {
  const { title, body, footer } = readConfigFile(file, Definition);
  const rows = body.filter((element) => element !== 'separator' && 'label' in element);
  return {
    name: basename(file, '.yaml'),
    title: templates(title),
    body: body.map(elementDefinition),
    footer: footer.map((words) => templates(words)),
    required: body.flatMap(requiredOf),
    masksCustomerNumber: rows.some(
      ({ value, format }) => format === 'card' && namesOfRow(value).includes('customerNumber'),
    ),
  };
}

/** The lines of a product whose catalog row spells them out, as a definition; its names have their usual formats. */
export function definitionOfLines(lines: readonly string[], required: readonly string[]): ReceiptDefinition {
  const both = (text: string): Templates => templates({ id: text, en: text });
  return {
    name: '',
    title: both(''),
    body: lines.map((line) => ({ kind: 'text', text: both(line) })),
    footer: [],
    required,
    masksCustomerNumber: false,
  };
}

function requiredOf(element: z.infer<typeof Element>): string[] {
  if (element === 'separator' || 'text' in element || !element.required) return [];
  return 'label' in element ? namesOfRow(element.value) : [element.each];
}

function elementDefinition(element: z.infer<typeof Element>): ElementDefinition {
  if (element === 'separator') return { kind: 'separator' };
  if ('text' in element) return { kind: 'text', text: templates(element.text) };
  if ('label' in element) return rowDefinition(element);
  const { each, heading, rows } = element;
  return { kind: 'each', list: each, heading: heading && templates(heading), rows: rows.map(rowDefinition) };
}

function rowDefinition({ label, value, format, omitZero, prominent }: RowShape): RowDefinition {
  const words = typeof value === 'string' ? { id: value, en: value } : value;
  const { parts } = templateOf(words.id, format);
  return {
    kind: 'row',
    label: templates(label),
    value: { id: templateOf(words.id, format), en: templateOf(words.en, format) },
    isAmount: parts.every((part) => part.format.isAmount),
    isWhole: parts.every((part) => part.format.isWhole),
    omitZero,
    isProminent: prominent,
  };
}

function templates({ id, en }: z.infer<typeof Words>): Templates {
  return { id: templateOf(id), en: templateOf(en) };
}
