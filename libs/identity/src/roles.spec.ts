import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readApprovalLimits, ROLES } from '#lib/audit';
import {
  ALL_PERMISSIONS,
  APPROVAL_PERMISSIONS,
  BUILT_IN_ROLES,
  may,
  maySeeChannel,
  permissionsOf,
  ROLE_PERMISSIONS,
} from './index';
import { isForPartners } from './permissions';

const ROOT = join(__dirname, '..', '..', '..');
const GUIDE = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');

/** The guide's table of roles and permissions: what it says of each pair. */
function matrixOf(text: string): Map<string, boolean> {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const head = rows.find(([, first]) => first === 'permission') ?? [];
  const said = new Map<string, boolean>();
  for (const row of rows) {
    const permission = /^`([a-z_.]+)`$/.exec(row[1] ?? '')?.[1];
    if (permission === undefined || row.length !== head.length) continue;
    for (const [column, title] of head.entries()) {
      const role = /^`([a-z_]+)`$/.exec(title)?.[1];
      if (role !== undefined) said.set(`${role} ${permission}`, row[column] === 'yes');
    }
  }
  return said;
}

test('the guide says of every role and permission what the code does', () => {
  const written = BUILT_IN_ROLES.flatMap((role) =>
    ALL_PERMISSIONS.map(
      (permission) => [`${role} ${permission}`, ROLE_PERMISSIONS[role].includes(permission)] as const,
    ),
  );
  expect(Object.fromEntries(matrixOf(GUIDE))).toEqual(Object.fromEntries(written));
});

test('whatever roles somebody has, they may do what one of them may, and nothing else', () => {
  const some = fc.subarray([...BUILT_IN_ROLES, 'unheard_of']);
  const custom = fc.subarray([...ALL_PERMISSIONS, 'payments.fly']);
  const scope = fc.constantFrom('house' as const, { channelId: 'warung' });
  fc.assert(
    fc.property(some, custom, scope, (roles, extra, where) => {
      const permissions = permissionsOf(roles, extra, where);
      for (const permission of ALL_PERMISSIONS) {
        const gives = roles.filter((role) => ROLE_PERMISSIONS[role as 'auditor']?.includes(permission));
        const isGiven =
          where === 'house'
            ? gives.some((role) => role !== 'partner') || extra.includes(permission)
            : isForPartners(permission) && (gives.includes('partner') || extra.includes(permission));
        expect([permission, may({ permissions }, permission)]).toEqual([permission, isGiven]);
      }
    }),
  );
});

test('who has no role may do nothing', () => {
  expect(permissionsOf([], [], 'house').size).toBe(0);
  expect(permissionsOf(['root', 'toString', '__proto__'], ['constructor'], 'house').size).toBe(0);
});

test('no role of the code both proposes and approves, but that of administrators for users', () => {
  const both = BUILT_IN_ROLES.flatMap((role) =>
    Object.entries(APPROVAL_PERMISSIONS).flatMap(([kind, { propose, approve }]) =>
      [propose, approve].every((one) => ROLE_PERMISSIONS[role].includes(one)) ? [`${role} ${kind}`] : [],
    ),
  );
  const users = ['user_add', 'user_roles', 'user_enable', 'user_reset', 'custom_role'];
  expect(both).toEqual(users.map((kind) => `administrator ${kind}`));
});

test('an auditor changes nothing', () => {
  const changes = ROLE_PERMISSIONS.auditor.filter((one) => !/\.(read|download)$/.test(one));
  expect(changes).toEqual([]);
  expect(ROLE_PERMISSIONS.auditor).not.toContain('payments.read_unmasked');
});

test('whoever the limits let agree to money may agree to money, and nobody else', () => {
  const limits = readApprovalLimits(join(ROOT, 'config', 'approvals.yaml'));
  for (const role of ROLES) {
    const standing = { userId: 'usr_1', isActive: true, version: 1, roles: [role] };
    const proposal = { kind: 'payout', payload: { amount: '1' } };
    const isLimited = limits.objectionTo(proposal, 'ani@simpul.test', standing) !== undefined;
    expect([role, ROLE_PERMISSIONS[role].includes('payouts.approve')]).toEqual([role, !isLimited]);
  }
});

test('a partner’s staff sees its partner, the house sees all', () => {
  expect(maySeeChannel({ scope: 'house' }, 'warung')).toBe(true);
  expect(maySeeChannel({ scope: { channelId: 'warung' } }, 'warung')).toBe(true);
  expect(maySeeChannel({ scope: { channelId: 'warung' } }, 'warung2')).toBe(false);
});
