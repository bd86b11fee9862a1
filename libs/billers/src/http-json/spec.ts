import { z } from 'zod';
import { AdviceCodes, InquiryCodes, PaymentCodes, ReversalCodes, SUCCESS } from '../spec/codes';
import { AfterUnknown, COMMON, EnvironmentName } from '../spec/common';
import { variableOf } from './body';

/** Dotted path of a member in the biller's answer, for example `subscriber.name`. */
const Path = z.string().regex(/^\w+(\.\w+)*$/, 'must be a dotted path such as subscriber.name');
const Paths = z.record(z.string(), Path);

/** Texts and `{variables}` by member; see `body.ts`. */
const Template = z.record(z.string(), z.string());

const Call = {
  path: z.string().regex(/^\/[\x21-\x7e]*$/, 'must begin with / and have no spaces'),
  body: Template,
  /** Members of the answer that must repeat what was sent; another value means it answers something else. */
  repeats: z.record(Path, z.string()),
  code: Path,
  message: Path.optional(),
};

const Approved = z.strictObject({ reference: Path, amount: Path, receipt: Paths });

const HttpJsonShape = z.strictObject({
  ...COMMON,
  kind: z.literal('http-json'),
  url: EnvironmentName,
  secret: EnvironmentName,
  signature: z.strictObject({
    algorithm: z.enum(['hmac-sha256', 'hmac-sha512']),
    header: z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header such as X-Signature'),
    encoding: z.enum(['hex', 'base64']),
  }),
  /** How the biller writes whole rupiah. */
  rupiah: z.enum(['string', 'number']),
  connectionsMax: z.int().positive(),
  answerMaxBytes: z.int().positive(),
  inquiry: z.strictObject({
    ...Call,
    codes: InquiryCodes,
    bill: z.strictObject({
      customerName: Path,
      /** Absent where every unpaid period is sent. */
      outstanding: Path.optional(),
      /** Absent where the biller never says how long its offer is valid. */
      validSeconds: Path.optional(),
      echo: Paths,
      details: Paths,
      lines: Path,
      line: z.strictObject({
        period: Path,
        amount: Path,
        /** Absent where the biller's amounts have their penalties in them. */
        penalty: Path.optional(),
        details: Paths,
      }),
    }),
  }),
  payment: z.strictObject({
    ...Call,
    codes: PaymentCodes,
    approved: Approved,
  }),
  advice: z.strictObject({
    ...Call,
    codes: AdviceCodes,
    approved: Approved,
  }),
  /** Absent where the biller undoes no payment. */
  reversal: z
    .strictObject({
      ...Call,
      codes: ReversalCodes,
      afterUnknown: AfterUnknown,
    })
    .optional(),
});

const OF_INQUIRY = ['product', 'customerNumber', 'amount', 'trace'];
const OF_REVERSAL = ['reversalReference', 'billerReference'];
const OF_LEG = ['reference', 'product', 'customerNumber', 'amount', 'billCount', 'settlementDate'];

/** A biller that speaks JSON over HTTP: config/billers/<name>.yaml. A code that is not listed means "unknown". */
export const HttpJsonSpec = HttpJsonShape.superRefine((spec, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const echoes = Object.keys(spec.inquiry.bill.echo).map((name) => `echo.${name}`);
  const calls = [
    { call: 'inquiry', has: OF_INQUIRY },
    { call: 'payment', has: [...OF_LEG, ...echoes] },
    { call: 'advice', has: [...OF_LEG, ...echoes] },
    { call: 'reversal', has: [...OF_REVERSAL, ...OF_LEG, ...echoes] },
  ] as const;

  for (const { call, has } of calls) {
    const success = SUCCESS[call];
    const said = spec[call];
    if (!said) continue;
    for (const template of ['body', 'repeats'] as const)
      for (const [member, text] of Object.entries(said[template])) {
        const objection = objectionToTemplate(text, has);
        if (objection) refuse([call, template, member], objection);
      }
    if (!Object.values<string>(said.codes).includes(success))
      refuse([call, 'codes'], `no code means "${success}", so no ${call} could ever succeed`);
  }
});
export type HttpJsonSpec = z.infer<typeof HttpJsonSpec>;

function objectionToTemplate(text: string, has: readonly string[]): string | undefined {
  const variable = variableOf(text);
  if (!variable)
    return /[{}]/.test(text) ? `"${text}" must be a text without braces or one {variable} alone` : undefined;
  if (!has.includes(variable.name))
    return `there is no {${variable.name}} here, only ${has.map((name) => `{${name}}`).join(', ')}`;
  if (variable.pattern !== undefined && variable.name !== 'settlementDate')
    return `only {settlementDate} can be written as ${variable.pattern}`;
  return undefined;
}
