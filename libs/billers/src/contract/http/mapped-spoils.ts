import type { Money } from '../../mapping/money';
import { callsOfProduct, type CallsOf, type MappedCall, type MappedSpec } from '../../mapping/spec';
import type { Call } from '../calls';
import type { Spoilt, Way } from '../driver';
import type { BillerCase } from '../fixtures';
import type { Reaction } from './raw-biller';

/** Answers with another value at a path of the case's answer; undefined takes the member away. */
export type Spoil = (one: BillerCase, path: string, value: unknown) => Reaction;

/** The last three are names that every JavaScript object knows. */
const SPOILT_CODES = [undefined, null, '', 'ZZ99', ' 0000', 9, true, 'constructor', '__proto__', 'toString'];

const SPOILT_ANYWHERE = [
  undefined,
  null,
  true,
  [],
  {},
  '',
  '-1',
  '1e3',
  ' 1',
  '1.000',
  '1,000',
  '0x10',
  0.5,
  -1,
];
const LONG_DIGITS = '9'.repeat(16);
const SPOILT_AMOUNTS: Readonly<Record<Money, readonly unknown[]>> = {
  string: [...SPOILT_ANYWHERE, 203400, '203400.00', LONG_DIGITS],
  number: [...SPOILT_ANYWHERE, '171500', 171500.25, 2 ** 53],
  'sen-string': [...SPOILT_ANYWHERE, '12500050', '125000.00', 12500000],
  'sen-number': [...SPOILT_ANYWHERE, '12500000', 12500050, 2 ** 53],
  'decimal-string': [...SPOILT_ANYWHERE, '125000', '125000.50', '125000.0', '125000.000', 125000],
};

/**
 * Ways to spoil the answer of a mapped kind: one member at a time, where its spec reads it.
 * @param isText whether the wire knows texts only, as XML does: a number there is the text of it.
 */
export function spoiltAnswers<C>(
  spec: MappedSpec<C>,
  one: BillerCase,
  spoil: Spoil,
  isText = false,
): Spoilt<Reaction> {
  const calls = callsOfCase(spec, one);
  const said: MappedCall | undefined = calls[one.call];
  if (!said) throw new Error(`${spec.biller} has no ${one.call}`);
  const canBe = (value: unknown) => !isText || value === undefined || typeof value === 'string';
  const setting = (name: string, path: string, value: unknown): Way<Reaction> => ({
    name,
    react: (played) => spoil(played, path, value),
  });
  const codeAt = typeof said.code === 'string' ? said.code : (said.code[0] ?? '');
  return {
    codes: SPOILT_CODES.filter(canBe).map((value) => setting(shown(value), codeAt, value)),
    needed: neededBy(calls, one).map((path) => setting(path, path, undefined)),
    amounts: amountsOf(calls, one).flatMap((path) =>
      SPOILT_AMOUNTS[calls.rupiah]
        .filter(canBe)
        .map((value) => setting(`${shown(value)} as ${path}`, path, value)),
    ),
    repeats: Object.keys(said.repeats).flatMap((path) =>
      ['another', undefined, null, ['list']].filter(canBe).map((value) => setting(path, path, value)),
    ),
  };
}

/** The biller's name of a customer, and what the receipt shows, hold what nobody should believe to be harmless. */
export function hostileWays<C>(spec: MappedSpec<C>, texts: readonly string[], spoil: Spoil): Way<Reaction>[] {
  return texts.map((text) => ({
    name: `says ${JSON.stringify(text)}`,
    react: (one) => spoil(one, wordAt(callsOfCase(spec, one), one.call), text),
    leaves: (one) => withText(callsOfCase(spec, one), one, text),
  }));
}

/** The calls of a case's product, and those that are of its biller. */
type CallsOfCase<C> = CallsOf<C> & Pick<MappedSpec<C>, 'balance' | 'stamp'>;

function callsOfCase<C>(spec: MappedSpec<C>, one: BillerCase): CallsOfCase<C> {
  const { balance, stamp } = spec;
  return { ...callsOfProduct(spec, productOf(one)), balance, stamp };
}

/** What the customer reads of an answer: of a bill the name, of a payment the biller's reference; else its message. */
function wordAt<C>(calls: CallsOfCase<C>, call: Call): string {
  if (call === 'inquiry') return calls.inquiry?.bill.customerName ?? '';
  if (call === 'reversal' || call === 'balance' || call === 'stamp') return calls[call]?.message ?? '';
  return calls[call].approved.reference;
}

/** The case's outcome with another text wherever its spec reads that word. */
function withText<C>(
  calls: CallsOfCase<C>,
  { call, outcome }: BillerCase,
  text: string,
): Record<string, unknown> {
  if (call === 'reversal' || call === 'balance' || call === 'stamp') return outcome;
  const path = wordAt(calls, call);
  const changedIn = (texts: unknown, sources: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(texts as Record<string, string>).map(([name, told]) => [
        name,
        sources[name] === path ? text : told,
      ]),
    );
  if (call !== 'inquiry') {
    const receipt = changedIn(outcome['receipt'], calls[call].approved.receipt);
    return { ...outcome, billerReference: text, receipt };
  }
  const told = outcome['bill'] as Record<string, unknown>;
  const said = calls.inquiry?.bill;
  if (!said) return outcome;
  const [details, echo] = [changedIn(told['details'], said.details), changedIn(told['echo'], said.echo)];
  return { bill: { ...told, customerName: text, details, echo } };
}

function productOf({ call, question, leg }: BillerCase): string {
  return call === 'inquiry' ? question.product : leg.product;
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

/** The members without which an answer says nothing that can be used. */
function neededBy<C>(calls: CallsOfCase<C>, { call, outcome }: BillerCase): string[] {
  if (call === 'reversal' || call === 'balance') return [];
  if (call === 'stamp') return calls.stamp ? [calls.stamp.stampedAt] : [];
  if (call !== 'inquiry') return [calls[call].approved.reference];
  const bill = calls.inquiry?.bill;
  if (!bill) return [];
  const { customerName, echo, lines, line } = bill;
  const isPath = (source: string) => !source.includes('{');
  return [
    customerName,
    ...Object.values(echo).filter(isPath),
    ...(lines === undefined ? [] : [lines]),
    ...(line && isPath(line.period) && hasLines(outcome) ? [inLine(lines, line.period)] : []),
  ];
}

function amountsOf<C>(calls: CallsOfCase<C>, { call, outcome }: BillerCase): string[] {
  if (call === 'reversal' || call === 'stamp') return [];
  if (call === 'balance') return calls.balance ? [calls.balance.amount] : [];
  if (call !== 'inquiry') return [calls[call].approved.amount];
  const bill = calls.inquiry?.bill;
  if (!bill) return [];
  const { lines, line, payable } = bill;
  return [
    ...(line && hasLines(outcome)
      ? [line.amount, line.penalty].flatMap((path) => (path === undefined ? [] : [inLine(lines, path)]))
      : []),
    ...(payable ? [payable.minimum, payable.maximum] : []),
  ];
}

const inLine = (lines: string | undefined, path: string): string =>
  lines === undefined ? path : `${lines}.0.${path}`;

function hasLines(outcome: BillerCase['outcome']): boolean {
  return ((outcome['bill'] as { lines?: unknown[] } | undefined)?.lines ?? []).length > 0;
}
