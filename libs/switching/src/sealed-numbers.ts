import { normalNumber, type Product } from '#lib/catalog';
import type { SecretBox } from '#lib/platform';
import { Billers, type BillerConnector } from './biller.contract';

/** What a sealed number begins with; no customer number does. */
const SEALED = 'sealed:';
const PLACE = 'customer number';

/** A number that nobody but its biller may read. */
export interface HiddenNumber {
  /** For people: many numbers may look the same. */
  masked: string;
  /** For the call to the biller. */
  sealed: string;
  /** Stands for this number and no other, wherever one customer must be told from another. */
  mark: string;
}

/** A customer as a message names it. */
export interface NamedCustomer {
  /** The number in its one form, for the inquiry: never masked. */
  asked: string;
  /** As inquiries and payments of the product keep it. */
  customerNumber: string;
  /** Tells this customer from all others: the number, or its mark where the books hold it masked. */
  customer: string;
}

/**
 * Keeps the numbers that nobody but the biller may read, such as those of cards: in the books they are masked, beside
 * them stands the sealed text, and only the call to the biller opens it.
 */
export class SealedNumbers {
  constructor(private readonly box: SecretBox) {}

  /** What may be written down of a number. */
  hide(number: string): HiddenNumber {
    return {
      masked: maskedNumber(number),
      sealed: SEALED + this.box.seal(number, PLACE).toString('base64'),
      mark: this.box.mark(number, PLACE),
    };
  }

  /** Whom a number means that a customer typed, for one product; unchanged where the product is not known. */
  named(product: Pick<Product, 'numberRules' | 'isNumberMasked'> | undefined, typed: string): NamedCustomer {
    const asked = product ? normalNumber(product, typed) : typed;
    if (product?.isNumberMasked !== true) return { asked, customerNumber: asked, customer: asked };
    return { asked, customerNumber: maskedNumber(asked), customer: this.box.mark(asked, PLACE) };
  }

  /**
   * What tells a message from all others, where it may carry such a number: whoever reads it later cannot find the
   * number by trying, as with a hash that needs no key.
   * @returns 32 bytes.
   */
  traceOf(message: Buffer): Buffer {
    return this.box.trace(message, 'message');
  }

  /** A number as the biller is told it; one that is not sealed stays as it is. */
  opened(number: string): string {
    if (!number.startsWith(SEALED)) return number;
    return this.box.open(Buffer.from(number.slice(SEALED.length), 'base64'), PLACE);
  }
}

/** As a card is printed on a receipt: the first six and the last four digits. Shorter numbers lose all but the last four. */
export function maskedNumber(number: string): string {
  const shown = number.length >= 13 ? 6 : 0;
  const hidden = Math.max(number.length - shown - 4, 0);
  return number.slice(0, shown) + '*'.repeat(hidden) + number.slice(shown + hidden);
}

/** Billers whose questions and legs may carry sealed numbers: each is opened for its call and nowhere else. */
export class NumberOpeningBillers extends Billers {
  private readonly known = new WeakMap<BillerConnector, BillerConnector>();

  constructor(
    private readonly billers: Billers,
    private readonly numbers: SealedNumbers,
  ) {
    super();
  }

  override connector(billerId: string): BillerConnector {
    const sealed = this.billers.connector(billerId);
    let opening = this.known.get(sealed);
    if (!opening) this.known.set(sealed, (opening = this.openingFor(sealed)));
    return opening;
  }

  private openingFor(connector: BillerConnector): BillerConnector {
    const opened = <T extends { customerNumber: string }>(about: T): T => {
      const customerNumber = this.numbers.opened(about.customerNumber);
      return customerNumber === about.customerNumber ? about : { ...about, customerNumber };
    };
    // Whatever carries no customer's number stays the connector's own.
    const opening = Object.assign(Object.create(connector) as BillerConnector, {
      inquire: (question, deadline) => connector.inquire(opened(question), deadline),
      pay: (leg, deadline) => connector.pay(opened(leg), deadline),
      advise: (leg, deadline) => connector.advise(opened(leg), deadline),
    } satisfies Partial<BillerConnector>);
    if (connector.reverse)
      opening.reverse = (reversal, deadline) => {
        if (!connector.reverse) throw new Error('the biller took reversals before');
        return connector.reverse({ ...reversal, leg: opened(reversal.leg) }, deadline);
      };
    return opening;
  }
}
