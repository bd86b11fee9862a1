/** What a person of the house is to us. */
export const ROLES = [
  'finance_maker',
  'finance_checker',
  'operations',
  'customer_service',
  'auditor',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];
