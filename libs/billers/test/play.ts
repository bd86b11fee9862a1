import { createHmac } from 'node:crypto';
import { SystemClock } from '#lib/kernel';
import type { AdviceOutcome, Bill, PaymentOutcome, ReversalOutcome } from '#lib/switching';
import { HttpJsonConnector } from '../src/http-json/connector';
import type { HttpJsonSpec } from '../src/http-json/spec';
import type { BillerCase, Call, Signature } from './fixtures';
import { rawBiller, type Reaction, type WireRequest } from './raw-biller';

/** Long enough for an answer that comes, on a machine with other work to do. */
export const LONG_MS = 20_000;

/** What a call came to, as fixtures write it: amounts as digits, and without the evidence. */
export type Told = Record<string, unknown>;

/** What one play showed: what came to the biller, and what we made of its reaction. */
export interface Played {
  requests: readonly WireRequest[];
  told: Told;
}

/** What we say when a biller leaves us without a believable word: never "declined". */
export const UNCERTAIN: Readonly<Record<Call, Told>> = {
  inquiry: { refusal: 'BILLER_UNAVAILABLE' },
  payment: { kind: 'unknown' },
  advice: { kind: 'unknown' },
  reversal: { kind: 'unknown' },
};

/** A connector for this spec whose biller is at this address. */
export function connectorAt(url: string, spec: HttpJsonSpec, { secret }: Signature): HttpJsonConnector {
  process.env[spec.url] = url;
  process.env[spec.secret] = secret;
  return new HttpJsonConnector(spec, new SystemClock());
}

/** Makes the call of a case. */
export async function makeCall(
  connector: HttpJsonConnector,
  { call, question, leg, reversal }: BillerCase,
  withinMs: number,
): Promise<Told> {
  const deadline = new Date(Date.now() + withinMs);
  switch (call) {
    case 'inquiry': {
      const bill = await connector.inquire(question, deadline);
      return bill.ok ? told({ bill: bill.value }) : told({ refusal: bill.error.code });
    }
    case 'payment':
      return told(await connector.pay(leg, deadline));
    case 'advice':
      return told(await connector.advise(leg, deadline));
    case 'reversal':
      if (!connector.reverse || !reversal) throw new Error('given.json or the spec knows no reversal');
      return told(await connector.reverse({ ...reversal, leg }, deadline));
  }
}

/** Plays one case against a biller of its own. */
export async function play(
  spec: HttpJsonSpec,
  one: BillerCase,
  react: Reaction,
  withinMs = LONG_MS,
): Promise<Played> {
  const biller = await rawBiller(react);
  const connector = connectorAt(biller.url, spec, one.signature);
  try {
    return { told: await makeCall(connector, one, withinMs), requests: biller.requests };
  } finally {
    await connector.close();
    await biller.close();
  }
}

/** The signature header a partner expects for these bytes, computed as its documentation says. */
export function signatureOf(body: string, { algorithm, encoding, secret }: Signature): string {
  return createHmac(algorithm, secret).update(body, 'utf8').digest(encoding);
}

/** A copy of an answer with another value at a path such as `bills.0.amount`; undefined takes the member away. */
export function changed(answer: BillerCase['answer'], path: string, value: unknown): BillerCase['answer'] {
  const copy = structuredClone(answer);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let parent: Record<string, unknown> = copy;
  for (const name of names) {
    const child = parent[name];
    if (typeof child !== 'object' || child === null) throw new Error(`the answer has no ${path}`);
    parent = child as Record<string, unknown>;
  }
  if (!(last in parent)) throw new Error(`the answer has no ${path}`);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function told(
  outcome: PaymentOutcome | AdviceOutcome | ReversalOutcome | { bill: Bill } | { refusal: string },
): Told {
  const text = JSON.stringify(outcome, (name, value: unknown) =>
    name === 'evidence' ? undefined : typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Told;
}
