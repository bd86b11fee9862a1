import type { z } from 'zod';
import type { Clock } from '#lib/kernel';
import { HttpJsonConnector } from './http-json/connector';
import { HttpJsonSpec } from './http-json/spec';
import type { BillerSpec } from './spec/common';
import { Iso8583Connector } from './iso8583/connector';
import { dialectNamed } from './iso8583/dialects';
import { objectionsOfDialect } from './iso8583/objections';
import { Iso8583BillerSpec } from './iso8583/spec';
import { SnapBillerConnector } from './snap/connector';
import { SnapBillerSpec } from './snap/spec';
import type { OpenConnector } from './spec/open-connector';
import { XmlConnector } from './xml/connector';
import { XmlSpec } from './xml/spec';

export type { OpenConnector } from './spec/open-connector';

/** What a connector finds around it. */
export interface Surroundings {
  /** The folder of the whole configuration, in which `billers` is one. */
  config: string;
  /** Told what happens on a biller's lines besides answers in time. */
  tell?: ((event: string, what: Readonly<Record<string, unknown>>) => void) | undefined;
}

/** Why a spec does not fit other files of the configuration: which of its keys, and what is wrong. */
export interface Objection {
  path: readonly (string | number)[];
  message: string;
}

/** A way of speaking to billers: what its YAML may say, and the connector that does as it says. */
export interface BillerKind {
  readonly spec: z.ZodType<BillerSpec>;
  /** What is wrong with a spec beside the other files of its configuration. */
  readonly objections: (spec: BillerSpec, config: string) => Objection[];
  /** @throws SettingError when an address or a secret is not in the environment. */
  open(spec: BillerSpec, clock: Clock, around: Surroundings): OpenConnector;
}

/** Every connector kind by its word in the YAML's `kind`. */
export const KINDS: Readonly<Record<string, BillerKind>> = {
  'http-json': kindOf(HttpJsonSpec, (spec, clock) => new HttpJsonConnector(spec, clock)),
  xml: kindOf(XmlSpec, (spec, clock) => new XmlConnector(spec, clock)),
  iso8583: kindOf(
    Iso8583BillerSpec,
    (spec, clock, { config, tell }) =>
      new Iso8583Connector(spec, dialectNamed(config, spec.dialect), clock, { tell }),
    objectionsOfDialect,
  ),
  snap: kindOf(SnapBillerSpec, (spec, clock) => new SnapBillerConnector(spec, clock)),
};

/** A spec reaches only the kind whose schema has read it. */
function kindOf<S extends BillerSpec>(
  spec: z.ZodType<S>,
  open: (spec: S, clock: Clock, around: Surroundings) => OpenConnector,
  objections: (spec: S, config: string) => Objection[] = () => [],
): BillerKind {
  return {
    spec,
    objections: (read, config) => objections(read as S, config),
    open: (read, clock, around) => open(read as S, clock, around),
  };
}

/** The kind of a spec that was read. */
export function kindNamed(name: string): BillerKind {
  const kind = KINDS[name];
  if (!kind) throw new Error(`there is no connector kind ${name}`);
  return kind;
}
