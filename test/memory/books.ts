import { rupiah } from '#lib/kernel';
import { contentHash, type InvariantVerdict, type JournalKind, type Posting } from '#lib/ledger';
import type { BillerTruth } from '#lib/switching';
import type { MemoryTables, RawRow } from './tables';

/** The tables that hold money and what explains it. */
export const BOOK_TABLES = [
  'account',
  'deposit',
  'journal',
  'posting',
  'inquiry',
  'payment',
  'payment_leg',
  'payment_event',
  'payment_evidence',
  'reversal',
] as const;

/** All rows of the books at one moment, wherever they were kept. */
export type Books = Record<(typeof BOOK_TABLES)[number], readonly RawRow[]>;

/** Reads the books out of tables in memory. */
export function booksOf(tables: MemoryTables): Books {
  return Object.fromEntries(BOOK_TABLES.map((name) => [name, tables.rows(name)])) as unknown as Books;
}

const FINAL = ['PAID', 'DECLINED', 'REVERSED'];
/** As long as `verify` lets a payment be on its way unlisted. */
const LISTED_WITHIN_MS = 60_000;

/** The ledger's invariants I1 to I3, by the definitions of `checkLedgerInvariants`. */
export function checkLedgerBooks(books: Books): InvariantVerdict[] {
  const n = books.journal.length;
  return [
    verdict('I1', n, unbalanced(books)),
    verdict('I2', n, edited(books)),
    verdict('I3', n, floorBroken(books)),
  ];
}

/** The payments' invariants I4 to I9, by the definitions of `checkPaymentInvariants`, and the billers' record where there is one. */
export function checkPaymentBooks(
  books: Books,
  truth: readonly BillerTruth[] | undefined,
  now: Date,
): InvariantVerdict[] {
  const [payments, legs] = [books.payment.length, books.payment_leg.length];
  const compared = truth && compareWithTruth(books, truth);
  return [
    verdict('I4', payments, first(repeated(books.payment, ['channel_id', 'channel_reference']))),
    verdict('I5', legs, legTwice(books) ?? compared?.doubled),
    verdict('I6', legs, legMissing(books) ?? compared?.unknown),
    verdict(
      'I7',
      payments,
      untold(books) ??
        capturedForAnother(books) ??
        historyBroken(books) ??
        historyJumps(books) ??
        compared?.untrue,
    ),
    verdict('I8', payments, notListed(books, now)),
    verdict('I9', payments, heldSum(books) ?? holdNotClosedOnce(books) ?? givenBack(books)),
  ];
}

function verdict(id: string, checked: number, finding: string | undefined): InvariantVerdict {
  return { id, ok: finding === undefined, checked, firstCounterExample: finding ?? null };
}

function journalName(row: RawRow): string {
  return `${text(row, 'subject_id')} ${text(row, 'kind')}`;
}

function postingsByJournal(books: Books): Map<string, Posting[]> {
  const lines = new Map<string, Posting[]>();
  const rows = [...books.posting].sort((one, other) => Number(one['line_no']) - Number(other['line_no']));
  for (const row of rows) {
    const posting = { accountId: text(row, 'account_id'), amount: rupiah(digits(row, 'amount')) };
    lines.set(journalName(row), [...(lines.get(journalName(row)) ?? []), posting]);
  }
  return lines;
}

function unbalanced(books: Books): string | undefined {
  const lines = postingsByJournal(books);
  const accounts = new Set(books.account.map((row) => text(row, 'account_id')));
  const journals = new Set(books.journal.map(journalName));
  for (const name of journals) {
    const own = lines.get(name) ?? [];
    const rest = own.reduce((total, { amount }) => total + amount, 0n);
    if (rest !== 0n || own.length < 2) return `journal ${name}: ${own.length} postings sum to ${rest}`;
  }
  for (const [name, own] of lines) {
    if (!journals.has(name)) return `postings of ${name} have no journal`;
    const stray = own.find(({ accountId }) => !accounts.has(accountId));
    if (stray) return `account ${stray.accountId} is not in the chart`;
  }
  return undefined;
}

