export { versionOfContent, type Approval, type ApprovalEvent, type ApprovalState } from './approval';
export {
  MOVES_NO_MONEY,
  readApprovalLimits,
  type AboveLimit,
  type ApprovalLimits,
  type ApprovalTools,
} from './approval-limits';
export { approvalHistory, findApproval, listApprovals } from './approval.rows';
export {
  approve,
  expireApprovals,
  lapse,
  propose,
  putForward,
  reject,
  weighApproval,
  withdraw,
  type ApprovalRefusal,
  type Decision,
  type Proposal,
  type ProposalRefusal,
  type Proposed,
  type StandsAlready,
  type WeighedDecision,
} from './approvals';
export { describeRefusal } from './refusals';
export { checkApprovalInvariants, type ApprovalVerdict } from './invariants';
export { ROLES, type Role } from './roles';
export { standingOf, type Standing } from './standing';
export { NoUser, userOf } from './user';
