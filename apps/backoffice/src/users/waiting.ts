import { listApprovals } from '#lib/audit';
import { USER_KINDS } from '#lib/identity';
import type { Statements } from '#lib/platform';
import type { Answer } from '../http/contract';
import type { ListUsers } from './users.contracts';

const WAITING_MAX = 100;

/** What was proposed about users and roles and waits for its checker. */
export async function waitingOf(
  statements: Statements,
  now: Date,
): Promise<Answer<typeof ListUsers>['waiting']> {
  const ofKinds = await Promise.all(
    USER_KINDS.map((kind) => listApprovals(statements, { kind, open: { now }, rowsMax: WAITING_MAX })),
  );
  return ofKinds.flat();
}
