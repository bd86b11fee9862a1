import { stringify } from 'yaml';
import { fail, ok, type Result } from '#lib/kernel';
import { ConfigError, readConfigFile } from '#lib/platform';
import { Codec } from '../codec/codec';
import { Framing } from '../frame/framing';
import { compileLayout } from '../layout/compile-layout';
import type { Layout } from '../layout/layout';
import { masked } from '../mask';
import type { IsoFields, IsoMessage } from '../message';
import { WireError } from '../wire-error';
import { fieldFormat } from './field-format';
import { classOf, SpecShape, type MessageDefinition, type SpecDefinition } from './spec-shape';
import { stampText } from './stamp';

/** A dialect of ISO 8583: what its file says, compiled. */
export class Iso8583Spec {
  readonly framing: Framing;
  private readonly codec: Codec;
  private readonly layouts: ReadonlyMap<string, Layout>;
  private readonly rules: ReadonlyMap<string, MessageRules>;

  constructor(readonly definition: SpecDefinition) {
    this.codec = new Codec(definition);
    this.framing = new Framing(definition.framing);
    this.layouts = new Map(
      Object.entries(definition.layouts).map(([name, layout]) => [name, compileLayout(name, layout)]),
    );
    this.rules = new Map(
      Object.entries(definition.messages).map(([mti, message]) => [mti, rulesOf(message)]),
    );
  }

  /** Writes one message without its frame. @throws WireError where a value does not fit. */
  pack(message: IsoMessage): Buffer {
    return this.codec.pack(message);
  }

  /** Writes one message as it goes over a socket. @throws WireError where a value does not fit. */
  packFrame(message: IsoMessage): Buffer {
    return this.framing.close(this.codec.pack(message, this.framing.around));
  }

  /** Reads one message without its frame. Whatever the bytes are, the answer is a message or a WireError. */
  unpack(bytes: Buffer): Result<IsoMessage, WireError> {
    return this.codec.unpack(bytes);
  }

  /** Whether a message carries what its type demands, and nothing its type does not know. */
  check(message: IsoMessage): Result<IsoMessage, WireError> {
    const rules = this.rules.get(message.mti);
    const fault = (path: string, problem: string) =>
      fail(new WireError({ path, offset: 0, problem, raw: '', partial: message }));
    if (!rules) return fault('mti', 'is not of this dialect');
    for (const number of rules.mandatory)
      if (message.fields[number] === undefined)
        return fault(String(number), `is mandatory in ${message.mti}`);
    for (const number of Object.keys(message.fields))
      if (!rules.known.has(Number(number))) return fault(number, `is no field of ${message.mti}`);
    return ok(message);
  }

  /** The type that answers a message; undefined where it is an answer itself, or unknown. */
  answerTypeOf(mti: string): string | undefined {
    return this.definition.messages[mti]?.answer;
  }

  /** Makes the answer to a message: what its table says is echoed, and what is given besides. */
  answerTo(question: IsoMessage, fields: IsoFields): IsoMessage {
    const mti = this.answerTypeOf(question.mti);
    const rules = mti === undefined ? undefined : this.rules.get(mti);
    if (mti === undefined || !rules) throw new Error(`${question.mti} has no answer in this dialect`);
    const echoed: IsoFields = {};
    for (const number of rules.echoed) {
      const value = question.fields[number];
      if (value !== undefined) echoed[number] = value;
    }
    return { mti, fields: { ...echoed, ...fields } };
  }

  /**
   * What names the data element to blame in the answer to a message; nothing where such answers have no room for it.
   * @param path as a WireError has it.
   */
  blame({ mti }: IsoMessage, path: string): IsoFields {
    const { blameField } = this.definition.codes;
    const answer = this.answerTypeOf(mti);
    if (blameField === undefined || answer === undefined || !this.fieldsOf(answer).has(blameField)) return {};
    const named = /^\d/.test(path) ? `DE ${path}` : path;
    return { [blameField]: named.slice(0, this.widthOf(blameField)) };
  }

  /** What an answer to a message must agree in with it; the same text for both. */
  matchKey({ mti, fields }: IsoMessage): string {
    let key = classOf(mti);
    for (const number of this.definition.match) key += `\0${fields[number] ?? ''}`;
    return key;
  }

  /** Instants as this dialect's messages carry them, by data element; only those of `numbers` where given. */
  stamps(instant: Date): IsoFields {
    const fields: IsoFields = {};
    for (const [number, stamp] of Object.entries(this.definition.stamps))
      fields[Number(number)] = stampText(instant, stamp);
    return fields;
  }

  /** Whether a data element is one of this dialect. */
  hasField(number: number): boolean {
    return Object.hasOwn(this.definition.fields, String(number));
  }

  /** How long a data element is, or may be. @throws Error where the dialect has no such field. */
  widthOf(number: number): number {
    const field = this.definition.fields[number];
    if (!field) throw new Error(`the dialect ${this.definition.dialect} has no field ${number}`);
    return fieldFormat(field.format).length;
  }

  /** The fields that a type lists at all. */
  fieldsOf(mti: string): ReadonlySet<number> {
    return this.rules.get(mti)?.known ?? new Set();
  }

  /** @throws ConfigError where the dialect has no such sub-layout. */
  layout(name: string): Layout {
    const layout = this.layouts.get(name);
    if (!layout) throw new ConfigError(`the dialect ${this.definition.dialect} has no layout ${name}`);
    return layout;
  }

  /** A message as logs may show it. */
  masked({ mti, fields }: IsoMessage): Record<string, string> {
    const shown: Record<string, string> = { mti };
    for (const [number, value] of Object.entries(fields))
      shown[number] = masked(value, this.definition.fields[number]?.mask ?? 'all');
    return shown;
  }

  /** The dialect as YAML, every default written out: the same dialect again when read. */
  toYaml(): string {
    return stringify(this.definition, { lineWidth: 110 });
  }
}

/** What the table of one message type says. */
interface MessageRules {
  mandatory: readonly number[];
  echoed: readonly number[];
  known: ReadonlySet<number>;
}

function rulesOf({ M, ME, C, CE, O }: MessageDefinition): MessageRules {
  return {
    mandatory: [...M, ...ME],
    echoed: [...ME, ...CE],
    known: new Set([...M, ...ME, ...C, ...CE, ...O]),
  };
}

/**
 * Reads a dialect from its file.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readSpec(path: string): Iso8583Spec {
  return new Iso8583Spec(readConfigFile(path, SpecShape));
}
