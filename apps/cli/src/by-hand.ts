import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { actFrom, operatorOf, readApprovalLimits, recordBefore, type AuditEntry } from '#lib/audit';
import { clockFromEnvironment, type Database } from '#lib/platform';
import { CONFIG } from './places';

/** Whoever works at this shell, where no command asks who they are. */
export function operator(): string {
  return operatorOf(userInfo().username);
}

/** Says for the audit trail from where all commands of this process are given. */
export function tellOrigin(program: Command): void {
  program.hook('preAction', (_, command) => {
    // `address port ...` of who is logged in from another machine.
    const [address] = (process.env['SSH_CONNECTION'] ?? '').split(' ');
    actFrom({
      process: `${nameOf(command)} ${process.pid}`,
      authenticated: `shell:${userInfo().username}`,
      ...(address && { source: address }),
      roleOf: (user) => readApprovalLimits(join(CONFIG, 'approvals.yaml')).roleOf(user),
    });
  });
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** Writes into the audit trail that somebody sets something going that a job does by itself, before it begins. */
export function begunByHand(
  database: Database,
  action: string,
  object: AuditEntry['object'],
  more: Partial<AuditEntry> = {},
): Promise<void> {
  return recordBefore(database, {
    by: operator(),
    at: clockFromEnvironment().now(),
    action,
    object,
    ...more,
  });
}
