import { hash, parseOptions, verify, type Algorithm } from '@node-rs/argon2';

/** What one guess costs: Argon2id with these, or more. OWASP's floor; raise it and hashes follow at the next sign-in. */
export interface HashCost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}
export const HASH_COST: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id's number in the package, which is a `const enum` and not there at run time. */
const ARGON2ID = 2 as Algorithm;
/** No password: what is verified where there is no user, so that nobody learns it from the time that passes. */
let nobody: Promise<string> | undefined;

/** Hashes a password for storing: Argon2id with its settings and salt, 16 random bytes. */
export function hashPassword(password: string, cost = HASH_COST): Promise<string> {
  return hash(password.normalize('NFC'), { ...cost, algorithm: ARGON2ID });
}

/**
 * Whether a password is the one that was hashed.
 * @param hashed null where there is none: takes as long, and is always false.
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('');
  const isIt = await verify(hashed ?? (await nobody), password.normalize('NFC'));
  return isIt && hashed !== null;
}

/** Whether a hash is weaker than what is asked for today. */
export function isWeak(hashed: string, cost = HASH_COST): boolean {
  const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(hashed);
  const isLess = memoryCost < cost.memoryCost || timeCost < cost.timeCost || parallelism < cost.parallelism;
  return algorithm !== ARGON2ID || isLess;
}
