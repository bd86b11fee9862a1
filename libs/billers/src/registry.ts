import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from '#lib/kernel';
import { Billers, type BillerConnector } from '#lib/switching';
import { kindNamed, type OpenConnector } from './kinds';
import { readSpec } from './read-spec';

/** Every biller of config/billers, each by its connector kind. */
export class BillerRegistry extends Billers {
  private constructor(private readonly connectors: ReadonlyMap<string, OpenConnector>) {
    super();
  }

  /**
   * Loads all specs of a directory.
   * @throws ConfigError naming file, line and key; SettingError when an address or a secret is missing.
   */
  static load(directory: string, clock: Clock): BillerRegistry {
    const connectors = new Map<string, OpenConnector>();
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
      const spec = readSpec(join(directory, file));
      connectors.set(basename(file, '.yaml'), kindNamed(spec.kind).open(spec, clock));
    }
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
