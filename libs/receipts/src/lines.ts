import type { ReceiptDefinition } from './definition';
import { fieldsOf, type PaidOffer, type PaidPayment } from './facts';
import { FORMATS } from './formats';
import { pageOf, type Page } from './page';

/** What a customer takes home, as it is kept with the payment. `fields` carries the same facts for machines. */
export interface Receipt {
  lines: string[];
  fields: Record<string, string>;
}

/** Where the value of a row begins: labels are at most so long, or stand out. */
const LABEL_WIDTH = 13;

/**
 * Renders the receipt that is kept with a payment: in Indonesian, one line for each row whatever its length. What this
 * payment does not have is left out. It is made once for each payment, on the way of its answer, so it only fills in.
 */
export function renderReceipt(
  definition: ReceiptDefinition,
  payment: PaidPayment,
  offer: PaidOffer,
  fromBiller: Readonly<Record<string, string>>,
): Receipt {
  const known = definition.masksCustomerNumber
    ? { ...payment, customerNumber: FORMATS.card.show(payment.customerNumber) }
    : payment;
  const fields = fieldsOf(known, offer, fromBiller);
  return { lines: linesOf(pageOf(definition, { fields, bills: offer.lines }, 'id')), fields };
}

function linesOf({ title, body, footer }: Page): string[] {
  const lines = title === '' ? [] : [title];
  for (const part of body)
    if (part.kind === 'row') lines.push(`${part.label.padEnd(LABEL_WIDTH)}: ${part.value}`);
    else if (part.kind !== 'separator') lines.push(part.text);
  return footer.length === 0 ? lines : [...lines, ...footer];
}
