import type { Clock } from '#lib/kernel';
import type { Database, SecretRing } from '#lib/platform';
import type { IdentityTools, PasswordRules } from '#lib/identity';

/** What identity needs, as Nest hands it round. */
export class Identity implements IdentityTools {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly passwords: PasswordRules;

  constructor({ database, clock, secrets, passwords }: IdentityTools) {
    this.database = database;
    this.clock = clock;
    this.secrets = secrets;
    this.passwords = passwords;
  }
}
