import { fail, ok, type Clock, type Result } from '#lib/kernel';
import type { Logger } from '#lib/platform';
import {
  isCallSigned,
  isFresh,
  isSignedWithKey,
  readTimestamp,
  stringToSign,
  tokenStringToSign,
  type SnapCase,
} from '#lib/snap';
import type { AgreedRates } from '../agreed-rates';
import type { TokenSeal } from './access-token';
import { header, type SnapCall } from './call';
import { mayCallFrom, type SnapPartners, type SnapPeer } from './partners';
import { snapRefusal, type SnapRefusal } from './refused';
import { pathOf } from './routes';
import { isPayment } from './shapes';

type Admitted = Result<SnapPeer, SnapRefusal>;

const TRANSACTION_HEADERS = [
  'x-timestamp',
  'x-signature',
  'x-partner-id',
  'x-external-id',
  'channel-id',
] as const;
const TOKEN_HEADERS = ['x-timestamp', 'x-signature', 'x-client-key'] as const;

/** Lets in who signs, now, from where it may call. Nothing of the body is read before that. */
export class SnapAdmission {
  constructor(
    private readonly partners: SnapPartners,
    private readonly tokens: TokenSeal,
    private readonly rates: AgreedRates,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Who calls a service with a token, or in the asymmetric scheme without one. */
  ofTransaction(call: SnapCall): Admitted {
    const objection = this.headersOf(call, TRANSACTION_HEADERS);
    if (objection) return fail(objection);
    const bearer = /^bearer +([^ ]+)$/i.exec(header(call, 'authorization'))?.[1] ?? '';
    const token = bearer === '' ? undefined : this.tokens.open(bearer);
    const peer =
      (token && this.partners.ofChannel(token.channelId)) ??
      this.partners.byPartnerId(header(call, 'x-partner-id'));
    if (!peer) return this.refuse(call, '40100', 'Unknown client', 'no such X-PARTNER-ID');
    const malformed = formatFaultIn(call, peer) ?? this.servesFault(call, peer);
    if (malformed) return fail(malformed);

    if (needsToken(peer) && !(token && token.channelId === idOf(peer) && token.expiresAt > this.clock.now()))
      return this.refuse(call, '40101', undefined, bearer === '' ? 'no token' : 'not a valid token');
    const signed = {
      method: call.method,
      target: call.target,
      accessToken: needsToken(peer) ? bearer : '',
      body: call.body,
      timestamp: header(call, 'x-timestamp'),
    };
    const { signing } = peer.profile;
    const keys = signing.scheme === 'symmetric' ? peer.clientSecrets : peer.publicKeys;
    if (!isCallSigned(signed, header(call, 'x-signature'), keys, signing)) {
      // What support compares with the text the partner has signed.
      const text = stringToSign({ ...signed, accessToken: signed.accessToken && '[token]' }, signing);
      return this.refuse(call, '40100', 'Signature', `not the signature of ${text.slice(0, 300)}`);
    }
    const { partnerId, channelId } = peer.profile;
    if (partnerId.pinned && header(call, 'x-partner-id') !== peer.partnerId)
      return this.refuse(call, '40100', 'Unknown client', "the X-PARTNER-ID is another partner's");
    if (channelId.pinned && header(call, 'channel-id') !== peer.channelId)
      return this.refuse(call, '40100', 'CHANNEL-ID', 'the CHANNEL-ID is not the agreed one');
    return this.now(call, peer);
  }

  /** Who asks for a token: always signed with the partner's private key. */
  ofTokenCall(call: SnapCall): Admitted {
    const objection = this.headersOf(call, TOKEN_HEADERS);
    if (objection) return fail(objection);
    const clientKey = header(call, 'x-client-key');
    const timestamp = header(call, 'x-timestamp');
    const peer = this.partners.byClientKey(clientKey);
    if (!peer) return this.refuse(call, '40100', 'Unknown client', 'no such X-CLIENT-KEY');
    const malformed = timestampFaultIn(call, peer) ?? this.servesFault(call, peer);
    if (malformed) return fail(malformed);
    const { encodings } = peer.profile.signing;
    const text = tokenStringToSign(clientKey, timestamp);
    return isSignedWithKey(text, header(call, 'x-signature'), peer.publicKeys, encodings)
      ? this.now(call, peer)
      : this.refuse(call, '40100', 'Signature', 'signature');
  }

  /** After the signature, so that a stranger learns nothing of our clock and of what else was agreed. */
  private now(call: SnapCall, peer: SnapPeer): Admitted {
    if (!mayCallFrom(peer, call.ip))
      return this.refuse(call, '40100', 'Address', 'address not on the allow-list');
    if (!call.showsCertificateOf(peer.channel))
      return this.refuse(call, '40100', 'Certificate', 'not a certificate that is pinned');
    const { forms, skewMs } = peer.profile.timestamp;
    const instant = readTimestamp(header(call, 'x-timestamp'), forms);
    if (!instant || !isFresh(instant, this.clock.now(), skewMs))
      return this.refuse(call, '40100', 'X-TIMESTAMP', 'outside the window of time');
    return this.rates.allow(peer.channel.channel) ? ok(peer) : fail(tooFast(call));
  }

  private headersOf(call: SnapCall, names: readonly Lowercase<string>[]): SnapRefusal | undefined {
    const missing = names.find((name) => header(call, name) === '')?.toUpperCase();
    if (missing !== undefined) return snapRefusal('40002', missing, `the header ${missing} is missing`);
    const type = header(call, 'content-type');
    if (type === '') return snapRefusal('40002', 'Content-Type', 'the header Content-Type is missing');
    return /^application\/json *(;.*)?$/i.test(type)
      ? undefined
      : snapRefusal('40001', 'Content-Type', 'the Content-Type is not application/json');
  }

  /** A path of one profile is none of another partner's. */
  private servesFault({ service, path }: SnapCall, { profile }: SnapPeer): SnapRefusal | undefined {
    if (profile.services.includes(service) && pathOf(profile, service) === path) return undefined;
    return snapRefusal('40301', service, `the profile does not serve ${service} at this path`);
  }

  /** A security event: who claimed to be whom, from where. */
  private refuse(call: SnapCall, snapCase: SnapCase, blame: string | undefined, detail: string): Admitted {
    const claimed = header(call, 'x-partner-id') || header(call, 'x-client-key');
    this.logger.warn(
      { service: call.service, claimed: claimed.slice(0, 40), ip: call.ip, reason: detail },
      'call refused',
    );
    return fail(snapRefusal(snapCase, blame, detail));
  }
}

/**
 * Who calls too fast is not looked up. A payment's message may be the repeat of one that is paid, and a bank reads 429
 * as failed: it hears "not known yet".
 */
function tooFast({ service }: SnapCall): SnapRefusal {
  const snapCase = isPayment(service) ? '20200' : '42900';
  return { ...snapRefusal('42900', undefined, 'more than agreed a second'), snapCase };
}

function idOf({ channel }: SnapPeer): string {
  return channel.channel.channelId;
}

function needsToken({ profile }: SnapPeer): boolean {
  return profile.signing.scheme === 'symmetric' && profile.token.use === 'issued';
}

function timestampFaultIn(call: SnapCall, { profile }: SnapPeer): SnapRefusal | undefined {
  return readTimestamp(header(call, 'x-timestamp'), profile.timestamp.forms)
    ? undefined
    : snapRefusal('40001', 'X-TIMESTAMP', 'the X-TIMESTAMP is not of an agreed form');
}

const EXTERNAL_ID = {
  digits: /^\d+$/,
  alphanumeric: /^[0-9A-Za-z]+$/,
  printable: /^[\x21-\x7e]+$/,
} as const;

function formatFaultIn(call: SnapCall, peer: SnapPeer): SnapRefusal | undefined {
  const { externalId, partnerId, channelId } = peer.profile;
  const name = header(call, 'x-external-id');
  if (!EXTERNAL_ID[externalId.characters].test(name) || name.length > externalId.lengthMax)
    return snapRefusal('40001', 'X-EXTERNAL-ID', 'the X-EXTERNAL-ID is not of the agreed form');
  if (header(call, 'x-partner-id').length > partnerId.lengthMax)
    return snapRefusal('40001', 'X-PARTNER-ID', 'the X-PARTNER-ID is too long');
  if (header(call, 'channel-id').length > channelId.lengthMax)
    return snapRefusal('40001', 'CHANNEL-ID', 'the CHANNEL-ID is too long');
  return timestampFaultIn(call, peer);
}
