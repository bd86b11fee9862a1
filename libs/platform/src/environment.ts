import { Clock, clockOffsetMs, SystemClock } from '#lib/kernel';
import { SecretBox } from './secret-box';
import { SecretRing } from './secret-ring';

/** Start-up refuses on a bad or missing setting; the message names it and says what to write. */
export class SettingError extends Error {}

/**
 * Reads a setting or secret from the environment by name.
 * @throws SettingError when it is missing or empty.
 */
export function setting(name: string, purpose: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new SettingError(`the environment variable ${name} is missing: ${purpose}`);
  return value;
}

/** Reads a whole number from the environment. @throws SettingError when it is not one. */
export function numberSetting(name: string, purpose: string): number {
  const text = setting(name, purpose);
  if (!/^\d+$/.test(text)) throw new SettingError(`${name}="${text}" is not a whole number: ${purpose}`);
  return Number(text);
}

/** Where this process runs; anything but `demo` and `test` is production. */
export function isProduction(): boolean {
  return !['demo', 'test'].includes(process.env.SIMPUL_ENVIRONMENT ?? 'production');
}

/**
 * The process's clock, moved by SIMPUL_CLOCK_OFFSET in demo and test.
 * @throws SettingError when production is asked to run with a moved clock.
 */
export function clockFromEnvironment(): Clock {
  const text = process.env.SIMPUL_CLOCK_OFFSET ?? '';
  if (text !== '' && isProduction())
    throw new SettingError(
      'SIMPUL_CLOCK_OFFSET must not be set in production: payments would be dated wrongly',
    );
  try {
    return new SystemClock(clockOffsetMs(text));
  } catch (error) {
    throw new SettingError(`SIMPUL_CLOCK_OFFSET: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The installation's keys: what is sealed today is sealed under SIMPUL_DATA_KEY; what was sealed under one of
 * SIMPUL_OLDER_DATA_KEYS (separated by commas, or left out) still opens.
 * @throws SettingError when one is missing or is no key; it tells which, and nothing of it.
 */
export function secretRingFromEnvironment(): SecretRing {
  const current = setting('SIMPUL_DATA_KEY', 'the key under which secrets are sealed, 32 bytes in Base64');
  const older = (process.env.SIMPUL_OLDER_DATA_KEYS ?? '').split(',').flatMap((key) => key.trim() || []);
  return new SecretRing(
    dataKey('SIMPUL_DATA_KEY', current),
    ...older.map((key, index) => dataKey(`SIMPUL_OLDER_DATA_KEYS, key ${index + 1} of ${older.length}`, key)),
  );
}

function dataKey(where: string, key: string): SecretBox {
  try {
    return new SecretBox(key);
  } catch {
    throw new SettingError(`${where} must be 32 bytes in Base64`);
  }
}
