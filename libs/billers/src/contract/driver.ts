import type { BillerSpec } from '../spec/common';
import type { BillerCase, FixtureShapes } from './fixtures';
import type { MisfortuneName } from './misfortunes';
import type { Told } from './told';

/** What one play showed: what came to the biller, and what we made of its reaction. */
export interface Played {
  /** Each as the kind's `objectionTo` takes it. */
  requests: readonly unknown[];
  told: Told;
}

/** One thing that a biller may do once it has read a request. */
export interface Way<Reaction = unknown> {
  /** Completes "where the biller ...". */
  name: string;
  /**
   * @param one with the approving answer at hand, to spoil it.
   * @param withinMs how long this call may take, where the way has a time of its own.
   */
  react(one: BillerCase, withinMs?: number): Reaction;
  /** How long the call may take; long enough for any answer where left out. */
  withinMs?: number | undefined;
  /** Where this way leaves something else than its row says. */
  leaves?: ((one: BillerCase) => Told) | undefined;
}

/** Ways in which a case's own answer is made unbelievable. */
export interface Spoilt<Reaction = unknown> {
  /** Its code is another: "with the code ...". */
  codes: readonly Way<Reaction>[];
  /** A member that it needs is missing: "without ...". */
  needed: readonly Way<Reaction>[];
  /** An amount is of another kind: "with the amount ...". */
  amounts: readonly Way<Reaction>[];
  /** What it must repeat is not what was sent: "with another ...". */
  repeats: readonly Way<Reaction>[];
}

/**
 * How the contract test plays the billers of one kind: as a biller on this machine, over the real wire. Made for one
 * spec; a driver holds nothing open between plays.
 */
export interface ContractDriver<Reaction = unknown> {
  readonly fixtures: FixtureShapes;

  /** Answers as the case's fixture shows. */
  answering(one: BillerCase): Reaction;

  /** Makes the case's call against a biller of its own that reacts so. */
  play(one: BillerCase, react: Reaction, withinMs?: number): Promise<Played>;

  /** Makes the case's call where nobody listens. */
  playUnreached(one: BillerCase): Promise<Told>;

  /** Throws an assertion that tells how a request that came differs from what the case's fixture shows. */
  expectRequest(request: unknown, one: BillerCase): void;

  spoilt(one: BillerCase): Spoilt<Reaction>;

  /** How each misfortune comes about; a text says why it cannot. */
  readonly misfortunes: Readonly<Record<MisfortuneName, readonly Way<Reaction>[] | string>>;
}

/** Makes the driver for one biller's spec. @param config the folder of the configuration that the spec is of. */
export type DriverOf = (spec: BillerSpec, config: string) => ContractDriver;
