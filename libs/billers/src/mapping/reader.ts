import type { BillerAnswer } from './answer';
import { UnreadableAnswer } from '../unreadable-answer';
import type { Money } from './money';
import { prepareAsText, type Variables } from './template';

/** Texts by our own names for them, read from an answer or made of what was asked. */
export interface Reader {
  /** Those that are there. */
  present(answer: BillerAnswer, variables: Variables): Record<string, string>;
  /** @throws UnreadableAnswer when one of them is missing in the answer. */
  required(answer: BillerAnswer, variables: Variables): Record<string, string>;
}

/** @param sources by our name: a path in the answer, or a text with `{variables}`. */
export function readerOf(sources: Readonly<Record<string, string>>, money: Money): Reader {
  const entries = Object.entries(sources).map(([name, source]) => {
    const isMade = source.includes('{');
    const made = isMade ? prepareAsText(source, money) : undefined;
    return {
      name,
      isMade,
      source,
      read: made
        ? (_: BillerAnswer, variables: Variables) => made(variables)
        : (answer: BillerAnswer) => answer.text(source),
    };
  });
  const read = (answer: BillerAnswer, variables: Variables, areRequired: boolean) => {
    const found: Record<string, string> = {};
    for (const { name, isMade, source, read: one } of entries) {
      const text = one(answer, variables);
      if (text !== undefined && text !== '') found[name] = text;
      else if (areRequired && !isMade) throw new UnreadableAnswer(`${source} is missing`);
    }
    return found;
  };
  return {
    present: (answer, variables) => read(answer, variables, false),
    required: (answer, variables) => read(answer, variables, true),
  };
}
