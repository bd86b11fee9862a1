export {
  ALL_PERMISSIONS,
  APPROVAL_PERMISSIONS,
  isPermission,
  PERMISSIONS,
  type Permission,
} from './permissions';
export {
  BUILT_IN_ROLES,
  listCustomRoles,
  PARTNER,
  permissionsOf,
  ROLE_PERMISSIONS,
  type BuiltInRole,
  type CustomRole,
  type Scope,
} from './roles';
export { FRESH_MS, isFresh, may, maySeeChannel, type Principal } from './principal';
export { csrfTokenOf, isCsrfTokenOf } from './secrets';
export type { IdentityTools } from './tools';
export { readPasswordRules, type PasswordRefusal, type PasswordRules } from './password-policy';
export { LOCK_MS, sourceOf, type Limited } from './sign-in-guard';
export { signIn, type SignedIn, type SignInRefusal, type SignInRequest } from './sign-in.flow';
export {
  ABSOLUTE_MS,
  authenticate,
  endSession,
  IDLE_MS,
  listSessions,
  signOut,
  type OpenedSession,
  type SessionShown,
} from './sessions';
export {
  beginEnrolment,
  completeEnrolment,
  type Enrolment,
  type EnrolmentRefusal,
  type EnrolmentRequest,
} from './enrolment';
export { countSealedOtherwise, recoveryCodesLeft, type NewSeed } from './factor';
export {
  changeFactor,
  changePassword,
  confirmFactor,
  confirmFresh,
  renewRecoveryCodes,
  type OwnAccessRefusal,
  type OwnProof,
  type ProofRefusal,
} from './own-access';
export { findUser, listUsers, type Language, type User } from './users';
export {
  CUSTOM_ROLE,
  proposeCustomRole,
  proposeEnable,
  proposeReset,
  proposeRoles,
  proposeUser,
  USER_ADD,
  USER_ENABLE,
  USER_KINDS,
  USER_RESET,
  USER_ROLES,
  type NewUser,
  type UserRefusal,
  type Word,
} from './user-proposals';
export {
  addFirstAdministrator,
  approveUserChange,
  disableUnused,
  disableUser,
  needsAdministrator,
  unlockUser,
  type UserChanged,
} from './user-changes';
export {
  listSecurityEvents,
  recordSecurityEvent,
  type SecurityEvent,
  type SecurityEventKind,
  type StoredSecurityEvent,
} from './security-events';
export { seedDemoUsers } from './demo-users';
export { forgetAttempts } from './sign-in-guard';
