export { movementsOf, type AccountMovement } from './account-movements';
export { SUM_LIMITS, sumUpAccounts, type SumLimits } from './account-sums';
export * from './accounts';
export * from './batch-writer';
export { PipelineLimits } from './batch/pipeline-limits';
export * from './book-journals';
export * from './commit-approved';
export * from './deposits';
export type { InvariantVerdict } from './invariant-verdict';
export * from './invariants';
export {
  contentHash,
  type BookKind,
  type DepositJournalKind,
  type JournalDraft,
  type JournalKind,
  type JournalName,
  type Posting,
} from './journal-draft';
export * from './journal-rows';
export * from './journal-unit';
export * from './journals';
export * from './money-writer';
export * from './single-writer';
