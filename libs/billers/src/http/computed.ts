import {
  createHash,
  createHmac,
  createSecretKey,
  type BinaryToTextEncoding,
  type KeyObject,
} from 'node:crypto';
import type { Money } from '../mapping/money';
import { prepareAsText, type Variables } from '../mapping/template';
import { UnfilledTemplate } from '../unfilled-template';
import type { Computed } from './spec';

/** Makes its text of a call's variables. @throws UnfilledTemplate where one of them has no value. */
export type Compute = (variables: Variables) => string;

/** Prepares a digest, a signature or another made text. @param key of the keyed ones. */
export function prepareComputed(
  { algorithm, text, encoding = 'hex' }: Computed,
  key: KeyObject,
  money: Money,
): Compute {
  const fill = prepareAsText(text, money);
  const make = makerOf(algorithm, encoding, key);
  return (variables) => {
    const filled = fill(variables);
    if (filled === undefined) throw new UnfilledTemplate(`a signature lacks a value of "${text}"`);
    return make(filled);
  };
}

/** The key of keyed signatures. */
export function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

function makerOf(
  algorithm: Computed['algorithm'],
  encoding: NonNullable<Computed['encoding']>,
  key: KeyObject,
): (text: string) => string {
  if (algorithm === 'base64') return (text) => Buffer.from(text, 'utf8').toString('base64');
  if (algorithm === 'jwt-hs256') return (text) => hs256(text, key);
  const written = encoding === 'hex-upper' ? 'hex' : (encoding satisfies BinaryToTextEncoding);
  const hash = algorithm.replace(/^hmac-/, '');
  const digest = algorithm.startsWith('hmac-')
    ? (text: string) => createHmac(hash, key).update(text, 'utf8').digest(written)
    : (text: string) => createHash(hash).update(text, 'utf8').digest(written);
  return encoding === 'hex-upper' ? (text) => digest(text).toUpperCase() : digest;
}

const JWT_HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** A compact JWT (RFC 7519) whose payload is this text as it stands. */
function hs256(payload: string, key: KeyObject): string {
  const signed = `${JWT_HEADER}.${Buffer.from(payload, 'utf8').toString('base64url')}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
