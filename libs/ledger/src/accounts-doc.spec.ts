import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rupiah } from '#lib/kernel';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS } from './accounts';
import {
  bankChargeJournal,
  bankNamedJournal,
  bankUnnamedJournal,
  bookJournal,
  channelSettlementJournal,
  collectionJournal,
  payoutJournal,
  settlementJournal,
  taxJournal,
} from './book-journals';
import type { BookKind, JournalDraft } from './journal-draft';
import {
  adjustmentJournal,
  captureJournal,
  floatAdjustmentJournal,
  floatTopUpJournal,
  holdJournal,
  refundJournal,
  reversalJournal,
  topUpJournal,
  voidJournal,
  type PaymentMoney,
} from './journals';

const PAGE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'accounts.md'), 'utf8');
const AT = new Date('2026-07-14T05:00:00Z');

/** Distinct powers of ten, so that no wrong letter can give the right sum. */
const LETTERS = { A: 100_000n, B: 10n, C: 1_000n, S: 100n };
const GIVEN = 10_000n;
const DAY = '2026-07-15';

function paymentMoney(isImmediate: boolean, drawsFloat = false): PaymentMoney {
  const { A, B, C, S } = LETTERS;
  return {
    paymentId: 'T0TBR00615QG',
    channelId: '<id>',
    billerId: '<id>',
    reference: 'R-1',
    businessDate: '2026-07-14',
    amount: rupiah(A),
    adminFee: rupiah(B + C + S),
    billerFee: rupiah(B),
    commission: rupiah(C),
    charge: rupiah(A + B + S + (isImmediate ? 0n : C)),
    drawsFloat,
  };
}

function valueOf(cell: string, charge: bigint): bigint {
  if (cell === '') return 0n;
  const values: Record<string, bigint> = { ...LETTERS, X: charge, R: GIVEN };
  return cell
    .replaceAll('-', '+ -')
    .split('+')
    .map((term) => term.replaceAll(' ', ''))
    .reduce((total, term) => {
      const value = values[term.replace('-', '')] ?? unknownLetter(term);
      return term.startsWith('-') ? total - value : total + value;
    }, 0n);
}

function unknownLetter(letter: string): never {
  throw new Error(`the page speaks of a letter "${letter.trim()}" that it does not define`);
}

/** The postings a table of the page promises, by account. */
function promised(heading: string, charge: bigint): Record<string, bigint> {
  const section = PAGE.split('### ').find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`docs/accounts.md has no table "${heading}"`);
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return Object.fromEntries(
    rows.map((row) => {
      const [account = '', debit = '', credit = ''] = row
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return [account.replaceAll('`', ''), valueOf(debit, charge) - valueOf(credit, charge)];
    }),
  );
}

function made({ postings }: JournalDraft): Record<string, bigint> {
  return Object.fromEntries(postings.map(({ accountId, amount }) => [accountId, amount]));
}

const immediate = paymentMoney(true);
const settled = paymentMoney(false);
const prefunded = { immediate: paymentMoney(true, true), settled: paymentMoney(false, true) };
const topUp = topUpJournal({
  topUpId: 'TOP',
  channelId: '<id>',
  amount: immediate.charge,
  businessDate: '2026-07-14',
  at: AT,
});

function refund(borneBy: 'biller' | 'us', money = immediate): JournalDraft {
  return refundJournal(money, {
    refundId: 'RF-1',
    amount: rupiah(GIVEN),
    borneBy,
    reason: 'paid twice by mistake',
    businessDate: DAY,
    at: AT,
  });
}

function adjustment(amount: bigint): JournalDraft {
  return adjustmentJournal({
    adjustmentId: 'AJ-1',
    channelId: '<id>',
    amount: rupiah(amount),
    against: 'own:bank',
    about: { subjectId: 'TOP', kind: 'top_up' },
    reason: 'transfer booked with another amount',
    businessDate: DAY,
    at: AT,
  });
}

