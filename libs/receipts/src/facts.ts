import { localIso, sum, type Rupiah } from '#lib/kernel';
import { cleaned, shownPart } from './clean';

/** A bill that was paid. `amount` is without its `penalty`. */
export interface PaidBill {
  period: string;
  amount: Rupiah;
  penalty: Rupiah;
  details: Readonly<Record<string, string>>;
}

/** What was offered and taken; its amounts are the only ones a receipt may show as ours. */
export interface PaidOffer {
  customerName: string;
  lines: readonly PaidBill[];
  remaining: number | null;
  amount: Rupiah;
  adminFee: Rupiah;
  total: Rupiah;
  details: Readonly<Record<string, string>>;
}

/** What is known of a payment itself. */
export interface PaidPayment {
  paymentId: string;
  customerNumber: string;
  billerReference: string;
  paidAt: Date;
  timeZone: string;
}

/** All that a receipt can say: facts by their names, and the bills. */
export interface ReceiptFacts {
  fields: Readonly<Record<string, string>>;
  bills: readonly PaidBill[];
}

/**
 * The facts of a payment as they are kept with it: ours before the biller's, and its answer to the payment before its
 * bill; amounts as digits, each value cleaned.
 */
export function fieldsOf(
  payment: PaidPayment,
  offer: PaidOffer,
  fromBiller: Readonly<Record<string, string>>,
): Record<string, string> {
  const fields: Record<string, string> = {
    paymentId: payment.paymentId,
    customerNumber: payment.customerNumber,
    customerName: cleaned(offer.customerName),
    billerReference: cleaned(payment.billerReference),
    time: localIso(payment.paidAt, payment.timeZone).slice(0, 19).replace('T', ' '),
    amount: offer.amount.toString(),
    adminFee: offer.adminFee.toString(),
    total: offer.total.toString(),
    billCount: String(offer.lines.length),
    periods: cleaned(offer.lines.map(({ period }) => period).join(', ')),
  };
  if (offer.remaining) fields['remaining'] = String(offer.remaining);
  // Where the offer counts what stays unpaid, a biller's own word for it is not asked.
  const isCounted = offer.remaining !== null;
  addMissing(fields, fromBiller, isCounted);
  addMissing(fields, offer.details, isCounted);
  return fields;
}

/** What `fieldsOf` always says itself: no biller can say it instead. */
export const OWN_NAMES = [
  'paymentId',
  'customerNumber',
  'customerName',
  'billerReference',
  'time',
  'amount',
  'adminFee',
  'total',
  'billCount',
  'periods',
] as const;

/** Adds what is not there yet. Spreading several objects into one costs fifty times as much. */
function addMissing(
  fields: Record<string, string>,
  more: Readonly<Record<string, string>>,
  isRemainingCounted: boolean,
): void {
  for (const name of Object.keys(more))
    if (!Object.hasOwn(fields, name) && !(isRemainingCounted && name === 'remaining'))
      fields[name] = cleaned(more[name] ?? '');
}

/** What a name says, or undefined. */
export type ValueOf = (name: string) => string | undefined;

/** The facts of a payment by their names; `first.` and `last.` are of those bills, `bills.` sums over all of them. */
export function valuesOf({ fields, bills }: ReceiptFacts): ValueOf {
  return (name) => {
    if (Object.hasOwn(fields, name)) return shownPart(fields[name] ?? '');
    const dot = name.indexOf('.');
    if (dot === -1) return undefined;
    const member = name.slice(dot + 1);
    switch (name.slice(0, dot)) {
      case 'first':
        return billValue(bills[0], member);
      case 'last':
        return billValue(bills.at(-1), member);
      default:
        return sumOf(bills, member);
    }
  };
}

function sumOf(bills: readonly PaidBill[], member: string): string | undefined {
  return member === 'amount' || member === 'penalty'
    ? sum(bills.map((bill) => bill[member])).toString()
    : undefined;
}

function billValue(bill: PaidBill | undefined, name: string): string | undefined {
  switch (name) {
    case 'amount':
    case 'penalty':
      return bill?.[name].toString();
    case 'period':
      return bill && shownPart(bill.period);
    default:
      return bill && Object.hasOwn(bill.details, name) ? shownPart(bill.details[name] ?? '') : undefined;
  }
}

const ITEMS_MAX = 200;

/**
 * The entries of a list: the bills; or what the biller numbers (`fee1Name`, `fee1Amount`, `fee2Name` are two entries of
 * `fee` with `name` and `amount`; a bare `fee1` is its `item`); or one text that parts its `item`s by `,`, `;` or `|`.
 * Each has its number as `no`, and says what the payment says where it says nothing itself.
 */
export function itemsOf(facts: ReceiptFacts, list: string, ofPayment: ValueOf): ValueOf[] {
  const { fields, bills } = facts;
  if (list === 'bills')
    return bills.map(
      (bill, at) => (name) => (name === 'no' ? String(at + 1) : (billValue(bill, name) ?? ofPayment(name))),
    );
  const numbered = numberedItems(fields, list);
  const items = numbered.length > 0 ? numbered : partedItems(fields[list] ?? '');
  return items.map((item) => (name) => (Object.hasOwn(item, name) ? item[name] : ofPayment(name)));
}

type Item = Readonly<Record<string, string>>;

function partedItems(text: string): Item[] {
  return text
    .split(/[,;|]/)
    .map(shownPart)
    .filter((item) => item !== '')
    .slice(0, ITEMS_MAX)
    .map((item, at) => ({ no: String(at + 1), item }));
}

function numberedItems(fields: Readonly<Record<string, string>>, list: string): Item[] {
  const items = new Map<number, Record<string, string>>();
  for (const [name, value] of Object.entries(fields)) {
    const [, no, member] = name.startsWith(list) ? (NUMBERED.exec(name.slice(list.length)) ?? []) : [];
    if (no === undefined || value === '') continue;
    const item = items.get(Number(no)) ?? { no };
    item[member ? member.charAt(0).toLowerCase() + member.slice(1) : 'item'] = shownPart(value);
    items.set(Number(no), item);
  }
  return [...items].sort(([one], [other]) => one - other).map(([, item]) => item);
}

const NUMBERED = /^([1-9]\d{0,2})([A-Z]\w*)?$/;
