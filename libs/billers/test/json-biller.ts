import { readCase } from '../src/contract/fixtures';
import { connectorAt, httpJsonDriver, type JsonCase } from '../src/contract/http/json-driver';
import { LONG_MS, makeCall, type Told } from '../src/contract/told';
import type { HttpJsonConnector } from '../src/http-json/connector';
import type { HttpJsonSpec } from '../src/http-json/spec';
import { readSpec } from '../src/read-spec';

/** A biller's spec, where it is known to be of the kind http-json. */
export function readJsonSpec(file: string): HttpJsonSpec {
  return readSpec(file) as HttpJsonSpec;
}

/** One case of a JSON biller. */
export function readJsonCase(folder: string, name: string): JsonCase {
  const { fixtures } = httpJsonDriver(readSpec('config/billers/pln.yaml'));
  return readCase(folder, name, fixtures) as JsonCase;
}

/** Makes the call of a case, with all the time it may need. */
export function call(connector: HttpJsonConnector, one: JsonCase): Promise<Told> {
  return makeCall(connector, one, new Date(Date.now() + LONG_MS));
}

export { connectorAt, LONG_MS };
