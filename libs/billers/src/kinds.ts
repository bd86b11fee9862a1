import type { z } from 'zod';
import type { Clock } from '#lib/kernel';
import { HttpJsonConnector } from './http-json/connector';
import { HttpJsonSpec } from './http-json/spec';
import type { BillerSpec } from './spec/common';
import type { OpenConnector } from './spec/open-connector';

export type { OpenConnector } from './spec/open-connector';

/** A way of speaking to billers: what its YAML may say, and the connector that does as it says. */
export interface BillerKind {
  readonly spec: z.ZodType<BillerSpec>;
  /** @throws SettingError when an address or a secret is not in the environment. */
  open(spec: BillerSpec, clock: Clock): OpenConnector;
}

/** Every connector kind by its word in the YAML's `kind`. */
export const KINDS: Readonly<Record<string, BillerKind>> = {
  'http-json': kindOf(HttpJsonSpec, (spec, clock) => new HttpJsonConnector(spec, clock)),
};

/** A spec reaches only the kind whose schema has read it. */
function kindOf<S extends BillerSpec>(
  spec: z.ZodType<S>,
  open: (spec: S, clock: Clock) => OpenConnector,
): BillerKind {
  return { spec, open: (read, clock) => open(read as S, clock) };
}

/** The kind of a spec that was read. */
export function kindNamed(name: string): BillerKind {
  const kind = KINDS[name];
  if (!kind) throw new Error(`there is no connector kind ${name}`);
  return kind;
}
