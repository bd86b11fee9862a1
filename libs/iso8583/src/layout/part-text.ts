import { ALLOWED, isAll, notOfType } from '../codec/characters';
import { WireError } from '../wire-error';

/** A stretch of text within a data element. */
export interface TextRule {
  type: 'n' | 'an' | 'ans';
}

/** Why a text is not of its type; undefined where it is. */
export function objectionToText(text: string, { type }: TextRule): string | undefined {
  return isAll(text, 0, text.length, ALLOWED[type]) ? undefined : notOfType(type);
}

/** A fault within a sub-layout. Its values are about a customer, so the error shows how many there are, not which. */
export function layoutFault(path: string, offset: number, problem: string, raw = ''): WireError {
  return new WireError({ path, offset, problem, raw: raw === '' ? '' : `*(${raw.length})` });
}
