import { Controller } from '@nestjs/common';
import {
  ALL_PERMISSIONS,
  BUILT_IN_ROLES,
  CUSTOM_ROLE,
  listCustomRoles,
  proposeCustomRole,
  ROLE_PERMISSIONS,
  type Principal,
} from '#lib/identity';
import { Database } from '#lib/platform';
import type { Answer, Input } from '../http/contract';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Identity } from '../identity-tools';
import { ListRoles, ProposeRole } from './users.contracts';
import { waitingOf } from './waiting';
import { problemOf } from './words';

/** What a role may do: those of the code, and those of the installation, which two people agree on. */
@Controller()
export class RolesController {
  constructor(
    private readonly database: Database,
    private readonly identity: Identity,
  ) {}

  @Endpoint(ListRoles)
  async list(): Promise<Answer<typeof ListRoles>> {
    const channels = await this.database.rows<{ channel_id: string }>(
      'SELECT channel_id FROM channel ORDER BY channel_id',
    );
    const waiting = await waitingOf(this.database, this.identity.clock.now());
    return {
      builtIn: BUILT_IN_ROLES.map((role) => ({ role, permissions: [...ROLE_PERMISSIONS[role]] })),
      custom: await listCustomRoles(this.database),
      permissions: [...ALL_PERMISSIONS],
      channels: channels.map(({ channel_id }) => channel_id),
      waiting: waiting.filter(({ kind }) => kind === CUSTOM_ROLE),
    };
  }

  @Endpoint(ProposeRole)
  async propose(
    @Asked() { body }: Input<typeof ProposeRole>,
    @Who() { login: by }: Principal,
  ): Promise<Answer<typeof ProposeRole>> {
    const { reason, ...role } = body;
    const word = { by, reason, at: this.identity.clock.now() };
    const proposed = await proposeCustomRole(this.database, role, word);
    if (!proposed.ok) throw problemOf(proposed.error);
    return proposed.value;
  }
}
