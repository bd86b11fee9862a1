import type { SecretRing, Statements } from '#lib/platform';
import { hashOf, newRecoveryCode, recoveryCodeOf } from './secrets';
import { newSeed, seedAddress, stepOf } from './totp';

const RECOVERY_CODES = 10;
const PENDING_MS = 15 * 60_000;

/** A seed that was shown and waits for its first code. */
export interface NewSeed {
  /** To be typed into an authenticator app. */
  seed: string;
  /** The same, as a QR code says it. */
  address: string;
  until: Date;
}

/** What proves the second factor: the code of a time step, or a code on paper. */
export type FactorProof = { kind: 'code'; step: number } | { kind: 'recovery code'; hash: Buffer };

interface FactorRow {
  key_id: string | null;
  seed: Buffer | null;
  last_step: string;
  pending_key_id: string | null;
  pending_seed: Buffer | null;
  pending_until: Date | null;
}

/**
 * Whether what somebody typed proves their second factor, without using it up: `useProof` does, in the commit that counts.
 * @param userId undefined where there is no such user: takes as long, and proves nothing.
 */
export async function proofOf(
  { statements, secrets }: { statements: Statements; secrets: SecretRing },
  userId: string | undefined,
  typed: string,
  now: Date,
): Promise<FactorProof | undefined> {
  const row = await factorOf(statements, userId);
  const letters = recoveryCodeOf(typed);
  const hash = hashOf(`${userId ?? ''}\n${letters ?? ''}`);
  const unused = await statements.rows(
    'SELECT 1 FROM console_recovery_code WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
    [userId ?? '', hash],
  );
  const seed =
    row?.seed && row.key_id
      ? secrets.open({ keyId: row.key_id, sealed: row.seed }, place(userId))
      : undefined;
  const step = await stepOf(seed, typed.replace(/\s/g, ''), now);
  if (step !== undefined && step > Number(row?.last_step ?? 0)) return { kind: 'code', step };
  return seed !== undefined && letters !== undefined && unused.length === 1
    ? { kind: 'recovery code', hash }
    : undefined;
}

/**
 * Uses a proof up, inside the caller's transaction: a time step only rises, a code on paper is used once.
 * @returns false, and no effect, where it, or a later one, was used meanwhile.
 */
export async function useProof(
  statements: Statements,
  userId: string,
  proof: FactorProof,
  now: Date,
): Promise<boolean> {
  const used =
    proof.kind === 'code'
      ? await statements.run(
          'UPDATE console_factor SET last_step = ? WHERE user_id = ? AND last_step < ? AND seed IS NOT NULL',
          [proof.step, userId, proof.step],
        )
      : await statements.run(
          'UPDATE console_recovery_code SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL',
          [now, userId, proof.hash],
        );
  return used === 1;
}

/** Seals the seed under the key of today where it was sealed under an earlier one. */
export async function sealAnew(statements: Statements, secrets: SecretRing, userId: string): Promise<void> {
  const row = await factorOf(statements, userId);
  if (!row?.seed || !row.key_id || !secrets.isOld({ keyId: row.key_id })) return;
  const seed = secrets.open({ keyId: row.key_id, sealed: row.seed }, place(userId));
  const { keyId, sealed } = secrets.seal(seed, place(userId));
  await statements.run('UPDATE console_factor SET key_id = ?, seed = ? WHERE user_id = ? AND seed = ?', [
    keyId,
    sealed,
    userId,
    row.seed,
  ]);
}

/** Makes a seed that holds once a code of it was shown; the one before holds until then. */
export async function preparedSeed(
  { statements, secrets }: { statements: Statements; secrets: SecretRing },
  { userId, login }: { userId: string; login: string },
  now: Date,
): Promise<NewSeed> {
  const seed = await newSeed();
  const until = new Date(now.getTime() + PENDING_MS);
  const { keyId, sealed } = secrets.seal(seed, place(userId));
  await statements.run(
    `INSERT INTO console_factor (user_id, pending_key_id, pending_seed, pending_until) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE pending_key_id = ?, pending_seed = ?, pending_until = ?`,
    [userId, keyId, sealed, until, keyId, sealed, until],
  );
  return { seed, address: await seedAddress(seed, login), until };
}

/** A seed that was shown, with the time step of the code by which it is confirmed. */
export interface ConfirmedSeed {
  sealed: Buffer;
  step: number;
}

