import type { DriverOf } from './driver';
import { httpJsonDriver } from './http/json-driver';
import { xmlDriver } from './http/xml-driver';

/** The contract's driver of every connector kind, by its word in the YAML's `kind`. */
export const DRIVERS: Readonly<Record<string, DriverOf>> = {
  'http-json': httpJsonDriver,
  xml: xmlDriver,
};
