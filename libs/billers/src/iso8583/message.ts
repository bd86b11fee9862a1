import { createHash } from 'node:crypto';
import {
  fieldFormat,
  WireError,
  type IsoFields,
  type IsoMessage,
  type Iso8583Spec,
  type LayoutValues,
} from '#lib/iso8583';
import { alternativesOf, type CallName, type CallSpec, type FillingSpec } from './spec';
import { filler, type Filler, type Variables } from '../text-template';
import { UnfilledTemplate } from '../unfilled-template';

/** What a data element of ours is made of, ready to be filled. */
type Part = (variables: Variables) => string | undefined;

/** What an answer must repeat, and where: in one of these places. */
export interface Repeated {
  paths: readonly string[];
  sent: string | undefined;
}

/** One kind of message of ours, made ready once. */
export class MessageForm<Name extends CallName = CallName> {
  private readonly parts: readonly (readonly [number, Part])[];
  private readonly repeated: readonly (readonly [string[], Filler])[];

  constructor(
    private readonly dialect: Iso8583Spec,
    readonly call: CallSpec<Name>,
  ) {
    this.parts = Object.entries(call.fields).map(
      ([number, filling]) => [Number(number), partOf(dialect, filling)] as const,
    );
    this.repeated = Object.entries(call.repeats).map(
      ([paths, text]) => [alternativesOf(paths), padded(dialect, paths, filler(text))] as const,
    );
  }

  /**
   * The message without the fields that pair it with its answer.
   * @throws UnfilledTemplate where a value does not fit its layout, or is not there.
   */
  fields(variables: Variables): IsoFields {
    const fields: IsoFields = {};
    try {
      for (const [number, part] of this.parts) {
        const text = part(variables);
        if (text !== undefined) fields[number] = text;
      }
    } catch (error) {
      if (error instanceof WireError) throw new UnfilledTemplate(error.message);
      throw error;
    }
    return fields;
  }

  repeats(variables: Variables): Repeated[] {
    return this.repeated.map(([paths, fill]) => ({ paths, sent: fill(variables) }));
  }

  /** A message of this kind, complete. */
  message(fields: IsoFields, stan: string, stamps: IsoFields, isAgain: boolean): IsoMessage {
    const { type, typeAgain } = this.call;
    const mti = isAgain ? (typeAgain ?? type) : type;
    const known = this.dialect.fieldsOf(mti);
    const complete: IsoFields = { [this.dialect.definition.stanField]: stan };
    for (const [number, stamp] of Object.entries(stamps))
      if (known.has(Number(number))) complete[Number(number)] = stamp;
    return { mti, fields: Object.assign(complete, fields) };
  }
}

/** Digits come back in the full width of their field, so they are compared so. */
function padded(dialect: Iso8583Spec, path: string, fill: Filler): Filler {
  const field = dialect.definition.fields[path];
  const { type, length, lengthDigits } = fieldFormat(field?.format ?? 'ans...999');
  if (type !== 'n' || lengthDigits > 0) return fill;
  return (variables) => fill(variables)?.padStart(length, '0');
}

function partOf(dialect: Iso8583Spec, filling: FillingSpec): Part {
  if (typeof filling === 'string') return filler(filling);
  const layout = dialect.layout(filling.layout);
  const fillers = (parts: Readonly<Record<string, string>>) =>
    Object.entries(parts).map(([name, text]) => [name, filler(text)] as const);
  const always = fillers(filling.parts);
  const cases = filling.cases.map(({ variable, matches, parts }) => ({
    variable,
    pattern: new RegExp(matches, 'u'),
    parts: fillers(parts),
  }));
  const head = filling.from && {
    text: filler(filling.from.text),
    layout: dialect.layout(filling.from.layout),
  };
  return (variables) => {
    const values: LayoutValues = {};
    if (head) {
      const read = head.layout.read(head.text(variables) ?? '');
      if (!read.ok) throw read.error;
      Object.assign(values, read.value);
    }
    const fitting = cases.find(({ variable, pattern }) => pattern.test(String(variables[variable] ?? '')));
    for (const [name, fill] of fitting ? [...always, ...fitting.parts] : always) {
      const text = fill(variables);
      if (text !== undefined) values[name] = text;
    }
    return layout.write(values);
  };
}

/**
 * The number of a payment's message: made from its reference, so that who asks about the payment later, in another
 * process, can name the message without having kept it.
 * @param digits of the dialect's field. Never all zeros.
 */
export function stanOf(reference: string, digits: number): string {
  const hash = createHash('sha256').update(reference).digest().readBigUInt64BE();
  return String((hash % (10n ** BigInt(digits) - 1n)) + 1n).padStart(digits, '0');
}
