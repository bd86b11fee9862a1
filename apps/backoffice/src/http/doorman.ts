import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  authenticate,
  isCsrfTokenOf,
  isFresh,
  may,
  recordSecurityEvent,
  type Principal,
} from '#lib/identity';
import { Identity } from '../identity-tools';
import type { Contract } from './contract';
import { Cookies } from './cookies';
import { admit, contractOf } from './endpoint';
import { Problem } from './problem';
import { readInput } from './read-input';

/** A page that asks by itself says so: it keeps no session alive. */
const BY_ITSELF = 'x-simpul-poll';

/** Looks at every request before anything else does: who it is, whether they may, and whether it can be read. */
@Injectable()
export class Doorman implements CanActivate {
  constructor(
    private readonly identity: Identity,
    private readonly cookies: Cookies,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const contract = contractOf(context.getHandler());
    if (!contract) throw new Error('a method without a contract serves nobody');
    this.requireOwnPage(contract, request);
    const principal = contract.right === 'anyone' ? undefined : await this.principalOf(contract, request);
    admit(request, { contract, input: readInput(contract, request), ...(principal && { principal }) });
    return true;
  }

  private async principalOf(contract: Contract, request: FastifyRequest): Promise<Principal> {
    const token = this.cookies.sessionOf(request);
    const isActivity = request.headers[BY_ITSELF] === undefined;
    const principal =
      token === undefined ? undefined : await authenticate(this.identity, token, { isActivity });
    if (!principal || token === undefined) throw new Problem('NOT_SIGNED_IN');
    const isChange = contract.method !== 'GET';
    if (isChange && !isCsrfTokenOf(token, String(request.headers['x-csrf-token'] ?? '')))
      throw new Problem('FORGED_REQUEST');
    const { right } = contract;
    if (right !== 'signed-in' && right !== 'anyone' && !may(principal, right)) {
      await this.noteRefusal(principal, contract);
      throw new Problem('NOT_ALLOWED', `this needs the permission ${right}`);
    }
    if (contract.fresh && !isFresh(principal, this.identity.clock.now()))
      throw new Problem('FRESH_AUTHENTICATION_NEEDED');
    return principal;
  }

  private async noteRefusal(
    { login, sessionId }: Principal,
    { method, path, right }: Contract,
  ): Promise<void> {
    const { database, clock } = this.identity;
    const event = { kind: 'access_refused', at: clock.now(), login, by: login, sessionId } as const;
    await recordSecurityEvent(database, { ...event, detail: { endpoint: `${method} ${path}`, right } });
  }

  /** Browsers say where a call comes from; what changes something must come from our own pages. */
  private requireOwnPage({ method }: Contract, { headers }: FastifyRequest): void {
    if (method === 'GET') return;
    const { 'sec-fetch-site': site, origin, host } = headers;
    if (site !== undefined && site !== 'same-origin') throw new Problem('FORGED_REQUEST');
    if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
      throw new Problem('FORGED_REQUEST');
  }
}
