import { Controller } from '@nestjs/common';
import {
  disableUser,
  endSession,
  listSecurityEvents,
  listSessions,
  listUsers,
  proposeEnable,
  proposeReset,
  proposeRoles,
  proposeUser,
  unlockUser,
  type Principal,
  type User,
  type UserRefusal,
  type Word,
} from '#lib/identity';
import type { Result } from '#lib/kernel';
import { Database } from '#lib/platform';
import type { Answer, Input } from '../http/contract';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Problem } from '../http/problem';
import { DONE, PAGE } from '../http/schemas';
import { Identity } from '../identity-tools';
import * as contracts from './users.contracts';
import { waitingOf } from './waiting';
import { problemOf } from './words';

/** Who may sign in. What gives somebody more is proposed here, and agreed to among the approvals. */
@Controller()
export class UsersController {
  constructor(
    private readonly database: Database,
    private readonly identity: Identity,
  ) {}

  @Endpoint(contracts.ListUsers)
  async list(
    @Asked() { query }: Input<typeof contracts.ListUsers>,
  ): Promise<Answer<typeof contracts.ListUsers>> {
    const now = this.identity.clock.now();
    const { q = '', cursor, limit = PAGE.rows } = query;
    const wanted = (await listUsers(this.database, { now })).filter((user) => isMeant(user, q));
    const from = cursor === undefined ? 0 : wanted.findIndex(({ userId }) => userId === cursor) + 1;
    if (cursor !== undefined && from === 0)
      throw new Problem('REQUEST_MALFORMED', 'cursor: is of another list', { field: 'cursor' });
    const users = wanted.slice(from, from + limit);
    const next = wanted.length > from + limit ? (users.at(-1)?.userId ?? null) : null;
    return { users: users.map(shown), next, waiting: await waitingOf(this.database, now) };
  }

  @Endpoint(contracts.ReadUser)
  async read(
    @Asked() { params }: Input<typeof contracts.ReadUser>,
  ): Promise<Answer<typeof contracts.ReadUser>> {
    const now = this.identity.clock.now();
    const user = await this.userOf(params.userId);
    const waiting = await waitingOf(this.database, now);
    return {
      user: shown(user),
      sessions: await listSessions(this.database, user.userId, now),
      waiting: waiting.filter(({ subject }) => subject === user.login),
    };
  }

  @Endpoint(contracts.ListUserEvents)
  async events(
    @Asked() { params, query }: Input<typeof contracts.ListUserEvents>,
  ): Promise<Answer<typeof contracts.ListUserEvents>> {
    const { login } = await this.userOf(params.userId);
    const { cursor: before, limit = PAGE.rows } = query;
    const wanted = { login, rowsMax: limit + 1, ...(before !== undefined && { before }) };
    const found = await listSecurityEvents(this.database, wanted);
    const events = found.slice(0, limit);
    return { events, next: found.length > limit ? (events.at(-1)?.eventId ?? null) : null };
  }

  @Endpoint(contracts.EndUserSession)
  async endSession(
    @Asked() { params }: Input<typeof contracts.EndUserSession>,
    @Who() { login: by }: Principal,
  ): Promise<Answer<typeof contracts.EndUserSession>> {
    if (!(await endSession(this.identity, { ...params, by }))) throw new Problem('UNKNOWN');
    return DONE;
  }

  @Endpoint(contracts.ProposeUser)
  async proposeUser(
    @Asked() { body }: Input<typeof contracts.ProposeUser>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ProposeUser>> {
    const { reason, ...user } = body;
    return agreed(await proposeUser(this.database, user, this.wordOf(principal, reason)));
  }

  @Endpoint(contracts.ProposeRoles)
  async proposeRoles(
    @Asked() { params, body }: Input<typeof contracts.ProposeRoles>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ProposeRoles>> {
    const { login } = await this.userOf(params.userId);
    const { roles, reason } = body;
    return agreed(await proposeRoles(this.database, { login, roles }, this.wordOf(principal, reason)));
  }

  @Endpoint(contracts.ProposeEnable)
  async proposeEnable(
    @Asked() { params, body }: Input<typeof contracts.ProposeEnable>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ProposeEnable>> {
    const { login } = await this.userOf(params.userId);
    return agreed(await proposeEnable(this.database, login, this.wordOf(principal, body.reason)));
  }

  @Endpoint(contracts.ProposeReset)
  async proposeReset(
    @Asked() { params, body }: Input<typeof contracts.ProposeReset>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ProposeReset>> {
    const { login } = await this.userOf(params.userId);
    const { isPasswordKept, reason } = body;
    const wanted = { login, isPasswordKept };
    return agreed(await proposeReset(this.database, wanted, this.wordOf(principal, reason)));
  }

  @Endpoint(contracts.DisableUser)
  async disable(
    @Asked() { params, body }: Input<typeof contracts.DisableUser>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.DisableUser>> {
    const { login } = await this.userOf(params.userId);
    agreed(await disableUser(this.database, login, this.wordOf(principal, body.reason)));
    return DONE;
  }

  @Endpoint(contracts.UnlockUser)
  async unlock(
    @Asked() { params }: Input<typeof contracts.UnlockUser>,
    @Who() { login: by }: Principal,
  ): Promise<Answer<typeof contracts.UnlockUser>> {
    const { login } = await this.userOf(params.userId);
    agreed(await unlockUser(this.database, login, { by, at: this.identity.clock.now() }));
    return DONE;
  }

  private wordOf({ login: by }: Principal, reason: string): Word {
    return { by, reason, at: this.identity.clock.now() };
  }

  /** @throws Problem where there is none. */
  private async userOf(userId: string): Promise<User> {
    const users = await listUsers(this.database, { now: this.identity.clock.now() });
    const user = users.find((one) => one.userId === userId);
    if (!user) throw new Problem('UNKNOWN');
    return user;
  }
}

/** What was done. @throws Problem that says why nothing was. */
function agreed<T>(done: Result<T, UserRefusal>): T {
  if (!done.ok) throw problemOf(done.error);
  return done.value;
}

function isMeant({ login, name, roles, scope }: User, q: string): boolean {
  const said = q.toLowerCase();
  const known = [login, name, ...roles, ...(scope === 'house' ? [] : [scope.channelId])];
  return known.some((one) => one.toLowerCase().includes(said));
}

function shown({ scope, ...user }: User): Answer<typeof contracts.ListUsers>['users'][number] {
  return { ...user, channelId: scope === 'house' ? null : scope.channelId };
}
