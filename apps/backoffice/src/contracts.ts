/** Every contract, for the console's types: it knows what is asked and told, and nothing else of the back office. */
export type { Contract } from './http/contract';
export type { ProblemDetails } from './http/problem';
export type * from './audit/audit.contracts';
export type * from './approvals/approvals.contracts';
export type * from './payments/payments.contracts';
export type * from './sign-in/sign-in.contracts';
export type * from './today/today.contracts';
export type * from './users/users.contracts';
export type { Permission } from '#lib/identity';
