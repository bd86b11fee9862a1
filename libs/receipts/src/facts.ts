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
  addMissing(fields, fromBiller);
  addMissing(fields, offer.details);
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
function addMissing(fields: Record<string, string>, more: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(more))
    if (!Object.hasOwn(fields, name)) fields[name] = cleaned(more[name] ?? '');
}

/** One entry of a list that a receipt shows. */
export type ListItem = Readonly<Record<string, string>>;

/** What a name says: of the entry in hand, of the payment, of its first or last bill, or summed over all of them. */
export function valueIn({ fields, bills }: ReceiptFacts, name: string, item?: ListItem): string | undefined {
  if (item && Object.hasOwn(item, name)) return item[name];
  if (Object.hasOwn(fields, name)) return shownPart(fields[name] ?? '');
  const [place, member] = name.split('.');
  switch (member === undefined ? undefined : place) {
    case 'first':
      return bills[0] && billItem(bills[0], 1)[member ?? ''];
    case 'last':
      return bills.at(-1) && billItem(bills.at(-1) as PaidBill, bills.length)[member ?? ''];
    case 'bills':
      return member === 'amount' || member === 'penalty'
        ? sum(bills.map((bill) => bill[member])).toString()
        : undefined;
    default:
      return undefined;
  }
}

const ITEMS_MAX = 200;

/**
 * The entries of a list: the bills; or what the biller numbers (`fee1Name`, `fee1Amount`, `fee2Name` are two entries of
 * `fee` with `name` and `amount`; a bare `fee1` is its `item`); or one text that parts its `item`s by `,`, `;` or `|`.
 */
export function itemsOf({ fields, bills }: ReceiptFacts, list: string): ListItem[] {
  if (list === 'bills') return bills.map((bill, at) => billItem(bill, at + 1));
  const numbered = numberedItems(fields, list);
  if (numbered.length > 0 || !Object.hasOwn(fields, list)) return numbered;
  return (fields[list] ?? '')
    .split(/[,;|]/)
    .map((text) => shownPart(text))
    .filter((item) => item !== '')
    .slice(0, ITEMS_MAX)
    .map((item, at) => ({ no: String(at + 1), item }));
}

function billItem({ period, amount, penalty, details }: PaidBill, no: number): ListItem {
  const item: Record<string, string> = {
    no: String(no),
    period: shownPart(period),
    amount: amount.toString(),
    penalty: penalty.toString(),
  };
  for (const name of Object.keys(details))
    if (!Object.hasOwn(item, name)) item[name] = shownPart(details[name] ?? '');
  return item;
}

function numberedItems(fields: Readonly<Record<string, string>>, list: string): ListItem[] {
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
