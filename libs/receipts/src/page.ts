import type { ElementDefinition, ReceiptDefinition, RowDefinition } from './definition';
import { itemsOf, valuesOf, type ReceiptFacts, type ValueOf } from './facts';
import type { Language } from './formats';
import { filledIn } from './template';

/** A row as it is shown. */
export interface ShownRow {
  kind: 'row';
  label: string;
  value: string;
  /** Money: at the right margin. */
  isAmount: boolean;
  /** Never cut at its spaces. */
  isWhole: boolean;
  /** On lines of its own. */
  isProminent: boolean;
}

/** One part of a page, with everything filled in. */
export type Shown =
  ShownRow | { kind: 'heading'; text: string } | { kind: 'text'; text: string } | { kind: 'separator' };

/** A receipt with everything filled in, before it is laid out. */
export interface Page {
  title: string;
  body: Shown[];
  footer: string[];
}

/** Fills a definition in. What this payment has nothing to say for is left out. */
export function pageOf(definition: ReceiptDefinition, facts: ReceiptFacts, language: Language): Page {
  const valueOf = valuesOf(facts);
  const body: Shown[] = [];
  for (const element of definition.body) addElement(body, element, facts, valueOf, language);
  const footer: string[] = [];
  for (const words of definition.footer) {
    const text = filledIn(words[language], valueOf, language);
    if (text !== undefined) footer.push(text);
  }
  return { title: filledIn(definition.title[language], valueOf, language) ?? '', body, footer };
}

function addElement(
  body: Shown[],
  element: ElementDefinition,
  facts: ReceiptFacts,
  valueOf: ValueOf,
  language: Language,
): void {
  switch (element.kind) {
    case 'row': {
      const row = shownRow(element, valueOf, language);
      if (row) body.push(row);
      return;
    }
    case 'each':
      addList(body, element, facts, valueOf, language);
      return;
    case 'text': {
      const text = filledIn(element.text[language], valueOf, language);
      if (text !== undefined) body.push({ kind: 'text', text });
      return;
    }
    case 'separator':
      body.push({ kind: 'separator' });
  }
}

function addList(
  body: Shown[],
  { list, heading, rows }: Extract<ElementDefinition, { kind: 'each' }>,
  facts: ReceiptFacts,
  valueOf: ValueOf,
  language: Language,
): void {
  const items = itemsOf(facts, list, valueOf);
  const [first] = items;
  if (!first) return;
  const title = heading && filledIn(heading[language], first, language);
  if (title !== undefined) body.push({ kind: 'heading', text: title });
  for (const item of items)
    for (const definition of rows) {
      const row = shownRow(definition, item, language);
      if (row) body.push(row);
    }
}

const ZERO = /^-?0*(?:[.,]0+)?$/;

function shownRow(row: RowDefinition, valueOf: ValueOf, language: Language): ShownRow | undefined {
  const template = row.value[language];
  if (row.omitZero && template.parts.every(({ name }) => ZERO.test(valueOf(name) ?? ''))) return undefined;
  const value = filledIn(template, valueOf, language);
  const label = value && filledIn(row.label[language], valueOf, language);
  if (value === undefined || label === undefined) return undefined;
  const { isAmount, isWhole, isProminent } = row;
  return { kind: 'row', label, value, isAmount, isWhole, isProminent };
}
