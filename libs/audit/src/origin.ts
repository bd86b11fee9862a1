import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import { basename } from 'node:path';

/** From where somebody acts, and how we know who it is. */
export interface Origin {
  /** Which program, for example `simpul payout approve`. */
  process: string;
  /** The address that asked, or the machine where it was typed. */
  source: string;
  /** How we know who it is, for example `shell:ani` or `session:totp`. */
  authenticated: string;
  /** The role of a user. */
  roleOf: (user: string) => string;
}

const ORIGINS = new AsyncLocalStorage<Origin>();

/** Until somebody says otherwise: the process acts for itself. */
let ofProcess: Origin = {
  process: basename(process.argv[1] ?? 'node'),
  source: hostname(),
  authenticated: 'system',
  roleOf: () => 'none',
};

/** Says once, at its start, from where everything in this process is done that says nothing else. */
export function actFrom(origin: Partial<Origin>): void {
  ofProcess = { ...ofProcess, ...origin };
}

/** Does something on behalf of whoever asked from there: of one request among many in the same process. */
export function actingFrom<T>(origin: Partial<Origin>, work: () => T): T {
  return ORIGINS.run({ ...originNow(), ...origin }, work);
}

/** From where what is done now is done. */
export function originNow(): Origin {
  return ORIGINS.getStore() ?? ofProcess;
}
