import type { Catalog } from '#lib/catalog';
import { fail, ok, type Result } from '#lib/kernel';
import { readIdentity } from '#lib/snap';
import type { Payment, SealedNumbers } from '#lib/switching';
import { additionalOf, type SnapMessage } from './message';
import type { Account } from './offers';
import type { SnapPeer } from './partners';
import type { AccountRule } from './profile';
import { snapRefusal, type SnapRefusal } from './refused';

/** An account as a message names it. */
export interface ReadAccount extends Account {
  /** What the biller is asked for: never masked. */
  asked: string;
  /** What tells the account from all others of its company code. */
  content: readonly string[];
}

type BookedCustomer = Pick<Payment, 'productId' | 'customerNumber'>;

/** Reads which bill an account means, by the rules of the partner's profile: company code, prefix, the customer's number. */
export class Accounts {
  constructor(
    private readonly catalog: Pick<Catalog, 'product'>,
    private readonly numbers: Pick<SealedNumbers, 'named'>,
  ) {}

  /** The account that a message speaks of. */
  read(message: Pick<SnapMessage, 'peer' | 'identity' | 'body'>): Result<ReadAccount, SnapRefusal> {
    const found = ruleFor(message);
    if (!found.ok) return found;
    const { rule, customerNo } = found.value;
    const product = this.catalog.product(rule.product);
    const read = (typed: string, content: (asked: string, customer: string) => string[]) => {
      const { asked, customer } = this.numbers.named(product, typed);
      return ok({ productId: rule.product, customer, asked, content: content(asked, customer) });
    };
    if (rule.customerIn === undefined) {
      // The catalog may have learnt it after the profile was looked at.
      if (product?.isNumberMasked === true) return unknown('no account number may say this number');
      return read(customerNo.slice(rule.prefix.length), (asked) => [rule.prefix + asked]);
    }
    if (customerNo !== rule.prefix)
      return unknown('the account number of this product has no customer in it');
    const typed = additionalOf(message, rule.customerIn);
    if (typed === undefined || typed === '')
      return fail(
        snapRefusal('40002', `additionalInfo.${rule.customerIn}`, "the customer's number is not given"),
      );
    return read(typed, (_, customer) => [rule.prefix, customer]);
  }

  /** How the account number of a payment's customer may end, as far as the books can tell. */
  endsOf({ profile }: SnapPeer, { productId, customerNumber }: BookedCustomer): string[] {
    const product = this.catalog.product(productId);
    // A number that is written in several ways, or masked, is the same at its end only.
    const isWrittenOneWay = product?.numberRules === null && !product.isNumberMasked;
    const end = isWrittenOneWay ? customerNumber : customerNumber.slice(-4);
    const rules = profile.accounts.rules.filter((one) => one.product === productId);
    return rules.length === 0
      ? [end]
      : rules.map(({ customerIn, prefix }) => (customerIn === undefined ? end : prefix));
  }
}

/** The rule that an account number falls under. */
function ruleFor({
  peer: { profile, companyCodes },
  identity,
}: Pick<SnapMessage, 'peer' | 'identity'>): Result<{ rule: AccountRule; customerNo: string }, SnapRefusal> {
  const { accounts } = profile;
  const read = readIdentity(identity, accounts.padding);
  if (!read.ok)
    return fail(snapRefusal('40001', read.error, 'the three numbers of the account do not belong together'));
  const { companyCode, customerNo } = read.value;
  if (!companyCodes.includes(companyCode)) return unknown("the company code is not the partner's");
  const rule = accounts.rules.filter((one) => fits(one, companyCode, customerNo)).sort(longestFirst)[0];
  if (!rule) return unknown('no rule of the profile knows this account number');
  return ok({ rule, customerNo });
}

function unknown(detail: string): { ok: false; error: SnapRefusal } {
  return fail(snapRefusal('40412', undefined, detail));
}

function fits(rule: AccountRule, companyCode: string, customerNo: string): boolean {
  return (rule.companyCode ?? companyCode) === companyCode && customerNo.startsWith(rule.prefix);
}

/** The most exact rule wins: the longest prefix, then the one that names its company code. */
function longestFirst(one: AccountRule, other: AccountRule): number {
  const byPrefix = other.prefix.length - one.prefix.length;
  return byPrefix !== 0 ? byPrefix : (other.companyCode?.length ?? 0) - (one.companyCode?.length ?? 0);
}
