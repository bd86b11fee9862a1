import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';
import type { Iso8583Spec } from '#lib/iso8583';
import { ConfigError } from '#lib/platform';
import type { CallName, Iso8583Profile, LayoutUse } from './profile';

/** A profile and the dialect it speaks. */
export class Speech {
  /** Characters of the answer code and of the amount. */
  readonly codeWidth: number;
  readonly amountWidth: number;

  /** @throws ConfigError naming the profile and every key that the dialect cannot follow. */
  constructor(
    readonly name: string,
    readonly profile: Iso8583Profile,
    readonly spec: Iso8583Spec,
  ) {
    this.codeWidth = spec.widthOf(spec.definition.codes.field);
    const objections = [
      ...this.unknownFields(),
      ...this.unknownTypes(),
      ...this.layoutObjections(),
      ...this.codeObjections(),
    ];
    if (objections.length > 0)
      throw new ConfigError(objections.map((one) => `config/channels/${name}.yaml: ${one}`).join('\n'));
    this.amountWidth = spec.widthOf(profile.amount.field);
  }

  /** How an answer is written to this profile's partners. */
  wireCode(code: ResponseCode): string {
    return (this.profile.codes[code] ?? RESPONSE_CODES[code].iso).padStart(this.codeWidth, '0');
  }

  /** The partners' code of a product of ours; empty where they have none. */
  productCodeOf(productId: string): string {
    const found = Object.entries(this.profile.products).find(([, { product }]) => product === productId);
    return found?.[0] ?? '';
  }

  /** How a call's private data is laid out: as its product has it, or as usual. */
  layoutsOf(call: CallName, productCode?: string): { question?: LayoutUse; answer?: LayoutUse } {
    const own = productCode === undefined ? undefined : this.profile.products[productCode]?.layouts;
    const layouts = own ?? this.profile.layouts;
    switch (call) {
      case 'inquiry':
        return layouts.inquiry;
      case 'payment':
      case 'advice':
        return layouts.payment;
      case 'reversal':
        return layouts.reversal;
    }
  }

  private unknownFields(): string[] {
    const { profile } = this;
    const numbers: [key: string, number: number | undefined][] = [
      ['institutionField', profile.institutionField],
      ['processingCodeField', profile.processingCodeField],
      ['amount.field', profile.amount.field],
      ['currency.field', profile.currency?.field],
      ['merchantTypes.field', profile.merchantTypes?.field],
      ['rrnField', profile.rrnField],
      ['productField', profile.productField],
      ['reference.original.field', profile.reference.original.field],
      ...profile.reference.traceFields.map((number): [string, number] => ['reference.traceFields', number]),
    ];
    return numbers.flatMap(([key, number]) =>
      number === undefined || this.spec.hasField(number)
        ? []
        : [`${key}: the dialect ${this.profile.dialect} has no field ${number}`],
    );
  }

  private unknownTypes(): string[] {
    return Object.entries(this.profile.calls).flatMap(([call, { types }]) =>
      types.flatMap((mti) =>
        this.spec.answerTypeOf(mti) === undefined
          ? [`calls.${call}.types: the dialect ${this.profile.dialect} has no question ${mti}`]
          : [],
      ),
    );
  }

  private layoutObjections(): string[] {
    const { layouts, products } = this.profile;
    const all = [layouts, ...Object.values(products).flatMap((product) => product.layouts ?? [])];
    const uses = all.flatMap((one) =>
      [one.inquiry, one.payment, one.reversal].flatMap((of) => [of.question, of.answer]),
    );
    const known = this.spec.definition.layouts;
    return uses.flatMap((use) =>
      use === undefined || Object.hasOwn(known, use.layout)
        ? []
        : [`layouts: the dialect ${this.profile.dialect} has no layout ${use.layout}`],
    );
  }

  private codeObjections(): string[] {
    const tooLong = Object.entries(this.profile.codes).flatMap(([code, wire]) =>
      wire.length > this.codeWidth ? [`codes.${code}: ${wire} is longer than ${this.codeWidth}`] : [],
    );
    // A link says busy of payments too, and the first message of one may be under way.
    const { busy } = this.spec.definition.codes;
    const final = (Object.keys(RESPONSE_CODES) as ResponseCode[]).filter(
      (code) => RESPONSE_CODES[code].final && this.wireCode(code) === busy,
    );
    return [...tooLong, ...final.map((code) => `codes.${code}: ${busy} is what a busy link answers`)];
  }
}
