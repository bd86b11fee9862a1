export type { BridgeTerm } from './bridge';
export type { RunBreak } from './files-and-runs';
export { readJobs, type Jobs, type SourceSchedule } from './jobs-config';
export * from './outcome';
export { UnknownDay, type RecapData, type ReconciliationTools } from './reconciliation-day';
export { runReconciliation } from './run-reconciliation';
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
