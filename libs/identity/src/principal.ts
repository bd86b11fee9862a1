import type { Permission } from './permissions';
import type { Scope } from './roles';

/** How long after a proof of who one is the most delicate acts may be done. */
export const FRESH_MS = 5 * 60_000;

/** Who is asking: what a living session says about its user, as it stands now. */
export interface Principal {
  sessionId: string;
  userId: string;
  /** As approvals name the person. */
  login: string;
  name: string;
  language: 'id' | 'en';
  roles: readonly string[];
  permissions: ReadonlySet<Permission>;
  scope: Scope;
  /** When the user last proved who they are. */
  freshAt: Date;
  startedAt: Date;
}

/** Whether somebody may do something. There is no other way to be allowed. */
export function may({ permissions }: Pick<Principal, 'permissions'>, permission: Permission): boolean {
  return permissions.has(permission);
}

/** Whether somebody may see or move what belongs to a channel. */
export function maySeeChannel({ scope }: Pick<Principal, 'scope'>, channelId: string): boolean {
  return scope === 'house' || scope.channelId === channelId;
}

/** Whether somebody has proved just now who they are. */
export function isFresh({ freshAt }: Pick<Principal, 'freshAt'>, now: Date): boolean {
  return now.getTime() - freshAt.getTime() <= FRESH_MS;
}
