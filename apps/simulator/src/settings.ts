import { resolve } from 'node:path';

import { clockOffsetMs } from '#lib/kernel';

import { type Biller, BILLERS } from './billers/biller';

/** How a file that is still being written grows: so many pieces, one each time the pause is over. */
export type Growth = { readonly pieces: number; readonly pauseMs: number };

/** Everything the simulator is told from outside. */
export type Settings = {
  readonly port: number;
  /** Folder that remembers what the billers did. */
  readonly stateFolder: string;
  /** Folder with one folder per settlement source. */
  readonly dropFolder: string;
  readonly clockOffsetMs: number;
  readonly secrets: ReadonlyMap<string, string>;
  readonly growth: Growth;
  /** What the simulated bank knows of its one partner; left out, there is no bank. */
  readonly bank?: BankSettings;
};

/** How the bank's partner goes by, and what it signs with. */
export type BankSettings = {
  readonly clientKey: string;
  readonly clientSecret: string;
  readonly publicKey: string;
};

/** Twenty seconds in all: longer than a reader waits to see whether a file has settled. */
const GROWTH: Growth = { pieces: 11, pauseMs: 2_000 };

/** The secrets shared with each biller's caller; they are never logged. */
export class BillerSecrets {
  constructor(private readonly secrets: ReadonlyMap<string, string>) {}

  of(biller: Biller): string {
    const secret = this.secrets.get(biller.id);
    if (secret === undefined) throw new Error(`There is no secret for the biller ${biller.id}.`);
    return secret;
  }
}

/**
 * Reads the settings from the environment.
 * @throws Error naming the variable that is missing or wrong.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const required = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`The simulator needs the environment variable ${name}.`);
    return value;
  };
  const port = required('HTTP_PORT');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`HTTP_PORT=${port} is not a port number.`);
  return {
    port: Number(port),
    stateFolder: resolve(required('SIMPUL_HOME'), 'simulator'),
    dropFolder: resolve(required('SIMULATOR_DROP')),
    clockOffsetMs: clockOffset(environment.SIMPUL_CLOCK_OFFSET ?? ''),
    secrets: new Map(BILLERS.map((biller) => [biller.id, required(biller.secretVariable)])),
    growth: GROWTH,
    ...(environment.BANK_GRAHA_CLIENT_KEY ? { bank: bankSettings(required) } : {}),
  };
}

function bankSettings(required: (name: string) => string): BankSettings {
  return {
    clientKey: required('BANK_GRAHA_CLIENT_KEY'),
    clientSecret: required('BANK_GRAHA_SECRET'),
    publicKey: required('BANK_GRAHA_PUBLIC_KEY'),
  };
}

function clockOffset(text: string): number {
  try {
    return clockOffsetMs(text);
  } catch (error) {
    throw new Error(`SIMPUL_CLOCK_OFFSET: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
