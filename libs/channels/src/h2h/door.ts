import type { BlockList } from 'node:net';
import type { KeyObject } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock, refusal } from '#lib/kernel';
import { Catalog, type OpenChannel } from '#lib/catalog';
import type { Logger } from '#lib/platform';
import { addressList, isListed } from '../addresses';
import { AgreedRates } from '../agreed-rates';
import { hasPinnedCertificate } from '../http/caller';
import { RefusedRequest } from '../http/refused-request';
import { ChannelProfiles } from '../profiles';
import type { H2hLimits } from './limits';
import type { H2hProfile } from './profile';
import { instantOf, isSignedBy, signingKey } from './signature';
import { H2H_LIMITS, LOGGER } from './tokens';

/** A request whose caller is known. */
export interface SignedRequest extends FastifyRequest {
  channelId: string;
  profile: H2hProfile;
}

/** What lets a channel in: its profile, its keys, and its addresses where it has agreed on some. */
interface Admission {
  profile: H2hProfile;
  keys: KeyObject[];
  addresses: BlockList | undefined;
}

/** Lets in who signs with a channel's secret, now, from where it may call. Nothing else is read before that. */
@Injectable()
export class H2hDoor implements CanActivate {
  private readonly admissions = new WeakMap<OpenChannel, Admission | undefined>();

  constructor(
    @Inject(Catalog) private readonly catalog: Catalog,
    @Inject(ChannelProfiles) private readonly profiles: ChannelProfiles,
    @Inject(AgreedRates) private readonly rates: AgreedRates,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(H2H_LIMITS) private readonly limits: H2hLimits,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedRequest>();
    const channelId = header(request, 'x-channel-id');
    const timestamp = header(request, 'x-timestamp');
    const channel = this.catalog.channel(channelId);
    const admission = channel && this.admissionOf(channel);

    const call = {
      method: request.method,
      target: request.originalUrl,
      timestamp,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    };
    const isSigned = isSignedBy(call, header(request, 'x-signature'), admission?.keys ?? []);
    if (!channel || !admission || !isSigned)
      throw this.refused('SIGNATURE_INVALID', channelId, request.ip, 'signature');
    if (admission.addresses && !isListed(admission.addresses, request.ip))
      throw this.refused('SIGNATURE_INVALID', channelId, request.ip, 'address not on the allow-list');

    if (!hasPinnedCertificate(request, channel))
      throw this.refused('SIGNATURE_INVALID', channelId, request.ip, 'not a certificate that is pinned');

    // After the signature, so that a stranger learns nothing of our clock.
    const instant = instantOf(timestamp);
    const skewMs = instant && Math.abs(this.clock.now().getTime() - instant.getTime());
    if (skewMs === undefined || skewMs > this.limits.timestampWindowMs)
      throw this.refused('TIMESTAMP_OUTSIDE_WINDOW', channelId, request.ip, timestamp);

    if (!this.rates.allow(channel.channel))
      throw new RefusedRequest(
        refusal('RATE_LIMITED', `more than ${channel.channel.requestsPerSecond} a second`),
      );

    request.channelId = channelId;
    request.profile = admission.profile;
    return true;
  }

  /** Made once per loaded channel; a changed channel is a new object and gets a new one. */
  private admissionOf(channel: OpenChannel): Admission | undefined {
    if (!this.admissions.has(channel)) this.admissions.set(channel, this.admit(channel));
    return this.admissions.get(channel);
  }

  /** Undefined for a channel that does not speak this protocol: its keys open another door. */
  private admit({ channel, secrets }: OpenChannel): Admission | undefined {
    const profile = this.profiles.of(channel, 'h2h');
    return profile && { profile, keys: secrets.map(signingKey), addresses: addressList(channel.allowedIps) };
  }

  /** A security event: who claimed to be whom, from where. */
  private refused(
    code: 'SIGNATURE_INVALID' | 'TIMESTAMP_OUTSIDE_WINDOW',
    channelId: string,
    ip: string,
    reason: string,
  ): RefusedRequest {
    this.logger.warn(
      { channelId: channelId.slice(0, 40), ip, code, reason: reason.slice(0, 80) },
      'call refused',
    );
    return new RefusedRequest(refusal(code, reason));
  }
}

/** A header that stands once; a missing or repeated one reads as empty, and no empty signature is right. */
function header(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
