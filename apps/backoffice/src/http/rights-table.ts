import { BUILT_IN_ROLES, isPermission, permissionsOf, type BuiltInRole } from '#lib/identity';
import type { Contract } from './contract';

const HEADS: Readonly<Record<BuiltInRole, string>> = {
  finance_maker: 'maker',
  finance_checker: 'checker',
  operations: 'operations',
  customer_service: 'service',
  auditor: 'auditor',
  administrator: 'admin',
  partner: 'partner',
};

/** Roles and endpoints as a table in Markdown, made of what the doorman goes by. */
export function rightsTable(contracts: readonly Contract[]): string {
  const heads = ['Endpoint', 'Right', ...BUILT_IN_ROLES.map((role) => HEADS[role])];
  const rows = contracts.map((contract) => [
    `\`${contract.method} /${contract.path}\`${contract.fresh ? ' (fresh)' : ''}`,
    contract.right,
    ...BUILT_IN_ROLES.map((role) => (mayCall(role, contract) ? '✓' : '')),
  ]);
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(heads), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}

function mayCall(role: BuiltInRole, { right }: Contract): boolean {
  if (!isPermission(right)) return true;
  const scope = role === 'partner' ? { channelId: 'any' } : 'house';
  return permissionsOf([role], [], scope).has(right);
}
