import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ABSOLUTE_MS,
  beginEnrolment,
  changeFactor,
  changePassword,
  completeEnrolment,
  confirmFactor,
  confirmFresh,
  csrfTokenOf,
  endSession,
  FRESH_MS,
  IDLE_MS,
  listSessions,
  authenticate,
  renewRecoveryCodes,
  signIn,
  signOut,
  sourceOf,
  type OwnProof,
  type Principal,
} from '#lib/identity';
import type { Answer, Input } from '../http/contract';
import { Cookies } from '../http/cookies';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Problem } from '../http/problem';
import { DONE } from '../http/schemas';
import { Identity } from '../identity-tools';
import * as contracts from './sign-in.contracts';
import { problemOf } from './words';

/** Signing in and out, and one's own access. */
@Controller()
export class SignInController {
  constructor(
    private readonly identity: Identity,
    private readonly cookies: Cookies,
  ) {}

  @Endpoint(contracts.SignIn)
  async signIn(
    @Asked() { body }: Input<typeof contracts.SignIn>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer<typeof contracts.SignIn>> {
    const deviceToken = this.cookies.deviceOf(request);
    const signedIn = await signIn(this.identity, {
      ...body,
      ...whereFrom(request),
      ...(deviceToken === undefined ? {} : { deviceToken }),
    });
    if (!signedIn.ok) throw this.problemOf(signedIn.error);
    const { session, deviceToken: newDevice } = signedIn.value;
    if (newDevice !== undefined) this.cookies.keepDevice(reply, newDevice);
    return this.entered(reply, session.token);
  }

  @Endpoint(contracts.ReadSession)
  session(@Who() principal: Principal, @Req() request: FastifyRequest): Answer<typeof contracts.ReadSession> {
    return shown(principal, this.cookies.sessionOf(request) ?? '');
  }

  @Endpoint(contracts.SignOut)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer<typeof contracts.SignOut>> {
    await signOut(this.identity, this.cookies.sessionOf(request) ?? '');
    this.cookies.dropSession(reply);
    // What a shared machine still keeps of our pages goes with the session.
    void reply.header('clear-site-data', '"cache"');
    return DONE;
  }

  @Endpoint(contracts.ConfirmIdentity)
  async confirm(
    @Asked() { body }: Input<typeof contracts.ConfirmIdentity>,
    @Who() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer<typeof contracts.ConfirmIdentity>> {
    const confirmed = await confirmFresh(this.identity, principal, proofOf(body));
    if (!confirmed.ok) throw this.problemOf(confirmed.error);
    return this.entered(reply, confirmed.value.token);
  }

  @Endpoint(contracts.ListOwnSessions)
  async sessions(@Who() { userId, sessionId }: Principal): Promise<Answer<typeof contracts.ListOwnSessions>> {
    const { database, clock } = this.identity;
    const sessions = await listSessions(database, userId, clock.now());
    return { sessions: sessions.map((one) => ({ ...one, isThis: one.sessionId === sessionId })) };
  }

  @Endpoint(contracts.EndOwnSession)
  async endSession(
    @Asked() { params }: Input<typeof contracts.EndOwnSession>,
    @Who() { userId, login }: Principal,
  ): Promise<Answer<typeof contracts.EndOwnSession>> {
    if (!(await endSession(this.identity, { ...params, userId, by: login }))) throw new Problem('UNKNOWN');
    return DONE;
  }

  @Endpoint(contracts.ChangePassword)
  async changePassword(
    @Asked() { body }: Input<typeof contracts.ChangePassword>,
    @Who() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer<typeof contracts.ChangePassword>> {
    const changed = await changePassword(this.identity, principal, body);
    if (!changed.ok) throw this.problemOf(changed.error);
    this.cookies.dropSession(reply);
    return DONE;
  }

  @Endpoint(contracts.ChangeFactor)
  async changeFactor(@Who() principal: Principal): Promise<Answer<typeof contracts.ChangeFactor>> {
    const seed = await changeFactor(this.identity, principal);
    if (!seed.ok) throw this.problemOf(seed.error);
    return seed.value;
  }

  @Endpoint(contracts.ConfirmFactor)
  async confirmFactor(
    @Asked() { body }: Input<typeof contracts.ConfirmFactor>,
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.ConfirmFactor>> {
    const confirmed = await confirmFactor(this.identity, principal, body.code);
    if (!confirmed.ok) throw this.problemOf(confirmed.error);
    return confirmed.value;
  }

  @Endpoint(contracts.RenewRecoveryCodes)
  async renewRecoveryCodes(
    @Who() principal: Principal,
  ): Promise<Answer<typeof contracts.RenewRecoveryCodes>> {
    const renewed = await renewRecoveryCodes(this.identity, principal);
    if (!renewed.ok) throw this.problemOf(renewed.error);
    return renewed.value;
  }

  @Endpoint(contracts.BeginEnrolment)
  async beginEnrolment(
    @Asked() { body }: Input<typeof contracts.BeginEnrolment>,
    @Req() request: FastifyRequest,
  ): Promise<Answer<typeof contracts.BeginEnrolment>> {
    const begun = await beginEnrolment(this.identity, { ...body, ...whereFrom(request) });
    if (!begun.ok) throw this.problemOf(begun.error);
    return begun.value;
  }

  @Endpoint(contracts.CompleteEnrolment)
  async completeEnrolment(
    @Asked() { body }: Input<typeof contracts.CompleteEnrolment>,
    @Req() request: FastifyRequest,
  ): Promise<Answer<typeof contracts.CompleteEnrolment>> {
    const completed = await completeEnrolment(this.identity, { ...body, ...whereFrom(request) });
    if (!completed.ok) throw this.problemOf(completed.error);
    return completed.value;
  }

  private async entered(reply: FastifyReply, token: string): Promise<Answer<typeof contracts.SignIn>> {
    const principal = await authenticate(this.identity, token);
    if (!principal) throw new Problem('NOT_SIGNED_IN');
    this.cookies.keepSession(reply, token);
    return shown(principal, token);
  }

  private problemOf(refusal: Parameters<typeof problemOf>[0]): Problem {
    return problemOf(refusal, this.identity.clock.now());
  }
}

function whereFrom({ ip, headers }: FastifyRequest): { source: string; agent: string } {
  return { source: sourceOf(ip), agent: headers['user-agent'] ?? '' };
}

function proofOf({ password, code }: { password?: string | undefined; code?: string | undefined }): OwnProof {
  if ((password === undefined) === (code === undefined))
    throw new Problem('REQUEST_MALFORMED', 'request: say either password or code');
  return password === undefined ? { code: code ?? '' } : { password };
}

function shown(principal: Principal, token: string): Answer<typeof contracts.ReadSession> {
  const { login, name, language, roles, permissions, scope, freshAt, startedAt } = principal;
  return {
    login,
    name,
    language,
    roles: [...roles],
    permissions: [...permissions],
    channelId: scope === 'house' ? null : scope.channelId,
    csrfToken: csrfTokenOf(token),
    freshUntil: new Date(freshAt.getTime() + FRESH_MS),
    idleSeconds: IDLE_MS / 1_000,
    endsAt: new Date(startedAt.getTime() + ABSOLUTE_MS),
  };
}
