/** Which side of an account grows it: what we own is a debit, what we owe or earn is a credit. */
export type NormalSide = 'debit' | 'credit';

/** An account of the chart (docs/accounts.md). Its id says whose it is and what for. */
export interface Account {
  accountId: string;
  normalSide: NormalSide;
}

/** A channel's accounts: what it has deposited, what of it is held, what commission we still owe. */
export const channelAccounts = {
  deposit: (channelId: string) => `channel:${channelId}:deposit`,
  held: (channelId: string) => `channel:${channelId}:held`,
  commission: (channelId: string) => `channel:${channelId}:commission`,
};

/** A biller's accounts: what we owe it, and what we have paid it in advance where it is prefunded. */
export const billerAccounts = {
  payable: (billerId: string) => `biller:${billerId}:payable`,
  float: (billerId: string) => `biller:${billerId}:float`,
};

/** Whose float an account is; undefined for every other account. */
export function billerOfFloat(accountId: string): string | undefined {
  return accountId.endsWith(':float') ? accountId.slice('biller:'.length, -':float'.length) : undefined;
}

/** Our own accounts. */
export const OWN_BANK = 'own:bank';
export const OWN_FEE_INCOME = 'own:fee-income';
export const OWN_LOSS = 'own:loss';

/** The accounts a channel needs before its first payment. */
export function accountsOfChannel(channelId: string): Account[] {
  return Object.values(channelAccounts).map((idOf) => ({ accountId: idOf(channelId), normalSide: 'credit' }));
}

/** The accounts a biller needs before its first payment. */
export function accountsOfBiller(billerId: string): Account[] {
  return [
    { accountId: billerAccounts.payable(billerId), normalSide: 'credit' },
    { accountId: billerAccounts.float(billerId), normalSide: 'debit' },
  ];
}

/** Our own accounts, opened once. */
export const OWN_ACCOUNTS: readonly Account[] = [
  { accountId: OWN_BANK, normalSide: 'debit' },
  { accountId: OWN_FEE_INCOME, normalSide: 'credit' },
  { accountId: OWN_LOSS, normalSide: 'debit' },
];
