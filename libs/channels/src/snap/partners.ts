import type { BlockList } from 'node:net';
import type { KeyObject } from 'node:crypto';
import type { Catalog, OpenChannel } from '#lib/catalog';
import { ConfigError, type Logger } from '#lib/platform';
import { clientSecretKey, rsaPublicKey, withRules, type Field } from '#lib/snap';
import { addressList, isListed } from '../addresses';
import type { ChannelProfiles } from '../profiles';
import { STANDARD_FIELDS, type Served, type SnapProfile } from './profile';

/** A partner that speaks SNAP to us: its profile, its keys, and the names it goes by. */
export interface SnapPeer {
  channel: OpenChannel;
  profile: SnapProfile;
  /** X-CLIENT-KEY of its token calls. */
  clientKey: string;
  /** X-PARTNER-ID of its calls. */
  partnerId: string;
  /** CHANNEL-ID of its calls. */
  channelId: string;
  companyCodes: readonly string[];
  publicKeys: readonly KeyObject[];
  clientSecrets: readonly KeyObject[];
  addresses: BlockList | undefined;
  /** The tables of its messages. */
  fields: Readonly<Record<Exclude<Served, 'token'>, readonly Field[]>>;
}

/** The partners of one version of the catalog, by the names they go by. */
interface Names {
  version: string;
  clientKeys: ReadonlyMap<string, SnapPeer>;
  partnerIds: ReadonlyMap<string, SnapPeer>;
}

/** What a partner of this protocol must have, besides its secrets: the names of its rows in `channel_credential`. */
const CREDENTIALS = ['clientKey', 'publicKey', 'partnerId', 'channelId', 'companyCodes'] as const;

/** The partners that speak SNAP, as the catalog has them now. */
export class SnapPartners {
  private readonly known = new WeakMap<OpenChannel, SnapPeer | undefined>();
  private names: Names | undefined;

  constructor(
    private readonly catalog: Catalog,
    private readonly profiles: ChannelProfiles,
    private readonly logger: Logger,
  ) {}

  /** The partner of a channel, or undefined where the channel is closed or speaks something else. */
  ofChannel(channelId: string): SnapPeer | undefined {
    const channel = this.catalog.channel(channelId);
    if (!channel) return undefined;
    if (!this.known.has(channel)) this.known.set(channel, this.peerOf(channel));
    return this.known.get(channel);
  }

  /** The partner that goes by this name in token calls. */
  byClientKey(clientKey: string): SnapPeer | undefined {
    return this.byName().clientKeys.get(clientKey);
  }

  /** The partner that goes by this X-PARTNER-ID. */
  byPartnerId(partnerId: string): SnapPeer | undefined {
    return this.byName().partnerIds.get(partnerId);
  }

  /**
   * Makes sure that every SNAP channel can be told from the others and has what it signs with.
   * @throws ConfigError naming the channel, what it lacks, and the remedy.
   */
  requireSound(): void {
    const seen = new Map<string, string>();
    for (const { channelId, protocol } of this.catalog.channels()) {
      const channel = this.catalog.channel(channelId);
      if (protocol !== 'snap' || !channel) continue;
      const peer = readPeer(channel, this.profiles);
      if (typeof peer === 'string') throw new ConfigError(`channel ${channelId} speaks snap: ${peer}`);
      for (const name of [`clientKey ${peer.clientKey}`, `partnerId ${peer.partnerId}`]) {
        const other = seen.get(name);
        if (other !== undefined)
          throw new ConfigError(`channels ${other} and ${channelId} both go by the ${name}`);
        seen.set(name, channelId);
      }
    }
  }

  /** Looked through once for each version of the catalog: every request names its caller before it is taken in. */
  private byName(): Names {
    const { version } = this.catalog;
    if (!this.names || this.names.version !== version) {
      const all = this.all();
      const clientKeys = byTheirOwn(all, ({ clientKey }) => clientKey);
      this.names = { version, clientKeys, partnerIds: byTheirOwn(all, ({ partnerId }) => partnerId) };
    }
    return this.names;
  }

  private all(): SnapPeer[] {
    return this.catalog
      .channels()
      .flatMap(({ channelId, protocol }) => (protocol === 'snap' ? (this.ofChannel(channelId) ?? []) : []));
  }

  private peerOf(channel: OpenChannel): SnapPeer | undefined {
    if (channel.channel.protocol !== 'snap') return undefined;
    const peer = readPeer(channel, this.profiles);
    if (typeof peer !== 'string') return peer;
    this.logger.error({ channelId: channel.channel.channelId, reason: peer }, 'a SNAP partner cannot call');
    return undefined;
  }
}

/** Two channels under one name would leave it to chance whose deposit pays: neither is let in. */
function byTheirOwn(peers: readonly SnapPeer[], nameOf: (peer: SnapPeer) => string): Map<string, SnapPeer> {
  const all = peers.map(nameOf);
  const alone = peers.filter((peer) => all.indexOf(nameOf(peer)) === all.lastIndexOf(nameOf(peer)));
  return new Map(alone.map((peer) => [nameOf(peer), peer]));
}

/** @returns the partner, or why it is none. */
function readPeer(channel: OpenChannel, profiles: ChannelProfiles): SnapPeer | string {
  const profile = profiles.of(channel.channel, 'snap');
  if (!profile) return 'its profile is not configured';
  const lacking = CREDENTIALS.find((name) => !channel.credentials.get(name));
  if (lacking !== undefined) return `it has no ${lacking} in channel_credential`;
  if (profile.signing.scheme === 'symmetric' && channel.secrets.length === 0) return 'it has no secret';
  const credential = (name: string) => channel.credentials.get(name) ?? '';
  let publicKeys: KeyObject[];
  try {
    publicKeys = ['publicKey', 'secondPublicKey'].flatMap((name) =>
      credential(name) === '' ? [] : [rsaPublicKey(credential(name))],
    );
  } catch {
    return 'its publicKey is no RSA key of at least 2048 bits in PEM';
  }
  return {
    channel,
    profile,
    clientKey: credential('clientKey'),
    partnerId: credential('partnerId'),
    channelId: credential('channelId'),
    companyCodes: credential('companyCodes').split(','),
    publicKeys,
    clientSecrets: channel.secrets.map(clientSecretKey),
    addresses: addressList(channel.channel.allowedIps),
    fields: fieldsOf(profile),
  };
}

function fieldsOf({ fields }: SnapProfile): SnapPeer['fields'] {
  return {
    inquiry: withRules(STANDARD_FIELDS.inquiry, fields.inquiry),
    payment: withRules(STANDARD_FIELDS.payment, fields.payment),
    status: withRules(STANDARD_FIELDS.status, fields.status),
    inquiryIntrabank: withRules(STANDARD_FIELDS.inquiryIntrabank, fields.inquiryIntrabank),
    paymentIntrabank: withRules(STANDARD_FIELDS.paymentIntrabank, fields.paymentIntrabank),
    transferStatus: withRules(STANDARD_FIELDS.transferStatus, fields.transferStatus),
  };
}

/** Whether a partner may call from this address. */
export function mayCallFrom({ addresses }: SnapPeer, ip: string): boolean {
  return addresses === undefined || isListed(addresses, ip);
}
