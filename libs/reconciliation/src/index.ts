export * from './alerts';
export type { BridgeTerm } from './bridge';
export * from './calendar';
export * from './calendar-entry';
export { watchDeadlines } from './deadlines';
export type { RunBreak } from './files-and-runs';
export * from './jobs-config';
export type { DayOrder } from './day-order';
export * from './operate-jobs';
export * from './outcome';
export {
  bankCalendarOf,
  calendarOf,
  UnknownDay,
  type RecapData,
  type ReconciliationTools,
} from './reconciliation-day';
export { approveReopening, proposeReopening, REOPEN_DAY, type ReopenRefusal } from './reopened-days';
export { runReconciliation, TookTooLong } from './run-reconciliation';
export { daysForSettlement, type ClosedDay, type SettlementFinding } from './days-for-settlement';
export { KINDS, TotalsDoNotTie, type Kind, type KindTotal } from './totals';
export { checkReconciliationInvariants, type InvariantResult } from './invariants';
export { startReconciliationSchedule } from './schedule';
export { planReconciliation, tick } from './tick';
export * from './outbound';
export * from './breaks';
export { CannotReplay, replayRun, type ReplayOutcome } from './replay-run';
export { clearingOfDay, type ClearingOfBiller } from './clearing-check';
export { missingOn, type Missing } from './missing';
export { closedRuns, type RunListed } from './closed-runs';