function edited(books: Books): string | undefined {
  const lines = postingsByJournal(books);
  const changed = books.journal.find((row) => {
    const hash = contentHash({
      subjectId: text(row, 'subject_id'),
      kind: text(row, 'kind') as JournalKind,
      businessDate: text(row, 'business_date'),
      channelId: row['channel_id'] === null ? '' : text(row, 'channel_id'),
      postedChange: rupiah(digits(row, 'posted_change')),
      heldChange: rupiah(digits(row, 'held_change')),
      postings: lines.get(journalName(row)) ?? [],
      reference: '',
      at: row['created_at'] as Date,
      ...(row['about_subject_id'] === null
        ? {}
        : {
            about: { subjectId: text(row, 'about_subject_id'), kind: text(row, 'about_kind') as JournalKind },
          }),
      ...(row['reason'] === null ? {} : { reason: text(row, 'reason') }),
    });
    return !hash.equals(row['content_hash'] as Buffer);
  });
  return changed && `journal ${journalName(changed)} is not as it was written`;
}

/** Every deposit again in commit order: the floor held at each step, and the cached row is the sum. */
function floorBroken(books: Books): string | undefined {
  for (const deposit of books.deposit) {
    const channelId = text(deposit, 'channel_id');
    let [posted, held, seq] = [0n, 0n, 0n];
    for (const row of inOrder(books.journal, channelId)) {
      const name = `${channelId} at ${journalName(row)}`;
      posted += digits(row, 'posted_change');
      held += digits(row, 'held_change');
      seq += 1n;
      const takesMoney = digits(row, 'posted_change') - digits(row, 'held_change') < 0n;
      if (digits(row, 'deposit_seq') !== seq) return `${name}: place ${seq} is missing`;
      if (digits(row, 'posted_after') !== posted || digits(row, 'held_after') !== held)
        return `${name}: balances are not the sum of what came before`;
      if (held < 0n) return `${name}: held is ${held}`;
      if (takesMoney && posted - held + digits(row, 'limit_then') < 0n)
        return `${name}: the floor was broken`;
    }
    if (digits(deposit, 'posted') !== posted || digits(deposit, 'held') !== held)
      return `${channelId}: the deposit row is not the sum of its journals`;
    const owed = (account: string) => -sumOf(books.posting, 'account_id', `channel:${channelId}:${account}`);
    if (owed('held') !== held || owed('deposit') !== posted - held)
      return `${channelId}: postings say deposit ${owed('deposit')} and held ${owed('held')}`;
  }
  return undefined;
}

function inOrder(journals: readonly RawRow[], channelId: string): RawRow[] {
  return journals
    .filter((row) => row['channel_id'] === channelId)
    .sort((one, other) => Number(digits(one, 'deposit_seq') - digits(other, 'deposit_seq')));
}

function sumOf(rows: readonly RawRow[], column: string, value: string): bigint {
  return rows.reduce((total, row) => (row[column] === value ? total + digits(row, 'amount') : total), 0n);
}

function repeated(rows: readonly RawRow[], columns: readonly string[]): string[] {
  const names = rows.map((row) => columns.map((column) => text(row, column)).join(' '));
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size).map((name) => `${name} is there twice`);
}

function legTwice(books: Books): string | undefined {
  const paid = books.payment_leg.filter((row) => row['state'] === 'PAID');
  return first([
    ...repeated(paid, ['payment_id']),
    ...legsBesideTheLast(books),
    ...repeated(books.payment_leg, ['biller_id', 'leg_reference']),
  ]);
}

/** Legs that are open or paid beside the last one of their payment, or marked otherwise than they are. */
function legsBesideTheLast(books: Books): string[] {
  const lastNo = new Map(books.payment.map((row) => [row['payment_id'], Number(row['leg_no'])]));
  return books.payment_leg.flatMap((leg) => {
    const last = lastNo.get(leg['payment_id'] ?? null);
    const marked = leg['state'] === 'DECLINED' ? null : 1;
    const isWrong =
      (leg['live'] ?? null) !== marked ||
      (last !== undefined && Number(leg['leg_no']) > last) ||
      (last !== undefined && Number(leg['leg_no']) < last && leg['state'] !== 'DECLINED');
    return isWrong && last !== undefined
      ? [
          `leg ${text(leg, 'leg_no')} of ${text(leg, 'payment_id')} is ${text(leg, 'state')} beside the last one`,
        ]
      : [];
  });
}

/** The last leg of a payment, as its row names it. */
function isLastLeg(leg: RawRow, payment: RawRow): boolean {
  return leg['payment_id'] === payment['payment_id'] && Number(leg['leg_no']) === Number(payment['leg_no']);
}

