import { ROLES, type Role } from '#lib/audit';
import type { Statements } from '#lib/platform';
import { ALL_PERMISSIONS, isForPartners, isPermission, type Permission } from './permissions';

/** The role of a partner's own staff. */
export const PARTNER = 'partner';

/** A role that stands in the code: those of the house, as the limits of approvals know them, and that of partners. */
export type BuiltInRole = Role | typeof PARTNER;
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [...ROLES, PARTNER];

const EVERY_READ = ALL_PERMISSIONS.filter((one) => one.endsWith('.read'));
const MONEY_READ: readonly Permission[] = [
  'payments.read',
  'receipts.read',
  'catalog.read',
  'recon.read',
  'files.read',
  'breaks.read',
  'settlement.read',
  'payouts.read',
  'bank.read',
  'funds.read',
  'statements.read',
  'floats.read',
  'stamps.read',
  'taxes.read',
  'outbound.read',
  'reports.read',
  'reports.download',
  'approvals.read',
];
const MONEY_APPROVE: readonly Permission[] = [
  'days.approve',
  'calendars.approve',
  'breaks.approve',
  'payouts.approve',
  'bank.approve',
  'funds.approve',
  'floats.approve',
  'taxes.approve',
];

/** What each role of the code may do; docs/security.md shows the same as a table. */
export const ROLE_PERMISSIONS: Readonly<Record<BuiltInRole, readonly Permission[]>> = {
  finance_maker: [
    ...MONEY_READ,
    'recon.run',
    'days.propose',
    'calendars.propose',
    'breaks.work',
    'breaks.resolve',
    'breaks.propose',
    'settlement.run',
    'payouts.propose',
    'payouts.send',
    'bank.take',
    'bank.announce',
    'bank.propose',
    'funds.propose',
    'floats.receive',
    'floats.propose',
    'floats.resume',
    'taxes.book',
    'taxes.propose',
    'outbound.send',
  ],
  finance_checker: [...MONEY_READ, ...MONEY_APPROVE, 'stops.approve'],
  operations: [
    'payments.read',
    'receipts.read',
    'operations.read',
    'routes.switch',
    'stops.propose',
    'catalog.read',
    'catalog.propose',
    'keys.propose',
    'recon.read',
    'recon.run',
    'files.read',
    'days.propose',
    'calendars.propose',
    'breaks.read',
    'breaks.work',
    'floats.read',
    'floats.resume',
    'stamps.read',
    'stamps.write',
    'outbound.read',
    'outbound.send',
    'reports.read',
    'reports.download',
    'complaints.read',
    'approvals.read',
  ],
  customer_service: [
    'payments.read',
    'payments.read_unmasked',
    'receipts.read',
    'catalog.read',
    'breaks.read',
    'stamps.read',
    'complaints.read',
    'complaints.work',
  ],
  auditor: [...EVERY_READ, 'reports.download'],
  // Agrees to what is above the others' limits (config/approvals.yaml), and proposes none of it.
  administrator: [
    ...MONEY_READ,
    ...MONEY_APPROVE,
    'operations.read',
    'stops.approve',
    'catalog.propose',
    'catalog.approve',
    'keys.propose',
    'keys.approve',
    'users.read',
    'users.manage',
    'users.approve',
    'audit.read',
  ],
  partner: ALL_PERMISSIONS.filter(isForPartners),
};

/** What a user belongs to: the house, or one partner, and then sees nothing of another one. */
export type Scope = 'house' | { channelId: string };

/** Whether a name may be that of a role of the installation. */
export function isCustomRoleName(name: string): boolean {
  return /^[a-z][a-z0-9_]{2,29}$/.test(name) && !isBuiltIn(name);
}

export function isBuiltIn(name: string): name is BuiltInRole {
  return (BUILT_IN_ROLES as readonly string[]).includes(name);
}

/**
 * What somebody with these roles may do. Of a partner's staff only what is for partners counts, whatever a role says; and the
 * partner's role gives nothing to the house's.
 * @param custom permissions of the installation's roles among them, as they stand in the rows.
 */
export function permissionsOf(
  roles: readonly string[],
  custom: readonly string[],
  scope: Scope,
): ReadonlySet<Permission> {
  const named = roles.flatMap((role) => (isBuiltIn(role) && fits(role, scope) ? ROLE_PERMISSIONS[role] : []));
  const all = [...named, ...custom.filter(isPermission)];
  return new Set(scope === 'house' ? all : all.filter(isForPartners));
}

/** Whether a role of the code is for staff of this kind. */
export function fits(role: BuiltInRole, scope: Scope): boolean {
  return (role === PARTNER) === (scope !== 'house');
}

/** A role of the installation, and what it may do. */
export interface CustomRole {
  role: string;
  permissions: Permission[];
}

/** The installation's own roles, by name. */
export async function listCustomRoles(statements: Statements): Promise<CustomRole[]> {
  const rows = await statements.rows<{ role: string; permission: string }>(
    'SELECT role, permission FROM console_role_permission ORDER BY role, permission',
  );
  const roles = new Map<string, Permission[]>();
  for (const { role, permission } of rows)
    if (isPermission(permission)) roles.set(role, [...(roles.get(role) ?? []), permission]);
  return [...roles].map(([role, permissions]) => ({ role, permissions }));
}
