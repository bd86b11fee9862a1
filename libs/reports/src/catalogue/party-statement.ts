import { movementsOf, type AccountMovement } from '#lib/ledger';
import type { Reading, ReportDefinition, ReportRow } from '../definition';
import { words } from '../language';
import { sumOf } from '../ties';
import { column, summed } from './columns';

const OF_PARTY = "'^(biller:[^:]+:payable|channel:[^:]+:(deposit|held|commission|receivable))$'";

const ACCOUNTS = `t.account_id REGEXP ${OF_PARTY}
  AND ({party} IS NULL OR SUBSTRING_INDEX(SUBSTRING_INDEX(t.account_id, ':', 2), ':', -1) = {party})`;

async function* rows({ statements, from, to, filters }: Reading): AsyncGenerator<ReportRow> {
  const { party = null } = filters;
  const accounts = await statements.rows<{ account_id: string }>(
    `SELECT account_id FROM account WHERE account_id REGEXP ${OF_PARTY}
       AND (? IS NULL OR SUBSTRING_INDEX(SUBSTRING_INDEX(account_id, ':', 2), ':', -1) = ?) ORDER BY account_id`,
    [party, party],
  );
  const ids = accounts.map(({ account_id }) => account_id);
  const all = (await movementsOf(statements, ids, { from, to })).filter(({ part }) => part !== 'after');
  for (const account of ids)
    yield* rowsOfAccount(
      account,
      all.filter(({ accountId }) => accountId === account),
    );
}

/** An account that has never moved has no rows. */
function* rowsOfAccount(account: string, movements: readonly AccountMovement[]): Generator<ReportRow> {
  if (movements.length === 0) return;
  const row = { account, entries: null, amount: null, balance: null };
  const owed = (some: readonly AccountMovement[]) => some.reduce((sum, { amount }) => sum - amount, 0n);
  yield { ...row, kind: 'opening', balance: owed(movements.filter(({ part }) => part === 'before')) };
  const within = movements.filter(({ part }) => part === 'within');
  for (const one of within.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)))
    yield { ...row, kind: one.kind, entries: one.entries, amount: -one.amount };
  yield { ...row, kind: 'closing', balance: owed(movements) };
}

/** What we owe each party by its accounts: opening, what moved it, closing. */
export const PARTY_STATEMENT: ReportDefinition = {
  name: 'party-statement',
  title: words('Laporan rekening pihak', 'Statement of a party'),
  about: words(
    'Yang kami utang kepada tiap pihak menurut rekeningnya: saldo awal, mutasi per jenis, saldo akhir. Negatif: pihak itu berutang.',
    'What we owe each party by its accounts: opening, what moved it by kind, closing. Negative: the party owes us.',
  ),
  period: 'days',
  daysMax: 366,
  forms: ['csv', 'xlsx', 'pdf'],
  filters: ['party'],
  showsRuns: false,
  columns: [
    column('account', 'text', words('Rekening', 'Account'), { width: 34 }),
    column('kind', 'code', words('Jenis', 'Kind'), {
      words: { opening: words('saldo awal', 'opening'), closing: words('saldo akhir', 'closing') },
      width: 18,
    }),
    summed('entries', 'count', words('Banyaknya', 'Count')),
    summed('amount', 'amount', words('Mutasi (Rp)', 'Movement (IDR)')),
    column('balance', 'amount', words('Saldo (Rp)', 'Balance (IDR)')),
  ],
  rows,
  ties: [
    {
      what: words('Buku besar: mutasi hari-hari itu', 'Ledger: the journals of these days'),
      ours: sumOf('amount'),
      theirs: `SELECT COALESCE(-SUM(t.amount), 0) AS figure
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind
WHERE j.business_date BETWEEN {from} AND {to} AND ${ACCOUNTS}`,
    },
  ],
};
