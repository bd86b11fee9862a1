export { assignBreaks, type Assigned } from './assign';
export { applyAutoRules, ruleRuns, type RuleRun } from './auto-rules';
export {
  breakHistory,
  findBreak,
  listBreaks,
  openBreaks,
  summaryOfBreaks,
  type Break,
  type BreakEvent,
  type BreakOutcome,
  type BreakQuery,
  type Resolution,
} from './break';
export { readBreakRules, type BreakRules } from './break-rules';
export { BREAK_MOVES, UNRESOLVED_STATES, type BreakEventName, type BreakState } from './break-states';
export { proposeBulk, type BulkPlan, type BulkProposal } from './bulk';
export { approveProposal, isAboutBreaks, rejectProposal, withdrawProposal, type Decided } from './decide';
export { termsByFormats, type AutoRule, type BreakDesk, type ResendRefusal, type SourceTerms } from './desk';
export { EvidenceRefused, evidencePath } from './evidence';
export { expireProposals } from './expire';
export { endAgreed, settleListed, type FileDecided } from './file-decides';
export { checkBreakInvariants, type BreakVerdict } from './invariants';
export { addEvidence, investigateBreak, reopenBreak, takeBreak, type Deed } from './people';
export { noteOldBreaks, tellOldBreaks, type OldBreaks, type OldBreaksNoted } from './old-breaks';
export { proposeResolution, type BreakProposal, type PlannedResolution } from './propose';
export { describeBreakRefusal, wordsOfBreakRefusal, type BreakRefusal } from './refusals';
export { endOfResend, endServed, reopenUnserved } from './resend';
export { resolveAsTheirError, resolveByAdvice } from './resolve';
export { isResolution, RESOLUTIONS, type ResolutionRule } from './resolutions';
export { tendBreaks, workBreaks } from './work';
export {
  AGE_BUCKETS,
  bucketOf,
  businessDayAfter,
  businessDaysBetween,
  MONDAY_TO_FRIDAY,
  type AgeBucket,
  type WorkingDays,
} from './working-days';
