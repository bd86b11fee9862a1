import type { DriverOf } from './driver';
import { httpJsonDriver } from './http/json-driver';
import { xmlDriver } from './http/xml-driver';
import { iso8583Driver } from './iso8583/iso-driver';
import { snapDriver } from './http/snap-driver';

/** The contract's driver of every connector kind, by its word in the YAML's `kind`. */
export const DRIVERS: Readonly<Record<string, DriverOf>> = {
  'http-json': httpJsonDriver,
  xml: xmlDriver,
  iso8583: iso8583Driver,
  snap: snapDriver,
};
