export type { ReceiptDefinition } from './definition';
export { LANGUAGES, type Language } from './formats';
export { renderReceipt, type Receipt } from './lines';
export { Receipts, type ReceiptProduct } from './receipts';
