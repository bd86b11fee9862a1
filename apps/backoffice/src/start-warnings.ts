import { countSealedOtherwise, needsAdministrator } from '#lib/identity';
import type { Database, SecretRing } from '#lib/platform';

/** What somebody should look at who starts a back office. */
interface Warning {
  says: string;
  about: object;
}

/** What makes this back office less safe, or keeps people out of it: a line of the log each, and no secret in any. */
export async function startWarnings(
  database: Database,
  secrets: SecretRing,
  isTls: boolean,
): Promise<Warning[]> {
  const warnings: Warning[] = [];
  if (!isTls)
    warnings.push({
      says: 'the back office speaks plain HTTP: its cookies are not bound to TLS; only for this machine',
      about: {},
    });
  if (await needsAdministrator(database))
    warnings.push({
      says: 'fewer than two administrators are active: nobody can agree to a change of users; simpul user add',
      about: {},
    });
  const users = await countSealedOtherwise(database, secrets.keyIds);
  if (users > 0)
    warnings.push({
      says: 'second factors are sealed under a data key that is not here: their users cannot sign in; SIMPUL_OLDER_DATA_KEYS',
      about: { users, keyIds: secrets.keyIds },
    });
  return warnings;
}
