import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#lib/kernel';
import { Billers, type BillerConnector } from '#lib/switching';
import { kindNamed, type OpenConnector } from './kinds';
import { configOf, readSpec } from './read-spec';

/** Told what happens on a biller's lines, such as an answer that comes too late; masked, for the log. */
export type BillerEvents = (biller: string, event: string, what: object) => void;

/** Every biller of config/billers, each by its connector kind. */
export class BillerRegistry extends Billers {
  private constructor(private readonly connectors: ReadonlyMap<string, OpenConnector>) {
    super();
  }

  /**
   * Loads all specs of a directory.
   * @param tell told what happens on the lines of a biller besides answers in time.
   * @throws ConfigError naming file, line and key; SettingError when an address or a secret is missing.
   */
  static load(directory: string, clock: Clock, tell?: BillerEvents): BillerRegistry {
    const connectors = new Map<string, OpenConnector>();
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
      const path = join(directory, file);
      const spec = readSpec(path);
      const { biller } = spec;
      const around = {
        config: configOf(path),
        tell: tell && ((event: string, what: object) => tell(biller, event, what)),
      };
      connectors.set(biller, kindNamed(spec.kind).open(spec, clock, around));
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
