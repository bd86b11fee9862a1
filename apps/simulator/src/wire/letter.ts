import { UnauthorizedException } from '@nestjs/common';

import type { Reaction } from '../billers/desk';
import { isSigned } from './signature';

/** One message to a biller as it came over the wire. */
export type Letter = { readonly body: unknown; readonly signature: string | undefined };

/**
 * Opens a signed message.
 * @returns the parsed JSON, or undefined where the bytes are signed and are not JSON.
 * @throws UnauthorizedException where the signature is missing or wrong; nothing of the message is looked at then.
 */
export function openLetter(
  letter: Letter,
  secret: string,
  header: string,
  encoding: 'hex' | 'base64',
): unknown {
  const bytes = Buffer.isBuffer(letter.body) ? letter.body : Buffer.alloc(0);
  if (!isSigned(bytes, letter.signature, secret, encoding))
    throw new UnauthorizedException(
      `${header} must be the ${encoding === 'hex' ? 'lowercase hex' : 'Base64'} HMAC-SHA256 of the raw body under the biller's secret.`,
    );
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Puts the words of a dialect to a reaction; what has no words stays as it is. */
export function inWords<Answer>(
  reaction: Reaction<Answer>,
  words: (answer: Answer) => object,
): Reaction<object> {
  return reaction.how === 'answer' ? { how: 'answer', answer: words(reaction.answer) } : reaction;
}
