export { orderOf, type ReportRequest } from './ask';
export { REPORTS } from './catalogue';
export { FILTERS, FORMS, type ExpectedFile, type ReportDefinition } from './definition';
export {
  listExports,
  makeExport,
  newExportId,
  type ExportedFile,
  type ExportTools,
} from './exports';
export { ReportDoesNotTie, type MadeReport, type ReportOrder } from './make-report';
export { listOrders, makeOrdered, queueReport, type OrderTools, type QueuedReport } from './orders';
export type { RecapBreak, RecapInput } from './recap-input';
export type { TieResult } from './ties';
export type { FindLine, FoundLine } from './trace/reconciliation';
export { tracePayment } from './trace/trace';
export type { TracePart } from './trace/trace-part';
export { writeRecap } from './write-recap';
export { TooLongForPaper } from './writers/pdf-writer';