/** Whether a code is of the seed that was shown last and still waits. */
export async function confirmedSeed(
  { statements, secrets }: { statements: Statements; secrets: SecretRing },
  userId: string,
  code: string,
  now: Date,
): Promise<ConfirmedSeed | undefined> {
  const row = await factorOf(statements, userId);
  if (!row?.pending_seed || !row.pending_key_id || !row.pending_until || row.pending_until <= now)
    return undefined;
  const seed = secrets.open({ keyId: row.pending_key_id, sealed: row.pending_seed }, place(userId));
  const step = await stepOf(seed, code.replace(/\s/g, ''), now);
  return step === undefined ? undefined : { sealed: row.pending_seed, step };
}

/**
 * Makes the seed that was shown the user's, inside the caller's transaction; the code that confirmed it is used up.
 * @returns false, and no effect, where it was confirmed or replaced meanwhile.
 */
export async function takeSeed(
  statements: Statements,
  userId: string,
  { sealed, step }: ConfirmedSeed,
  now: Date,
): Promise<boolean> {
  const taken = await statements.run(
    `UPDATE console_factor SET key_id = pending_key_id, seed = pending_seed, last_step = ?, confirmed_at = ?,
       pending_key_id = NULL, pending_seed = NULL, pending_until = NULL
     WHERE user_id = ? AND pending_seed = ?`,
    [step, now, userId, sealed],
  );
  return taken === 1;
}

/** Makes a known seed the user's, inside the caller's transaction: for the demo. A time step that was used stays used. */
export async function setSeed(
  statements: Statements,
  secrets: SecretRing,
  userId: string,
  seed: string,
  now: Date,
): Promise<void> {
  const { keyId, sealed } = secrets.seal(seed, place(userId));
  await statements.run(
    `INSERT INTO console_factor (user_id, key_id, seed, confirmed_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE key_id = ?, seed = ?, confirmed_at = ?`,
    [userId, keyId, sealed, now, keyId, sealed, now],
  );
}

/** Whether this is the seed of a user's factor; not where it was sealed under a key that is gone. */
export async function isSeedOf(
  statements: Statements,
  secrets: SecretRing,
  userId: string,
  seed: string,
): Promise<boolean> {
  const row = await factorOf(statements, userId);
  if (!row?.seed || !row.key_id) return false;
  try {
    return secrets.open({ keyId: row.key_id, sealed: row.seed }, place(userId)) === seed;
  } catch {
    return false;
  }
}

/** Takes a user's factor and codes away, inside the caller's transaction. */
export async function forgetFactor(statements: Statements, userId: string): Promise<void> {
  await statements.run(
    `UPDATE console_factor SET key_id = NULL, seed = NULL, confirmed_at = NULL, pending_key_id = NULL,
       pending_seed = NULL, pending_until = NULL WHERE user_id = ?`,
    [userId],
  );
  await statements.run('DELETE FROM console_recovery_code WHERE user_id = ?', [userId]);
}

/** Puts ten new codes on paper in the place of those before, inside the caller's transaction. They are shown once. */
export async function newRecoveryCodes(statements: Statements, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await statements.run('DELETE FROM console_recovery_code WHERE user_id = ?', [userId]);
  await statements.run('INSERT INTO console_recovery_code (user_id, code_hash) VALUES ?', [
    codes.map((code) => [userId, hashOf(`${userId}\n${recoveryCodeOf(code) ?? ''}`)]),
  ]);
  return codes;
}

/** How many codes on paper a user has left. */
export async function recoveryCodesLeft(statements: Statements, userId: string): Promise<number> {
  const rows = await statements.rows(
    'SELECT 1 FROM console_recovery_code WHERE user_id = ? AND used_at IS NULL',
    [userId],
  );
  return rows.length;
}

async function factorOf(statements: Statements, userId: string | undefined): Promise<FactorRow | undefined> {
  const [row] = await statements.rows<FactorRow>(
    'SELECT key_id, seed, last_step, pending_key_id, pending_seed, pending_until FROM console_factor WHERE user_id = ?',
    [userId ?? ''],
  );
  return row;
}

/** Where a seed stands: copied to another user it does not open. */
function place(userId: string | undefined): string {
  return `console_factor.seed:${userId ?? ''}`;
}

/** How many users have a second factor that none of these keys opens. */
export async function countSealedOtherwise(
  statements: Statements,
  keyIds: readonly string[],
): Promise<number> {
  const [row] = await statements.rows<{ users: string | number }>(
    'SELECT COUNT(*) AS users FROM console_factor WHERE seed IS NOT NULL AND key_id NOT IN (?)',
    [[...keyIds]],
  );
  return Number(row?.users ?? 0);
}
