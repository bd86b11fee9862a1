import { readFileSync } from 'node:fs';

/** An RSA key pair of 2048 bits, in PEM. */
export interface RsaPair {
  publicKey: string;
  privateKey: string;
}

/** One of the key pairs that this test run has made; others under other numbers, from 0 to 2. */
export function rsaPair(number: 0 | 1 | 2): RsaPair {
  const file = process.env['TEST_RSA_FILE'];
  if (!file) throw new Error('TEST_RSA_FILE is not set; run tests by `npm test -- <pattern>`');
  const pairs = JSON.parse(readFileSync(file, 'utf8')) as RsaPair[];
  return pairs[number] as RsaPair;
}
