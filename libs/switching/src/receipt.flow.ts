import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type { Catalog } from '#lib/catalog';
import type { Statements } from '#lib/platform';
import {
  NO_PRODUCT,
  receiptDocument,
  takeCopy,
  type Language,
  type ReceiptDocument,
  type ReceiptFormat,
  type Receipts,
} from '#lib/receipts';
import { isCharged } from './payment.states';
import { isSettled, type Payment } from './payment';

/** How a receipt is asked for, and by whom. */
export interface ReceiptRequest {
  format: ReceiptFormat;
  language: Language;
  /** `channel:<id>` or `operator:<account>`. */
  askedBy: string;
}

/** A receipt on its way out. */
export interface HandedOut extends ReceiptDocument {
  /** 0: the one that was handed out first; from then on they count, and each says that it is a copy. */
  copyNo: number;
  /** Whether the biller has given it anew: it says other numbers than the one that was told first. */
  isReissued: boolean;
}

/** Hands out the receipts of payments that are paid, and keeps who was handed which. */
export class ReceiptFlow {
  constructor(
    private readonly clock: Clock,
    private readonly catalog: Pick<Catalog, 'product'>,
    private readonly receipts: Receipts,
    private readonly statements: Statements,
  ) {}

  /**
   * Renders the receipt of a payment from what was kept with it: the one that its biller has given last. That it is handed out is written down first, so that
   * no two can be the first one; one that gets lost on its way counts too.
   */
  async handOut(
    payment: Payment,
    { format, language, askedBy }: ReceiptRequest,
  ): Promise<Result<HandedOut, Refusal>> {
    const { paymentId, state, productId, offer, reissued } = payment;
    const receipt = reissued ?? payment.receipt;
    const isReissued = reissued !== null;
    if (receipt === null || !isCharged(state) || !isSettled(payment))
      return fail(refusal('RECEIPT_NOT_AVAILABLE', `${paymentId} is ${state}`));

    const now = this.clock.now();
    const copyNo = await takeCopy(this.statements, { paymentId, format, language, askedBy, at: now });
    if (copyNo === undefined)
      return fail(refusal('RECEIPT_NOT_AVAILABLE', `${paymentId} was handed out too often`));

    const document = await receiptDocument(
      this.receipts.of(this.catalog.product(productId) ?? NO_PRODUCT),
      { fields: receipt.fields, bills: offer.lines },
      { format, language, copy: copyNo === 0 ? undefined : { no: copyNo, at: now }, isReissued },
    );
    return ok({ ...document, copyNo, isReissued });
  }
}