function legMissing(books: Books): string | undefined {
  const legs = grouped(books.payment_leg, 'payment_id');
  const bare = books.payment.find((row) => {
    const last = (legs.get(text(row, 'payment_id')) ?? []).find((leg) => isLastLeg(leg, row));
    return !last || last['biller_id'] !== row['biller_id'];
  });
  if (bare) return `${text(bare, 'payment_id')} has no leg at its biller`;
  const events = grouped(
    books.payment_event.filter((row) => row['event'] === 'rerouted'),
    'payment_id',
  );
  const sudden = books.payment.find(
    (row) => (events.get(text(row, 'payment_id')) ?? []).length !== Number(row['leg_no']) - 1,
  );
  return (
    sudden && `${text(sudden, 'payment_id')} has ${text(sudden, 'leg_no')} legs and was not rerouted as often`
  );
}

const PROOFS: Record<string, { events: readonly string[]; journal: string }> = {
  PAID: { events: ['biller approved', 'settled as paid'], journal: 'capture' },
  DECLINED: {
    events: ['biller declined', 'never sent', 'reversal accepted', 'settled as not paid'],
    journal: 'void',
  },
};

/** An end without the word and the journal that prove it. */
function untold(books: Books): string | undefined {
  const journals = new Set(books.journal.map(journalName));
  const events = new Map(
    books.payment_event.map((row) => [`${text(row, 'payment_id')} ${text(row, 'to_state')}`, row]),
  );
  for (const row of books.payment) {
    const [paymentId, state] = [text(row, 'payment_id'), text(row, 'state')];
    const proof = PROOFS[state];
    const event = events.get(`${paymentId} ${state}`);
    if (!proof) continue;
    if (
      !event ||
      !proof.events.includes(text(event, 'event')) ||
      !journals.has(`${paymentId} ${proof.journal}`)
    )
      return `${paymentId} is ${state} without its proof`;
  }
  return undefined;
}

function historyBroken(books: Books): string | undefined {
  const histories = grouped(books.payment_event, 'payment_id');
  const legs = grouped(books.payment_leg, 'payment_id');
  const broken = books.payment.find((row) => {
    const paymentId = text(row, 'payment_id');
    const history = histories.get(paymentId) ?? [];
    const last = history.find((event) => event['event_no'] === row['last_event_no']);
    const isWhole = history.length === Number(row['last_event_no']) && last?.['to_state'] === row['state'];
    return (
      !isWhole ||
      (legs.get(paymentId) ?? []).some((leg) => isLastLeg(leg, row) && leg['state'] !== row['state'])
    );
  });
  return broken && `the history of ${text(broken, 'payment_id')} does not lead to its state`;
}

/** The capture of a rerouted payment belongs to the biller that paid it. */
function capturedForAnother(books: Books): string | undefined {
  const rerouted = new Map(
    books.payment.filter((row) => Number(row['leg_no']) > 1).map((row) => [row['payment_id'], row]),
  );
  const strange = books.posting.find((row) => {
    const payment = rerouted.get(row['subject_id'] ?? null);
    const account = text(row, 'account_id');
    return (
      payment &&
      row['kind'] === 'capture' &&
      account.startsWith('biller:') &&
      !account.startsWith(`biller:${text(payment, 'biller_id')}:`)
    );
  });
  return strange && `the capture of ${text(strange, 'subject_id')} names ${text(strange, 'account_id')}`;
}

/** A move out of another state than the one the payment was in. */
function historyJumps(books: Books): string | undefined {
  const reached = new Map(
    books.payment_event.map((row) => [`${text(row, 'payment_id')} ${Number(row['event_no'])}`, row]),
  );
  for (const row of books.payment_event) {
    const before = reached.get(`${text(row, 'payment_id')} ${Number(row['event_no']) - 1}`);
    if (before && before['to_state'] !== row['from_state'])
      return `${text(row, 'payment_id')} was ${text(before, 'to_state')} and was then moved as if it were ${text(row, 'from_state')}`;
  }
  return undefined;
}

