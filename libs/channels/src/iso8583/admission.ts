import type { BlockList } from 'node:net';
import type { Catalog, OpenChannel } from '#lib/catalog';
import { addressList, isListed } from '../addresses';
import { pinsOf } from '../pinned-certificates';
import type { ChannelProfiles } from '../profiles';
import type { Speech } from './speech';

/** The credential that a channel's sign-on must name. */
const INSTITUTION = 'institutionCode';

/** Where nobody has agreed on addresses: the machine itself, for demos and tests. */
const THIS_MACHINE = ['127.0.0.0/8', '::1'];

/** What a socket tells of its other end. */
export interface Peer {
  address: string;
  /** SHA-256 of the certificate it has shown, lowercase hex. */
  certificate: string | undefined;
}

/**
 * Lets a partner in by its institution code, from the addresses and with the certificates that were agreed. A line has
 * no signature: a channel that has agreed on neither is let in from this machine only.
 */
export class Iso8583Admission {
  private readonly addresses = new WeakMap<OpenChannel, BlockList>();

  constructor(
    private readonly catalog: Catalog,
    private readonly profiles: ChannelProfiles,
  ) {}

  /** Whether any channel of the profile may call from this address. */
  isKnown({ profile }: Speech, address: string): boolean {
    return this.catalog.channels().some(({ channelId }) => {
      const open = this.catalog.channel(channelId);
      return (
        open !== undefined &&
        this.profiles.of(open.channel, 'iso8583') === profile &&
        this.mayCallFrom(open, address)
      );
    });
  }

  /** The channel that signs on; undefined where it is none of ours, or not from there. */
  admit({ profile }: Speech, institution: string | undefined, peer: Peer): OpenChannel | undefined {
    if (!institution) return undefined;
    const named = this.catalog
      .channels()
      .map(({ channelId }) => this.catalog.channel(channelId))
      .filter(
        (open) =>
          open !== undefined &&
          this.profiles.of(open.channel, 'iso8583') === profile &&
          open.credentials.get(INSTITUTION) === institution,
      );
    // Two channels under one code would leave it to chance whose deposit pays: neither is let in.
    const [found, ...others] = named;
    return found && others.length === 0 && this.mayCall(found, peer) ? found : undefined;
  }

  /** The channel of a line that was let in, as it stands now; undefined where it may not ask any more. */
  standing(
    { profile }: Speech,
    channelId: string,
    institution: string | undefined,
    peer: Peer,
  ): OpenChannel | undefined {
    const open = this.catalog.channel(channelId);
    if (!open || this.profiles.of(open.channel, 'iso8583') !== profile) return undefined;
    if (open.credentials.get(INSTITUTION) !== institution) return undefined;
    return this.mayCall(open, peer) ? open : undefined;
  }

  private mayCall(open: OpenChannel, { address, certificate }: Peer): boolean {
    const pins = pinsOf(open);
    if (pins.length > 0 && !pins.includes(certificate ?? 'none')) return false;
    return this.mayCallFrom(open, address);
  }

  private mayCallFrom(open: OpenChannel, address: string): boolean {
    const { allowedIps } = open.channel;
    if (allowedIps === null && pinsOf(open).length > 0) return true;
    const known = this.addresses.get(open) ?? addressList(allowedIps ?? THIS_MACHINE);
    if (!known) return false;
    this.addresses.set(open, known);
    // A dual-stack socket names IPv4 peers as ::ffff:127.0.0.1.
    return isListed(known, address.replace(/^::ffff:/, ''));
  }
}
