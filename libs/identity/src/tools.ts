import type { Clock } from '#lib/kernel';
import type { Database, SecretRing } from '#lib/platform';
import type { PasswordRules } from './password-policy';

/** What signing in and staying signed in need. */
export interface IdentityTools {
  database: Database;
  clock: Clock;
  /** Seals the seeds of second factors. */
  secrets: SecretRing;
  passwords: PasswordRules;
}
