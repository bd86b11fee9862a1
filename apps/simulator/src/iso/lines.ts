import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import type { Biller } from '../billers/biller';
import { isoAlto } from './alto';
import type { IsoDialect, IsoHost } from './host';
import { isoPln } from './pln';

/** The dialects that are spoken on lines of their own. */
export const ISO_DIALECTS: Partial<Record<Biller['dialect'], IsoDialect>> = {
  'iso-pln': isoPln,
  'iso-alto': isoAlto,
};

/** Every biller that listens on a port of its own; they live as long as the rest. */
@Injectable()
export class Lines implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly hosts = new Map<string, IsoHost>();

  add(biller: Biller, host: IsoHost): void {
    this.hosts.set(biller.id, host);
  }

  /** Where a biller listens. */
  portOf(id: string): number | undefined {
    return this.hosts.get(id)?.address;
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.listen()));
  }

  onApplicationShutdown(): void {
    for (const host of this.hosts.values()) host.close();
  }
}
