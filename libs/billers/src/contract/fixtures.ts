import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { rupiahFromText } from '#lib/kernel';
import type { BillerInquiry, BillerLeg, StampOrder } from '#lib/switching';
import type { BillerSpec } from '../spec/common';
import { callOfCase, requiredCases, type Call } from './calls';

const Amount = z
  .string()
  .regex(/^(0|[1-9]\d{0,17})$/, 'must be whole rupiah as digits')
  .transform(rupiahFromText);

const Question = z.strictObject({
  product: z.string(),
  customerNumber: z.string(),
  amount: Amount.optional(),
  billCount: z.int().positive().optional(),
  months: z.int().positive().optional(),
  year: z.int().positive().optional(),
  extra: z.record(z.string(), z.string()).optional(),
  trace: z.string(),
});

const Leg = z.strictObject({
  reference: z.string(),
  product: z.string(),
  customerNumber: z.string(),
  amount: Amount,
  billCount: z.int().nonnegative(),
  months: z.int().positive().optional(),
  year: z.int().positive().optional(),
  extra: z.record(z.string(), z.string()).optional(),
  echo: z.record(z.string(), z.string()),
  settlementDate: z.iso.date(),
});

/** How a kind writes its fixtures: what `given.json` adds for it, a request, and an answer. */
export interface FixtureShapes {
  given: z.ZodRawShape;
  request: z.ZodType;
  answer: z.ZodType;
}

/** One case of one biller, ready to be played. Requests, answers and what is given beside are as its kind writes them. */
export interface BillerCase<Given = unknown, Request = unknown, Answer = unknown> {
  /** As `payment-approved`. */
  name: string;
  call: Call;
  /** The time of day at which the case is played, where a message carries it. */
  now: Date | undefined;
  question: BillerInquiry;
  leg: BillerLeg;
  reversal: { reference: string; billerReference: string } | undefined;
  stamp: StampOrder | undefined;
  given: Given;
  request: Request;
  answer: Answer;
  /** What we make of the answer: amounts as digits, and without the evidence. */
  outcome: Record<string, unknown>;
}

/** Names of the cases a biller must have and of all it has, as `payment-approved`. */
export function casesOf(folder: string, spec: BillerSpec): string[] {
  return [...new Set([...requiredCases(spec), ...casesIn(folder)])].sort();
}

/** Names of the cases that a folder has. */
export function casesIn(folder: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.map((file) => file.replace(/\.json$/, '')).filter((name) => name !== 'given');
}

/**
 * Reads one case: `given.json` with what we ask and pay in all cases of the biller, and `<call>-<case>.json` with our
 * request and the partner's answer as they go over the wire, and what we make of it.
 * @throws Error naming the file when it is missing or not of its shape.
 */
export function readCase(folder: string, name: string, shapes: FixtureShapes): BillerCase {
  const call = callOfCase(name);
  if (!call) throw new Error(`${join(folder, name)}.json: must be named <call>-<case>.json`);
  const Given = z.strictObject({
    ...shapes.given,
    now: z.iso.datetime({ offset: true }).optional(),
    question: Question,
    leg: Leg,
    /** Where the biller takes reversals: what ours goes by, and the biller's word for the payment. */
    reversal: z.strictObject({ reference: z.string(), billerReference: z.string() }).optional(),
    /** Where it stamps: the serial, what the document's order goes by, and the document's SHA-256. */
    stamp: z
      .strictObject({
        serial: z.string(),
        reference: z.string(),
        documentHash: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
      })
      .optional(),
  });
  const Fixture = z.strictObject({
    /** Where a case needs another question or leg than `given.json`. */
    given: z.strictObject({ question: Question.optional(), leg: Leg.optional() }).optional(),
    request: shapes.request,
    answer: shapes.answer,
    outcome: z.record(z.string(), z.unknown()),
  });
  const { now, question, leg, reversal, stamp, ...given } = readJson(join(folder, 'given.json'), Given);
  const fixture = readJson(join(folder, `${name}.json`), Fixture);
  const { amount, ...asked } = fixture.given?.question ?? question;
  return {
    name,
    call,
    now: now === undefined ? undefined : new Date(now),
    question: { ...asked, amount },
    leg: { ...(fixture.given?.leg ?? leg), sentAt: new Date(now ?? Date.now()) },
    reversal,
    stamp,
    given,
    request: fixture.request,
    answer: fixture.answer,
    outcome: fixture.outcome,
  };
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  if (!existsSync(file)) throw new Error(`${file} is missing: add the case as the partner would answer it`);
  const parsed = schema.safeParse(jsonIn(file));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
