import type { BlockList } from 'node:net';
import type { Catalog, OpenChannel } from '#lib/catalog';
import { addressList, isListed } from '../addresses';
import type { ChannelProfiles } from '../profiles';
import type { Speech } from './speech';

/** The credential that a channel's sign-on must name. */
const INSTITUTION = 'institutionCode';

/** Where nobody has agreed on addresses: the machine itself, for demos and tests. */
const THIS_MACHINE = ['127.0.0.0/8', '::1'];

/**
 * Lets a partner in by its institution code, from the addresses that were agreed. A line has no signature, so a channel
 * without an allow-list is let in from this machine only.
 */
export class Iso8583Admission {
  private readonly addresses = new WeakMap<OpenChannel, BlockList>();

  constructor(
    private readonly catalog: Catalog,
    private readonly profiles: ChannelProfiles,
  ) {}

  /** The channel that signs on; undefined where it is none of ours, or not from there. */
  admit({ profile }: Speech, institution: string | undefined, address: string): OpenChannel | undefined {
    if (!institution) return undefined;
    const found = this.catalog
      .channels()
      .map(({ channelId }) => this.catalog.channel(channelId))
      .find(
        (open) =>
          open !== undefined &&
          this.profiles.of(open.channel, 'iso8583') === profile &&
          open.credentials.get(INSTITUTION) === institution,
      );
    return found && this.mayCall(found, address) ? found : undefined;
  }

  /** The channel of a line that was let in, as it stands now; undefined where it may not ask any more. */
  standing(
    { profile }: Speech,
    channelId: string,
    institution: string | undefined,
    address: string,
  ): OpenChannel | undefined {
    const open = this.catalog.channel(channelId);
    if (!open || this.profiles.of(open.channel, 'iso8583') !== profile) return undefined;
    if (open.credentials.get(INSTITUTION) !== institution) return undefined;
    return this.mayCall(open, address) ? open : undefined;
  }

  private mayCall(open: OpenChannel, address: string): boolean {
    const known = this.addresses.get(open) ?? addressList(open.channel.allowedIps ?? THIS_MACHINE);
    if (!known) return false;
    this.addresses.set(open, known);
    // A dual-stack socket names IPv4 peers as ::ffff:127.0.0.1.
    return isListed(known, address.replace(/^::ffff:/, ''));
  }
}