const floatTopUp = floatTopUpJournal({
  reference: 'BANK-1',
  billerId: '<id>',
  amount: rupiah(GIVEN),
  businessDate: DAY,
  at: AT,
});

function floatAdjustment(amount: bigint): JournalDraft {
  return floatAdjustmentJournal({
    adjustmentId: 'FA-1',
    billerId: '<id>',
    amount: rupiah(amount),
    against: 'own:loss',
    reason: 'a fee of the biller',
    businessDate: DAY,
    at: AT,
  });
}

const BOOKING = { subjectId: 'STL-X', businessDate: DAY, at: AT };
const OWED = rupiah(LETTERS.A + LETTERS.B);
const CLEARING = 'biller:<id>:clearing';

function inTwo(kind: BookKind, from: string, to: string): JournalDraft {
  const postings = [
    { accountId: from, amount: rupiah(GIVEN) },
    { accountId: to, amount: rupiah(-GIVEN) },
  ];
  return bookJournal({ ...BOOKING, kind, postings, reason: 'agreed in writing' });
}

function channelSettlement(money: PaymentMoney, commission: bigint): JournalDraft {
  const { channelId, charge } = money;
  return channelSettlementJournal(BOOKING, { channelId, charge, commission: rupiah(commission) });
}

function tax(payer: string, pphWithheld: bigint): JournalDraft {
  return taxJournal(BOOKING, { payer, ppn: rupiah(GIVEN), pphWithheld: rupiah(pphWithheld) });
}

