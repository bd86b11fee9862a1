import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rupiah } from '#lib/kernel';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS } from './accounts';
import {
  captureJournal,
  holdJournal,
  reversalJournal,
  topUpJournal,
  voidJournal,
  type JournalDraft,
  type PaymentMoney,
} from './journals';

const PAGE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'accounts.md'), 'utf8');
const AT = new Date('2026-07-14T05:00:00Z');

/** Distinct powers of ten, so that no wrong letter can give the right sum. */
const LETTERS = { A: 100_000n, B: 10n, C: 1_000n, S: 100n };

function paymentMoney(isImmediate: boolean): PaymentMoney {
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
  };
}

function valueOf(cell: string, charge: bigint): bigint {
  if (cell === '') return 0n;
  const values: Record<string, bigint> = { ...LETTERS, X: charge };
  return cell
    .split('+')
    .reduce((total, letter) => total + (values[letter.trim()] ?? unknownLetter(letter)), 0n);
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
const topUp = topUpJournal({
  topUpId: 'TOP',
  channelId: '<id>',
  amount: immediate.charge,
  businessDate: '2026-07-14',
  at: AT,
});

test.each<[string, JournalDraft, bigint]>([
  ['hold', holdJournal(immediate, AT), immediate.charge],
  ['capture — the biller approved (commission immediate)', captureJournal(immediate, AT), immediate.charge],
  ['capture — the biller approved (commission settled later)', captureJournal(settled, AT), settled.charge],
  ['void', voidJournal(immediate, AT), immediate.charge],
  ['reversal', reversalJournal(immediate, AT), immediate.charge],
  ['top_up', topUp, immediate.charge],
])('the page tells the journal "%s" as the ledger makes it', (heading, draft, charge) => {
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
