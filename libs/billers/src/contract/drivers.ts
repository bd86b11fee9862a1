import type { DriverOf } from './driver';
import { httpJsonDriver } from './http/json-driver';

/** The contract's driver of every connector kind, by its word in the YAML's `kind`. */
export const DRIVERS: Readonly<Record<string, DriverOf>> = {
  'http-json': httpJsonDriver,
};
