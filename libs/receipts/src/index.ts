export { takeCopy, type CopyTaken } from './copies';
export type { Copy } from './copy-mark';
export type { ReceiptDefinition } from './definition';
export {
  RECEIPT_FORMATS,
  receiptDocument,
  type ReceiptDocument,
  type ReceiptFormat,
  type Wanted,
} from './document';
export type { PaidBill, ReceiptFacts } from './facts';
export { LANGUAGES, type Language } from './formats';
export type { ReceiptJson } from './json';
export { renderReceipt, type Receipt } from './lines';
export { readSample, renderSample, type ReceiptSample } from './sample';
export { NO_PRODUCT, Receipts, type ReceiptProduct } from './receipts';