function notListed(books: Books, now: Date): string | undefined {
  const forgotten = books.payment_leg.find((row) => {
    const [state, next] = [text(row, 'state'), row['next_advice_at'] as Date | null];
    if (FINAL.includes(state)) return next !== null;
    if (state === 'SUSPECT') return next === null;
    if (state !== 'SENT') return false;
    return next === null || next.getTime() < now.getTime() - LISTED_WITHIN_MS;
  });
  return (
    forgotten &&
    `${text(forgotten, 'payment_id')} is ${text(forgotten, 'state')} and nobody is about to ask the biller`
  );
}

function heldSum(books: Books): string | undefined {
  for (const deposit of books.deposit) {
    const open = books.payment
      .filter((row) => row['channel_id'] === deposit['channel_id'] && !FINAL.includes(text(row, 'state')))
      .reduce((total, row) => total + digits(row, 'charge'), 0n);
    if (digits(deposit, 'held') !== open)
      return `${text(deposit, 'channel_id')} holds ${digits(deposit, 'held')}, its open payments come to ${open}`;
  }
  return undefined;
}

function holdNotClosedOnce(books: Books): string | undefined {
  const kinds = grouped(books.journal, 'subject_id');
  for (const row of books.payment) {
    const paymentId = text(row, 'payment_id');
    const own = (kinds.get(paymentId) ?? []).map((journal) => text(journal, 'kind'));
    const holds = own.filter((kind) => kind === 'hold').length;
    const closings = own.filter((kind) => kind === 'capture' || kind === 'void').length;
    if (holds !== 1 || closings !== (FINAL.includes(text(row, 'state')) ? 1 : 0))
      return `${paymentId} is ${text(row, 'state')} with ${holds} holds and ${closings} closings`;
  }
  return undefined;
}

/** These books know no reversal and no refund, so any trace of one is wrong. */
function givenBack({ payment, journal, reversal }: Books): string | undefined {
  const marked = payment.find(
    (row) =>
      row['state'] === 'REVERSED' || Number(row['reversal_ordered']) !== 0 || text(row, 'refunded') !== '0',
  );
  if (marked) return `${text(marked, 'payment_id')} is marked as given back`;
  const back = journal.find((row) => ['reversal', 'refund'].includes(text(row, 'kind')));
  if (back) return `journal ${journalName(back)} gives something back`;
  return reversal[0] && `${text(reversal[0], 'payment_id')} is ordered to be reversed`;
}

/** Lays the billers' own record beside ours. */
function compareWithTruth(
  books: Books,
  truth: readonly BillerTruth[],
): Record<'unknown' | 'doubled' | 'untrue', string | undefined> {
  const legs = new Map(
    books.payment_leg.map((row) => [`${text(row, 'biller_id')} ${text(row, 'leg_reference')}`, row]),
  );
  const theirs = new Map<string, { times: number; amount: string }>();
  let [unknown, doubled, untrue]: (string | undefined)[] = [];
  for (const { biller, legReference, kind, amount } of truth) {
    const name = `${biller} ${legReference}`;
    const times = (theirs.get(name)?.times ?? 0) + (kind === 'paid' ? 1 : -1);
    theirs.set(name, { times, amount });
    if (times > 1) doubled ??= `${biller} was paid twice under ${legReference}`;
    if (!legs.has(name)) unknown ??= `${biller} was asked for ${legReference}, of which no leg is committed`;
  }
  for (const [name, row] of legs) {
    const there = theirs.get(name);
    const isPaidThere = there?.times === 1;
    if (row['state'] === 'PAID' && !isPaidThere) untrue ??= `${name} is PAID here and not at the biller`;
    if (row['state'] === 'DECLINED' && isPaidThere)
      untrue ??= `${name} is DECLINED here and paid at the biller`;
    if (row['state'] === 'PAID' && isPaidThere && there.amount !== text(row, 'amount'))
      untrue ??= `${name} is PAID with ${text(row, 'amount')} here and ${there.amount} at the biller`;
  }
  return { unknown, doubled, untrue };
}

function grouped(rows: readonly RawRow[], column: string): Map<string, RawRow[]> {
  const groups = new Map<string, RawRow[]>();
  for (const row of rows) {
    const group = groups.get(text(row, column));
    if (group) group.push(row);
    else groups.set(text(row, column), [row]);
  }
  return groups;
}

function first(findings: readonly string[]): string | undefined {
  return findings[0];
}

function text(row: RawRow, column: string): string {
  return String(row[column]);
}

function digits(row: RawRow, column: string): bigint {
  return BigInt(text(row, column));
}
