import { SNAP_SERVICES } from '#lib/snap';
import type { Served, SnapProfile } from './profile';

/** The path of a service in one profile: prefix, version, and what the standard says. */
export function pathOf(
  profile: Pick<SnapProfile, 'prefix' | 'version' | 'versions'>,
  service: Served,
): string {
  return `${profile.prefix}/${profile.versions[service] ?? profile.version}/${SNAP_SERVICES[service].path}`;
}

/** Which service is meant at which path, over all profiles. Where two share a path, the partner decides. */
export class SnapRoutes {
  private readonly byPath = new Map<string, Served>();
  private readonly roots = new Set<string>();

  constructor(profiles: Iterable<SnapProfile>) {
    for (const profile of profiles) {
      for (const service of profile.services) this.byPath.set(pathOf(profile, service), service);
      for (const version of [profile.version, ...Object.values(profile.versions)])
        this.roots.add(`${profile.prefix}/${version}`);
    }
  }

  /** Everything a partner of this protocol may ask for begins with one of these. */
  allRoots(): string[] {
    return [...this.roots];
  }

  /** The service at a path, whatever the method. */
  at(path: string): Served | undefined {
    return this.byPath.get(path);
  }

  /** Whether a path belongs to this protocol. */
  owns(path: string): boolean {
    return [...this.roots].some((root) => path === root || path.startsWith(`${root}/`));
  }
}