test('every journal of the page is replayed, and every kind is on the page', () => {
  const headings = [...PAGE.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
  expect(headings.filter((heading) => !JOURNALS.some(([name]) => heading.startsWith(name)))).toEqual([]);
  const kinds = new Set(JOURNALS.map(([, { kind }]) => kind));
  const onPage = [...PAGE.matchAll(/^\| `(\w+)`\s+\|.*\|.*\|.*\|$/gm)].map(([, kind]) => kind);
  expect(new Set(onPage)).toEqual(kinds);
});

const JOURNALS: [string, JournalDraft, bigint][] = [
  ['hold', holdJournal(immediate, AT), immediate.charge],
  ['capture — the biller approved (commission immediate)', captureJournal(immediate, AT), immediate.charge],
  ['capture — the biller approved (commission settled later)', captureJournal(settled, AT), settled.charge],
  [
    'capture — a prefunded biller approved (commission immediate)',
    captureJournal(prefunded.immediate, AT),
    immediate.charge,
  ],
  [
    'capture — a prefunded biller approved (commission settled later)',
    captureJournal(prefunded.settled, AT),
    settled.charge,
  ],
  ['void', voidJournal(immediate, AT), immediate.charge],
  [
    'reversal — a payment of a prefunded biller was undone (commission immediate)',
    reversalJournal(prefunded.immediate, DAY, AT),
    immediate.charge,
  ],
  [
    'reversal — a payment of a prefunded biller was undone (commission settled later)',
    reversalJournal(prefunded.settled, DAY, AT),
    settled.charge,
  ],
  [
    'refund — money is given back for a paid payment (a prefunded biller bears it)',
    refund('biller', prefunded.immediate),
    immediate.charge,
  ],
  [
    'reversal — a paid payment was undone (commission immediate)',
    reversalJournal(immediate, DAY, AT),
    immediate.charge,
  ],
  [
    'reversal — a paid payment was undone (commission settled later)',
    reversalJournal(settled, DAY, AT),
    settled.charge,
  ],
  [
    'refund — money is given back for a paid payment (the biller bears it)',
    refund('biller'),
    immediate.charge,
  ],
  ['refund — money is given back for a paid payment (we bear it)', refund('us'), immediate.charge],
  ['adjustment — a deposit is put right upwards', adjustment(GIVEN), immediate.charge],
  ['adjustment — a deposit is put right downwards', adjustment(-GIVEN), immediate.charge],
  [
    'adjustment — the bank takes back more than a deposit has',
    adjustmentJournal({
      adjustmentId: 'RC-TOP',
      channelId: '<id>',
      amount: rupiah(-immediate.charge),
      owed: rupiah(GIVEN),
      against: 'own:bank',
      about: { subjectId: 'TOP', kind: 'top_up' },
      reason: 'taken back by the bank',
      businessDate: DAY,
      at: AT,
    }),
    immediate.charge,
  ],
  ['top_up', topUp, immediate.charge],
  ['float_top_up', floatTopUp, immediate.charge],
  ['float_adjustment — a float is put right upwards', floatAdjustment(GIVEN), immediate.charge],
  ['float_adjustment — a float is put right downwards', floatAdjustment(-GIVEN), immediate.charge],
  [
    'settlement — a source’s day is settled with its biller',
    settlementJournal(BOOKING, [{ billerId: '<id>', amount: OWED }]),
    immediate.charge,
  ],
  [
    'settlement — a biller is settled as its file claims',
    settlementJournal(BOOKING, [{ billerId: '<id>', amount: OWED, disputed: rupiah(GIVEN) }]),
    immediate.charge,
  ],
  [
    'settlement — a channel that pays after the day (commission settled later)',
    channelSettlement(settled, LETTERS.C),
    settled.charge,
  ],
  [
    'settlement — a channel that pays after the day (commission immediate)',
    channelSettlement(immediate, 0n),
    immediate.charge,
  ],
  [
    'payout — the bank statement shows that a biller was paid',
    payoutJournal(BOOKING, { accountId: 'biller:<id>:payable', amount: rupiah(GIVEN) }),
    immediate.charge,
  ],
  [
    'collection — a channel that pays after the day has paid',
    collectionJournal(BOOKING, { channelId: '<id>', amount: rupiah(GIVEN) }),
    immediate.charge,
  ],
  ['bank_charge — our bank takes its charge', bankChargeJournal(BOOKING, rupiah(GIVEN)), immediate.charge],
  [
    'bank_unnamed — money came to our bank that nobody can name yet',
    bankUnnamedJournal(BOOKING, rupiah(GIVEN)),
    immediate.charge,
  ],
  [
    'bank_named — people say what such money is',
    bankNamedJournal(BOOKING, rupiah(GIVEN), {
      about: { subjectId: 'DEP-1', kind: 'top_up' },
      reason: 'named by two people',
    }),
    immediate.charge,
  ],
  [
    'break_adjustment — a difference with a biller was agreed in writing, and we bear it',
    inTwo('break_adjustment', 'own:loss', CLEARING),
    immediate.charge,
  ],
  [
    'write_off — a break is too small or too old to chase',
    inTwo('write_off', 'own:loss', 'biller:<id>:suspense'),
    immediate.charge,
  ],
  [
    'rounding — a day’s differences within tolerance, theirs the higher',
    inTwo('rounding', 'own:rounding', CLEARING),
    immediate.charge,
  ],
  ['tax — PPN inside our fee', tax('own:fee-income', 0n), immediate.charge],
  [
    'tax — PPN on top of our fee, invoiced to a channel that withholds PPh',
    tax('channel:<id>:receivable', LETTERS.B),
    immediate.charge,
  ],
];

test.each(JOURNALS)('the page tells the journal "%s" as the ledger makes it', (heading, draft, charge) => {
  expect(made(draft)).toEqual(promised(heading, charge));
});

test('the page lists every account, on its normal side', () => {
  const chart = PAGE.slice(PAGE.indexOf('## Chart'), PAGE.indexOf('## Journals'));
  const listed = [...chart.matchAll(/^\| `([^`]+)`\s+\| (\w+) /gm)].map(([, accountId, normalSide]) => ({
    accountId,
    normalSide,
  }));
  const known = [...accountsOfChannel('<id>'), ...accountsOfBiller('<id>'), ...OWN_ACCOUNTS];
  expect(new Set(listed)).toEqual(new Set(known));
});
