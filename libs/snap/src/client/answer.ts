import type { Exchange } from '#lib/platform';
import { readResponseCode, type SnapCode } from '../codes';
import { BareNumber, readSnapObject, type JsonObject } from '../json';
import type { SnapService } from '../services';

const DEPTH_MAX = 12;

/**
 * What a call came to. `done` and `refused` need the partner's explicit word; `not sent` needs proof that no byte of
 * the business left; a time-out, a broken link, a server's error or an answer that cannot be read is `unknown`.
 */
export type SnapOutcome =
  | { kind: 'done'; body: JsonObject }
  | { kind: 'in progress'; body: JsonObject }
  | { kind: 'refused'; code: SnapCode; body: JsonObject }
  | { kind: 'not sent'; reason: string }
  | { kind: 'unknown'; reason: string };

/** Services where 404-18 says that the first request with this reference succeeded. @see SNAP, response codes. */
const REPEATED_MEANS_DONE: readonly SnapService[] = ['payment', 'paymentIntrabank'];

/** The member of a payment's answer that holds its data; some services spell it with a small d. */
const DATA = ['virtualAccountData', 'virtualAccountdata'] as const;

/** What a partner said, before anybody asks what it means. */
export type SnapHeard =
  | { kind: 'heard'; code: SnapCode; body: JsonObject }
  | { kind: 'not sent'; reason: string }
  | { kind: 'unknown'; reason: string };

/** Reads what came back for a call. HTTP status and response code must say the same. */
export function heardIn(exchange: Exchange): SnapHeard {
  if (exchange.kind === 'not sent') return exchange;
  if (exchange.kind === 'lost') return { kind: 'unknown', reason: exchange.reason };
  const read = readSnapObject(Buffer.from(exchange.text), DEPTH_MAX);
  if (!read.ok) return { kind: 'unknown', reason: `HTTP ${exchange.status}: ${read.error}` };
  const body = read.value;
  const code = readResponseCode(textIn(body, 'responseCode') ?? '');
  if (!code) return { kind: 'unknown', reason: `HTTP ${exchange.status} without a response code` };
  if (code.http !== String(exchange.status))
    return { kind: 'unknown', reason: `HTTP ${exchange.status} says ${textOf(code)}` };
  return { kind: 'heard', code, body };
}

/** What an answer to a call of a service means by the standard. */
export function outcomeOf(service: SnapService, heard: SnapHeard): SnapOutcome {
  return heard.kind === 'heard' ? meaningOf(service, heard.code, heard.body, textOf(heard.code)) : heard;
}

function textOf({ http, service, caseCode }: SnapCode): string {
  return `${http}${service}${caseCode}`;
}

function meaningOf(service: SnapService, code: SnapCode, body: JsonObject, said: string): SnapOutcome {
  switch (code.http) {
    case '200':
      return flagged(service, body) ?? { kind: 'done', body };
    case '202':
      return flagged(service, body) ?? { kind: 'in progress', body };
    case '404':
      if (code.caseCode === '18' && REPEATED_MEANS_DONE.includes(service))
        return flagged(service, body) ?? { kind: 'done', body };
      return { kind: 'refused', code, body };
    case '400':
    case '401':
    case '403':
    case '405':
      return { kind: 'refused', code, body };
    default:
      // 409 speaks of an earlier request of ours, 429 and 5xx of the partner's own trouble: neither says "not done".
      return { kind: 'unknown', reason: said };
  }
}

/** A payment's answer carries its own word behind the code: 00 done, 01 refused, anything else not known. */
function flagged(service: SnapService, body: JsonObject): SnapOutcome | undefined {
  if (service !== 'payment') return undefined;
  const flag = textIn(dataIn(body) ?? {}, 'paymentFlagStatus');
  if (flag === '00') return { kind: 'done', body };
  if (flag === '01') return { kind: 'refused', code: { http: '200', service: '25', caseCode: '01' }, body };
  return { kind: 'unknown', reason: `paymentFlagStatus ${flag?.slice(0, 4) ?? 'is missing'}` };
}

/** The data of an answer, under either spelling of its name. */
export function dataIn(body: JsonObject): JsonObject | undefined {
  for (const name of DATA) {
    const data = body[name];
    if (isPlainObject(data)) return data;
  }
  return undefined;
}

function isPlainObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BareNumber)
  );
}

/** A member as text; a bare number counts as its digits. */
export function textIn(body: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value instanceof BareNumber) return value.text;
  return typeof value === 'string' ? value : undefined;
}
