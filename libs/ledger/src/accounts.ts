/** Which side of an account grows it: what we own is a debit, what we owe or earn is a credit. */
export type NormalSide = 'debit' | 'credit';

/** An account of the chart (docs/accounts.md). Its id says whose it is and what for. */
export interface Account {
  accountId: string;
  normalSide: NormalSide;
}

/**
 * A channel's accounts: what it has deposited, what of it is held, what commission we still owe, and what it owes us
 * where it pays its sales after the day.
 */
export const channelAccounts = {
  deposit: (channelId: string) => `channel:${channelId}:deposit`,
  held: (channelId: string) => `channel:${channelId}:held`,
  commission: (channelId: string) => `channel:${channelId}:commission`,
  receivable: (channelId: string) => `channel:${channelId}:receivable`,
};

/**
 * A biller's accounts: what is paid and not yet settled, what is settled and to be paid out, what is in dispute with
 * it, and what we have paid it in advance where it is prefunded.
 */
export const billerAccounts = {
  clearing: (billerId: string) => `biller:${billerId}:clearing`,
  payable: (billerId: string) => `biller:${billerId}:payable`,
  suspense: (billerId: string) => `biller:${billerId}:suspense`,
  float: (billerId: string) => `biller:${billerId}:float`,
};

/** Whose float an account is; undefined for every other account. */
export function billerOfFloat(accountId: string): string | undefined {
  return accountId.endsWith(':float') ? accountId.slice('biller:'.length, -':float'.length) : undefined;
}

/** Whose unsettled money an account is; undefined for every other account. */
export function billerOfClearing(accountId: string): string | undefined {
  return accountId.endsWith(':clearing') ? accountId.slice('biller:'.length, -':clearing'.length) : undefined;
}

/** Whose account it is of the channels'; undefined for every other account. */
export function channelOfAccount(accountId: string): string | undefined {
  return /^channel:(.*):[^:]*$/.exec(accountId)?.[1];
}

/** Whether journals of a channel's deposit may move an account: of channels' accounts its own, and no biller's payable. */
export function isMovedBy(accountId: string, channelId: string): boolean {
  return (channelOfAccount(accountId) ?? channelId) === channelId && !isPayable(accountId);
}

/** Whether an account is what is to be paid out to a biller; only journals that move no deposit move it. */
export function isPayable(accountId: string): boolean {
  return accountId.startsWith('biller:') && accountId.endsWith(':payable');
}

/** Our own accounts. */
export const OWN_BANK = 'own:bank';
export const OWN_FEE_INCOME = 'own:fee-income';
export const OWN_LOSS = 'own:loss';
export const OWN_ROUNDING = 'own:rounding';
export const OWN_BANK_CHARGES = 'own:bank-charges';
export const OWN_PPN_OUT = 'own:ppn-out';
export const OWN_PPH_PREPAID = 'own:pph-prepaid';
export const OWN_SUSPENSE = 'own:suspense';

/** The accounts a channel needs before its first payment. */
export function accountsOfChannel(channelId: string): Account[] {
  const { deposit, held, commission, receivable } = channelAccounts;
  return [
    ...[deposit, held, commission].map((idOf): Account => ({
      accountId: idOf(channelId),
      normalSide: 'credit',
    })),
    { accountId: receivable(channelId), normalSide: 'debit' },
  ];
}

/** The accounts a biller needs before its first payment. */
export function accountsOfBiller(billerId: string): Account[] {
  return [
    { accountId: billerAccounts.clearing(billerId), normalSide: 'credit' },
    { accountId: billerAccounts.payable(billerId), normalSide: 'credit' },
    { accountId: billerAccounts.suspense(billerId), normalSide: 'debit' },
    { accountId: billerAccounts.float(billerId), normalSide: 'debit' },
  ];
}

/** Our own accounts, opened once. */
export const OWN_ACCOUNTS: readonly Account[] = [
  { accountId: OWN_BANK, normalSide: 'debit' },
  { accountId: OWN_FEE_INCOME, normalSide: 'credit' },
  { accountId: OWN_LOSS, normalSide: 'debit' },
  { accountId: OWN_ROUNDING, normalSide: 'debit' },
  { accountId: OWN_BANK_CHARGES, normalSide: 'debit' },
  { accountId: OWN_PPN_OUT, normalSide: 'credit' },
  { accountId: OWN_PPH_PREPAID, normalSide: 'debit' },
  { accountId: OWN_SUSPENSE, normalSide: 'credit' },
];
