export { versionOfContent, type Approval, type ApprovalEvent, type ApprovalState } from './approval';
export {
  MOVES_NO_MONEY,
  readApprovalLimits,
  type AboveLimit,
  type ApprovalLimits,
  type ApprovalTools,
  type UserRoles,
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
export { describeRefusal, wordsOfRefusal } from './refusals';
export { checkApprovalInvariants, type ApprovalVerdict } from './invariants';
export { ROLES, type Role } from './roles';
export { standingOf, type Standing } from './standing';
export { NoUser, userOf } from './user';
export {
  AnchorsChanged,
  anchorDay,
  anchorFolder,
  ANCHOR_FILE,
  readAnchors,
  type AnchorTools,
} from './anchors';
export { checkAuditInvariants, type AuditVerdict } from './audit-invariants';
export { auditHash, BEFORE_FIRST, DEEDS, type AuditContent, type AuditRow } from './audit-row';
export { auditHead, findAudit, listAudit, streamAudit, type AuditHead, type AuditQuery } from './audit.rows';
export {
  checkChain,
  type AuditFault,
  type AuditFaultKind,
  type ChainVerdict,
  type KnownPlace,
} from './chain-check';
export { actFrom, actingFrom, type Origin } from './origin';
export { operatorOf, recordAudit, recordBefore, systemOf, type AuditEntry } from './record-audit';
