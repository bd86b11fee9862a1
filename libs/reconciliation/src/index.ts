export * from './alerts';
export type { BridgeTerm } from './bridge';
export * from './calendar';
export { watchDeadlines } from './deadlines';
export type { RunBreak } from './files-and-runs';
export * from './jobs-config';
export * from './outcome';
export { calendarOf, UnknownDay, type RecapData, type ReconciliationTools } from './reconciliation-day';
export { runReconciliation, TookTooLong } from './run-reconciliation';
export { daysForSettlement, type ClosedDay, type SettlementFinding } from './days-for-settlement';
export { KINDS, TotalsDoNotTie, type Kind, type KindTotal } from './totals';
export { checkReconciliationInvariants, type InvariantResult } from './invariants';
export { startReconciliationSchedule } from './schedule';
export { planReconciliation, tick } from './tick';
export {
  DayNotClosed,
  heldBack,
  settledLegs,
  type HeldBack,
  type SettledLeg,
  type SettleOn,
} from './settled-legs';
export { CannotReplay, replayRun, type ReplayOutcome } from './replay-run';
export { clearingOfDay, type ClearingOfBiller } from './clearing-check';
export { missingOn, type Missing } from './missing';
export { closedRuns, type RunListed } from './closed-runs';
