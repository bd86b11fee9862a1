import { resolve } from 'node:path';

import { clockOffsetMs } from '#lib/kernel';

import { BILLERS, variableOf } from './billers/biller';

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
  /** By biller id: what both sides know. Who is not here has no address. */
  readonly billers: ReadonlyMap<string, BillerSettings>;
  readonly growth: Growth;
  /** Whole rupiah that the switch's settlement account at the bank opens with; negative: overdrawn. */
  readonly bankOpening: bigint;
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

/** What a biller's caller goes by, and what it signs with; never logged. */
export type BillerSettings = {
  readonly user: string;
  readonly secret: string;
  /** Of a SNAP biller. */
  readonly snap: { readonly clientKey: string; readonly publicKey: string } | undefined;
  /** Of a biller with a line of its own: where it listens; 0 for any port. */
  readonly port: number | undefined;
};

/** What a caller is called where nobody says otherwise. */
const USER = 'simpul';

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
    billers: new Map(
      BILLERS.flatMap((biller) =>
        billerSettings(biller, environment, required).map((one) => [biller.id, one]),
      ),
    ),
    growth: GROWTH,
    bankOpening: wholeRupiah(environment, 'SIMULATOR_BANK_OPENING'),
    ...(environment.BANK_GRAHA_CLIENT_KEY ? { bank: bankSettings(required) } : {}),
  };
}

/** One biller's settings; none where a biller with keys or a line of its own is not given them. */
function billerSettings(
  biller: (typeof BILLERS)[number],
  environment: NodeJS.ProcessEnv,
  required: (name: string) => string,
): BillerSettings[] {
  const optional = (what: string): string | undefined => environment[variableOf(biller, what)] || undefined;
  const user = optional('USER') ?? USER;
  switch (biller.dialect) {
    case 'iso-pln':
    case 'iso-alto': {
      const port = optional('PORT');
      return port === undefined ? [] : [{ user, secret: '', snap: undefined, port: portNumber(port) }];
    }
    case 'snap': {
      const [clientKey, publicKey] = [optional('CLIENT_KEY'), optional('PUBLIC_KEY')];
      if (clientKey === undefined || publicKey === undefined) return [];
      const secret = required(variableOf(biller, 'SECRET'));
      return [{ user, secret, snap: { clientKey, publicKey }, port: undefined }];
    }
    default:
      return [{ user, secret: required(variableOf(biller, 'SECRET')), snap: undefined, port: undefined }];
  }
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Error(`${text} is not a port number.`);
  return Number(text);
}

function wholeRupiah(environment: NodeJS.ProcessEnv, name: string): bigint {
  const text = environment[name] || '0';
  if (!/^-?\d{1,18}$/.test(text)) throw new Error(`${name}=${text} is not whole rupiah in digits.`);
  return BigInt(text);
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
