import { join } from 'node:path';
import { readSpec, type Iso8583Spec } from '#lib/iso8583';

/** Read once in a process: billers may share a dialect, and a file does not change under a running switch. */
const known = new Map<string, Iso8583Spec>();

/**
 * A dialect of ISO 8583 by its name.
 * @param config the folder of the whole configuration.
 * @throws ConfigError naming file, line and key where the file is wrong; the system's error where there is none.
 */
export function dialectNamed(config: string, name: string): Iso8583Spec {
  const file = join(config, 'iso8583', `${name}.yaml`);
  let dialect = known.get(file);
  if (!dialect) known.set(file, (dialect = readSpec(file)));
  return dialect;
}
