import { createHmac, timingSafeEqual } from 'node:crypto';
import type { OpenChannel } from '#lib/catalog';
import { addressList, isListed } from '../addresses';
import type { TextProfile } from './profile';

/** A call as its protection sees it. */
export interface TextCall {
  /** The query string as sent. */
  query: string;
  values: ReadonlyMap<string, string>;
  ip: string;
}

/** Who is not known is compared with this, so that the answer takes as long. */
const NOBODY = ['no such channel'];

/**
 * Why a call is not let in; undefined when it is. A PIN goes over the wire as it is, so it counts only from an address
 * of the channel's allow-list, and a channel without a list is not let in by a PIN at all.
 */
export function objectionTo(
  call: TextCall,
  channel: OpenChannel | undefined,
  protection: TextProfile['protection'],
): string | undefined {
  const secrets = channel && channel.secrets.length > 0 ? channel.secrets : NOBODY;
  const given = call.values.get(protection.parameter) ?? '';
  const expected =
    protection.kind === 'pin'
      ? secrets
      : secrets.map((secret) => signatureOf(call.query, secret, protection));
  const isRight = expected.map((one) => isEqual(one, given)).includes(true);
  if (!channel || !isRight) return `the ${protection.kind} is wrong`;
  if (protection.kind === 'hmac' && !isLast(call.query, protection.parameter))
    return 'the signature is not the last parameter';
  const addresses = addressList(channel.channel.allowedIps);
  if (!addresses)
    return protection.kind === 'pin' ? 'a PIN without an allow-list of addresses lets nobody in' : undefined;
  return isListed(addresses, call.ip) ? undefined : 'address not on the allow-list';
}

/** What of a query is signed: all of it up to the `&` before the signature. */
function signatureOf(
  query: string,
  secret: string,
  { parameter, algorithm, encoding }: Extract<TextProfile['protection'], { kind: 'hmac' }>,
): string {
  const end = query.lastIndexOf(`&${parameter}=`);
  const signed = end < 0 ? '' : query.slice(0, end);
  return createHmac(algorithm, Buffer.from(secret, 'utf8')).update(signed, 'utf8').digest(encoding);
}

function isLast(query: string, parameter: string): boolean {
  return query.split('&').at(-1)?.startsWith(`${parameter}=`) ?? false;
}

/** Takes the same time wherever the first difference is. */
function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected, 'utf8'), Buffer.from(given, 'utf8')];
  return one.length === other.length && timingSafeEqual(one, other);
}
