import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { rupiahFromText } from '#lib/kernel';
import type { BillerInquiry, BillerLeg } from '#lib/switching';
import type { HttpJsonSpec } from '../src/http-json/spec';

const CALLS = ['inquiry', 'payment', 'advice', 'reversal'] as const;
export type Call = (typeof CALLS)[number];

/** The calls a biller takes; not every one undoes payments. */
export function callsOf(spec: HttpJsonSpec): Call[] {
  return CALLS.filter((call) => spec[call] !== undefined);
}

/** The case in which a call comes to what it was made for. */
export function successOf(call: Call): string {
  return call === 'reversal' ? 'reversal-accepted' : `${call}-approved`;
}

/** What every biller must show for each call; more cases may stand beside them. */
const CASES = ['approved', 'declined', 'already-paid', 'not-found', 'in-process'];
const REVERSAL_CASES = ['accepted', 'refused', 'not-found', 'in-process'];

const Question = z.strictObject({
  product: z.string(),
  customerNumber: z.string(),
  amount: z.string().transform(rupiahFromText).optional(),
  trace: z.string(),
});

const Leg = z.strictObject({
  reference: z.string(),
  product: z.string(),
  customerNumber: z.string(),
  amount: z.string().transform(rupiahFromText),
  billCount: z.int().nonnegative(),
  echo: z.record(z.string(), z.string()),
  settlementDate: z.iso.date(),
});

/** `given.json`: what we ask and pay in all cases of a biller, and how its documentation says a body is signed. */
const Given = z.strictObject({
  signature: z.strictObject({
    header: z.string().lowercase(),
    algorithm: z.enum(['sha256', 'sha512']),
    encoding: z.enum(['hex', 'base64']),
    secret: z.string(),
  }),
  question: Question,
  leg: Leg,
  /** Where the biller takes reversals: what ours goes by, and the biller's word for the payment. */
  reversal: z.strictObject({ reference: z.string(), billerReference: z.string() }).optional(),
});

/** `<call>-<case>.json`: our request and the partner's answer as they go over the wire, and what we make of it. */
const Fixture = z.strictObject({
  /** Where a case needs another question or leg than `given.json`. */
  given: z.strictObject({ question: Question.optional(), leg: Leg.optional() }).optional(),
  request: z.strictObject({ path: z.string(), body: z.record(z.string(), z.unknown()) }),
  answer: z.record(z.string(), z.unknown()),
  outcome: z.record(z.string(), z.unknown()),
});

export type Signature = z.infer<typeof Given>['signature'];

/** One case of one biller, ready to be played. */
export interface BillerCase extends Omit<z.infer<typeof Fixture>, 'given'> {
  call: Call;
  signature: Signature;
  question: BillerInquiry;
  leg: BillerLeg;
  reversal: { reference: string; billerReference: string } | undefined;
}

/** Names of the cases a biller must have and of all it has, as `payment-approved`. */
export function casesOf(folder: string, spec: HttpJsonSpec): string[] {
  const required = callsOf(spec).flatMap((call) =>
    (call === 'reversal' ? REVERSAL_CASES : CASES).map((name) => `${call}-${name}`),
  );
  const present = (existsSync(folder) ? readdirSync(folder) : []).map((file) => file.replace(/\.json$/, ''));
  return [...new Set([...required, ...present])].filter((name) => name !== 'given').sort();
}

/** Reads one case. @throws Error naming the file when it is missing or not as above. */
export function readCase(folder: string, name: string): BillerCase {
  const call = CALLS.find((one) => name.startsWith(`${one}-`));
  if (!call) throw new Error(`${join(folder, name)}.json: must be named <call>-<case>.json`);
  const { signature, ...all } = readJson(join(folder, 'given.json'), Given);
  const { given, request, answer, outcome } = readJson(join(folder, `${name}.json`), Fixture);
  const { amount, ...question } = given?.question ?? all.question;
  const leg = given?.leg ?? all.leg;
  return {
    call,
    signature,
    request,
    answer,
    outcome,
    question: { ...question, amount },
    leg: { ...leg, sentAt: new Date() },
    reversal: all.reversal,
  };
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  if (!existsSync(file)) throw new Error(`${file} is missing: add the case as the partner would answer it`);
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
