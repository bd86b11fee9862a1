import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from '#lib/kernel';
import { Billers, type BillerConnector } from '#lib/switching';
import { HttpJsonConnector } from './http-json/connector';
import { readSpec } from './read-spec';

/** Every biller of config/billers, each by its connector kind. */
export class BillerRegistry extends Billers {
  private constructor(private readonly connectors: ReadonlyMap<string, HttpJsonConnector>) {
    super();
  }

  /**
   * Loads all specs of a directory.
   * @throws ConfigError naming file, line and key; SettingError when an address or a secret is missing.
   */
  static load(directory: string, clock: Clock): BillerRegistry {
    const connectors = new Map<string, HttpJsonConnector>();
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml')))
      connectors.set(basename(file, '.yaml'), new HttpJsonConnector(readSpec(join(directory, file)), clock));
    return new BillerRegistry(connectors);
  }

  override connector(billerId: string): BillerConnector {
    const connector = this.connectors.get(billerId);
    if (!connector)
      throw new Error(`no connector for biller ${billerId}: add config/billers/${billerId}.yaml`);
    return connector;
  }

  /** Every configured biller, by its id. */
  ids(): string[] {
    return [...this.connectors.keys()];
  }

  async close(): Promise<void> {
    for (const connector of this.connectors.values()) await connector.close();
  }
}
