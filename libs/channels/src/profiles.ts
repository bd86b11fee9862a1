import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Channel, Product } from '#lib/catalog';
import { ConfigError, placeInFile, readConfigFile } from '#lib/platform';
import { H2hProfile } from './h2h/profile';
import { Iso8583Profile } from './iso8583/profile';
import type { ChannelOptions } from './profile';
import { SnapProfile } from './snap/profile';
import { TextProfile } from './text/profile';

/** One schema for each protocol that has a door; a new door adds its own here. */
const SCHEMAS = [H2hProfile, SnapProfile, Iso8583Profile, TextProfile] as const;

const PROTOCOLS = SCHEMAS.map(({ shape }) => shape.protocol.value);

/** How a group of partners speaks: config/channels/<name>.yaml. */
const ChannelProfile = z.discriminatedUnion('protocol', SCHEMAS, {
  error: ({ code }) => (code === 'invalid_union' ? `must be one of ${PROTOCOLS.join(', ')}` : undefined),
});
export type ChannelProfile = z.infer<typeof ChannelProfile>;

/** A protocol that has a door. */
export type Protocol = ChannelProfile['protocol'];

/** The profiles of one protocol. */
export type ProfileOf<P extends Protocol> = Extract<ChannelProfile, { protocol: P }>;

/** A product that a profile sells in a way that shows its customers' numbers. */
export interface ShownNumber {
  product: string;
  /** The key of the profile. */
  at: readonly (string | number)[];
  /** What shows it, and the remedy. */
  how: string;
}

/** Every profile of config/channels. A profile may serve many partners; whose keys are whose stands in the catalog. */
export class ChannelProfiles {
  private constructor(
    private readonly directory: string,
    private readonly byName: ReadonlyMap<string, ChannelProfile>,
  ) {}

  /**
   * Reads all profiles of a directory; a profile's name is its file's.
   * @throws ConfigError naming file, line and key for every mistake found.
   */
  static read(directory: string): ChannelProfiles {
    const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
    return new ChannelProfiles(
      directory,
      new Map(
        files.map((file) => [basename(file, '.yaml'), readConfigFile(join(directory, file), ChannelProfile)]),
      ),
    );
  }

  /** A channel's profile; undefined where it speaks another protocol, or its profile is not configured. */
  of<P extends Protocol>(channel: Channel, protocol: P): ProfileOf<P> | undefined {
    if (channel.protocol !== protocol) return undefined;
    const profile = this.byName.get(channel.profile);
    return profile?.protocol === protocol ? (profile as ProfileOf<P>) : undefined;
  }

  /** What was agreed with a channel, whatever it speaks. */
  optionsOf(channel: Channel): ChannelOptions {
    return this.byName.get(channel.profile)?.options ?? {};
  }

  /** Every profile of one protocol, by name. */
  all<P extends Protocol>(protocol: P): ReadonlyMap<string, ProfileOf<P>> {
    const own = [...this.byName].filter(([, profile]) => profile.protocol === protocol);
    return new Map(own as [string, ProfileOf<P>][]);
  }

  /**
   * Makes sure that every channel can be spoken to.
   * @throws ConfigError naming each channel whose profile is missing or speaks another protocol, and the remedy.
   */
  requireFor(channels: readonly Channel[]): void {
    const objections = channels.flatMap((channel) => this.objectionTo(channel) ?? []);
    if (objections.length > 0) throw new ConfigError(objections.join('\n'));
  }

  /**
   * Makes sure that no profile of a protocol shows the numbers of a product that keeps them masked.
   * @param shownBy where a profile shows numbers as they come, whichever product it is.
   * @throws ConfigError naming file, line and key of each, and the remedy.
   */
  requireHidden<P extends Protocol>(
    protocol: P,
    products: readonly Pick<Product, 'productId' | 'isNumberMasked'>[],
    shownBy: (profile: ProfileOf<P>, name: string) => readonly ShownNumber[],
  ): void {
    const masked = new Set(products.flatMap((one) => (one.isNumberMasked ? [one.productId] : [])));
    const objections = [...this.all(protocol)].flatMap(([name, profile]) =>
      shownBy(profile, name)
        .filter(({ product }) => masked.has(product))
        .map(({ at, product, how }) => {
          const place = placeInFile(join(this.directory, `${name}.yaml`), at);
          return `${place}: the numbers of ${product} may not be shown, and ${how}`;
        }),
    );
    if (objections.length > 0) throw new ConfigError(objections.join('\n'));
  }

  private objectionTo({ channelId, protocol, profile }: Channel): string | undefined {
    const known = this.byName.get(profile);
    if (!known)
      return `channel ${channelId} has the profile "${profile}": add config/channels/${profile}.yaml, or give the channel another in the catalog`;
    return known.protocol === protocol
      ? undefined
      : `channel ${channelId} speaks ${protocol}, and config/channels/${profile}.yaml says ${known.protocol}: one of the two is wrong`;
  }
}
