import { responseCode, responseMessage, SNAP_SERVICES, snapTimestamp, type SnapCase } from '#lib/snap';
import type { WireAnswer } from '../http/dialect';
import type { Served } from './profile';

/** What a service answers, before it is written. */
export interface SnapAnswer {
  snapCase: SnapCase;
  blame?: string;
  /** Members beside code and message. */
  members: Readonly<Record<string, unknown>>;
}

/** The code of a service; `00` where a call reached none. */
export function codeOf(service: Served | undefined): string {
  return service === undefined ? '00' : SNAP_SERVICES[service].code;
}

/** Writes an answer: its HTTP status is the first three digits of its code. */
export function writeAnswer(
  service: Served | undefined,
  { snapCase, blame, members }: SnapAnswer,
  now: Date,
  more: Readonly<Record<string, string>> = {},
): WireAnswer {
  const body = {
    responseCode: responseCode(snapCase, codeOf(service)),
    responseMessage: responseMessage(snapCase, blame),
    ...members,
  };
  return {
    status: Number(snapCase.slice(0, 3)),
    headers: { 'content-type': 'application/json', 'x-timestamp': snapTimestamp(now), ...more },
    body: JSON.stringify(body),
  };
}
