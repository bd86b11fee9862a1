import type { Rupiah } from '#lib/kernel';
import type {
  AdviceOutcome,
  Bill,
  BillerConnector,
  PaymentOutcome,
  ReversalOutcome,
  StampOutcome,
} from '#lib/switching';
import type { Call } from './calls';
import type { BillerCase } from './fixtures';

/** Long enough for an answer that comes, on a machine with other work to do. */
export const LONG_MS = 20_000;

/** Short enough to wait for, long enough for a request to arrive before. */
export const SHORT_MS = 500;

/** What a call came to, as fixtures write it: amounts as digits, and without the evidence. */
export type Told = Record<string, unknown>;

/** What we say when a biller leaves us without a believable word: never "declined". */
export const UNCERTAIN: Readonly<Record<Call, Told>> = {
  inquiry: { refusal: 'BILLER_UNAVAILABLE' },
  payment: { kind: 'unknown' },
  advice: { kind: 'unknown' },
  reversal: { kind: 'unknown' },
  balance: { refusal: 'BILLER_UNAVAILABLE' },
  stamp: { kind: 'unknown' },
};

/** What we say when nobody can be reached: a payment that never left is "not sent", an advice then says nothing. */
export const UNREACHED: Readonly<Record<Call, Told>> = {
  inquiry: { refusal: 'BILLER_UNAVAILABLE' },
  payment: { kind: 'not sent' },
  advice: { kind: 'unknown' },
  reversal: { kind: 'not sent' },
  balance: { refusal: 'BILLER_UNAVAILABLE' },
  stamp: { kind: 'unknown' },
};

/** Makes the call of a case. @param deadline by the connector's own clock. */
export async function makeCall(
  connector: BillerConnector,
  { call, question, leg, reversal, stamp }: BillerCase,
  deadline: Date,
): Promise<Told> {
  switch (call) {
    case 'inquiry': {
      const bill = await connector.inquire(question, deadline);
      return told(bill.ok ? { bill: bill.value } : { refusal: bill.error.code });
    }
    case 'payment':
      return told(await connector.pay(leg, deadline));
    case 'advice':
      return told(await connector.advise(leg, deadline));
    case 'reversal':
      if (!connector.reverse || !reversal) throw new Error('given.json or the spec knows no reversal');
      return told(await connector.reverse({ ...reversal, leg }, deadline));
    case 'balance': {
      if (!connector.balance) throw new Error('the spec knows no balance');
      const balance = await connector.balance(deadline);
      return told(balance.ok ? { balance: balance.value } : { refusal: balance.error.code });
    }
    case 'stamp':
      if (!connector.stamp || !stamp) throw new Error('given.json or the spec knows no stamp');
      return told(await connector.stamp(stamp, deadline));
  }
}

function told(
  outcome:
    | PaymentOutcome
    | AdviceOutcome
    | ReversalOutcome
    | StampOutcome
    | { bill: Bill }
    | { balance: Rupiah }
    | { refusal: string },
): Told {
  const text = JSON.stringify(outcome, (name, value: unknown) =>
    name === 'evidence' ? undefined : typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Told;
}
