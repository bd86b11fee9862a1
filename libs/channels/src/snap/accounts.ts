import { normalNumber, type Catalog } from '#lib/catalog';
import { fail, ok, type Result } from '#lib/kernel';
import { readIdentity, type VirtualAccountIdentity } from '#lib/snap';
import { bookedNumber } from '#lib/switching';
import type { SnapPeer } from './partners';
import type { AccountRule } from './profile';
import { snapRefusal, type SnapRefusal } from './refused';

/** What an account number is about: a product, and a customer's number at its biller. */
export interface Account {
  productId: string;
  /** As the books have it, whichever way the customer typed it. */
  customerNumber: string;
}

/** An account as it was read from its number. */
export interface ReadAccount extends Account {
  /** What the biller is asked for: never masked. */
  asked: string;
  /** The account number in the product's one form of it. */
  customerNo: string;
}

/** Reads which bill an account number means, by the rules of the partner's profile: company code, prefix, the rest. */
export function accountOf(
  { profile: { accounts }, companyCodes }: Pick<SnapPeer, 'profile' | 'companyCodes'>,
  identity: VirtualAccountIdentity,
  catalog: Pick<Catalog, 'product'>,
): Result<ReadAccount, SnapRefusal> {
  const read = readIdentity(identity, accounts.padding);
  if (!read.ok)
    return fail(snapRefusal('40001', read.error, 'the three numbers of the account do not belong together'));
  const { companyCode, customerNo } = read.value;
  const unknown = (detail: string) => fail(snapRefusal('40412', undefined, detail));
  if (!companyCodes.includes(companyCode)) return unknown("the company code is not the partner's");
  const rule = accounts.rules.filter((one) => fits(one, companyCode, customerNo)).sort(longestFirst)[0];
  if (!rule) return unknown('no rule of the profile knows this account number');
  const typed = customerNo.slice(rule.prefix.length);
  const product = catalog.product(rule.product);
  const asked = product ? normalNumber(product, typed) : typed;
  return ok({
    productId: rule.product,
    customerNumber: product ? bookedNumber(product, typed) : typed,
    asked,
    customerNo: rule.prefix + asked,
  });
}

function fits(rule: AccountRule, companyCode: string, customerNo: string): boolean {
  return (rule.companyCode ?? companyCode) === companyCode && customerNo.startsWith(rule.prefix);
}

/** The most exact rule wins: the longest prefix, then the one that names its company code. */
function longestFirst(one: AccountRule, other: AccountRule): number {
  const byPrefix = other.prefix.length - one.prefix.length;
  return byPrefix !== 0 ? byPrefix : (other.companyCode?.length ?? 0) - (one.companyCode?.length ?? 0);
}
