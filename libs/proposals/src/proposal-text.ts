import { formatRupiah, rupiah } from '#lib/kernel';

/** What of a proposal is money: digits of whole rupiah. Other digits are numbers of slips, lines and statements. */
const MONEY = new Set([
  'amount',
  'ours',
  'theirs',
  'sum',
  'closing',
  'bankTotal',
  'deposits',
  'commissions',
  'clearing',
  'payables',
  'suspense',
  'ownFunds',
  'owedToUs',
  'inTransit',
  'remainder',
]);

/** A value of a proposal as its checker reads it: money as rupiah, a posting as account and rupiah. */
export function shownAs(name: string, value: unknown): string {
  if (typeof value === 'string') return inRupiah(name, value);
  return JSON.stringify(value, (key, one: unknown) => (typeof one === 'string' ? inRupiah(key, one) : one));
}

function inRupiah(name: string, text: string): string {
  if (MONEY.has(name) && /^-?\d+$/.test(text)) return formatRupiah(rupiah(BigInt(text)));
  const [, account, amount] = /^((?:own|channel|biller):\S+) (-?\d+)$/.exec(text) ?? [];
  return amount === undefined ? text : `${account} ${formatRupiah(rupiah(BigInt(amount)))}`;
}
