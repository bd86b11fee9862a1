import { z } from 'zod';
import { userOf } from '#lib/audit';
import {
  isProduction,
  readConfigFile,
  setting,
  SettingError,
  type Database,
  type SecretRing,
  type Statements,
} from '#lib/platform';
import { isSeedOf, setSeed } from './factor';
import { hashPassword, verifyPassword } from './password-hash';
import { endAccess } from './sessions';
import { addUser, setRoles } from './user-changes';
import { listUsers, userRow } from './users';

const DemoUser = z.strictObject({
  name: z.string(),
  language: z.enum(['id', 'en']).default('id'),
  roles: z.array(z.string()).min(1),
  channel: z.string().optional(),
  /** Environment variables, like every secret. */
  password: z.string().regex(/^[A-Z0-9_]+$/),
  totpSeed: z.string().regex(/^[A-Z0-9_]+$/),
});
const DemoUsers = z.strictObject({ users: z.record(z.string(), DemoUser) });

/** A user of the demo, with their secrets. */
interface Wanted extends Omit<z.infer<typeof DemoUser>, 'password' | 'totpSeed'> {
  login: string;
  password: string;
  seed: string;
}

/**
 * Writes the demo's users, enrolled, without anybody agreeing; again, it brings password, factor and roles back. Whoever is already
 * as they should be keeps their sessions.
 * @returns their logins.
 * @throws SettingError in production, and where a secret is missing. @throws ConfigError naming file, line and key.
 */
export async function seedDemoUsers(
  { database, secrets }: { database: Database; secrets: SecretRing },
  file: string,
  now: Date,
): Promise<string[]> {
  if (isProduction())
    throw new SettingError('demo users are not written in production: their secrets are known');
  const { users } = readConfigFile(file, DemoUsers);
  const wanted = Object.entries(users).map(([login, { password, totpSeed, ...user }]): Wanted => ({
    ...user,
    login: userOf(login),
    password: setting(password, `the demo password of ${login}`),
    seed: setting(totpSeed, `the demo seed of ${login}`),
  }));
  for (const one of wanted) {
    const hash = await hashPassword(one.password);
    await database.transaction((statements) => bring(statements, secrets, one, hash, now));
  }
  return wanted.map(({ login }) => login);
}

async function bring(
  statements: Statements,
  secrets: SecretRing,
  wanted: Wanted,
  hash: string,
  now: Date,
): Promise<void> {
  const { login, name, language, roles, channel = null, seed } = wanted;
  const before = await userRow(statements, login);
  if (before && (await isAsWanted(statements, secrets, wanted, now))) return;
  if (!before)
    await addUser(
      statements,
      { login, name, language, roles, channelId: channel },
      { by: 'the demo', at: now },
    );
  const user = await userRow(statements, login);
  if (!user) throw new Error(`${login} is gone`);
  await setRoles(statements, user.user_id, roles);
  await statements.run(
    `UPDATE console_user SET state = 'active', password_hash = ?, password_set_at = ?, active_since = ?,
       enrolment_hash = NULL, enrolment_until = NULL WHERE user_id = ?`,
    [hash, now, now, user.user_id],
  );
  await setSeed(statements, secrets, user.user_id, seed, now);
  await endAccess(statements, user.user_id, now);
}

async function isAsWanted(
  statements: Statements,
  secrets: SecretRing,
  { login, roles, password, seed }: Wanted,
  now: Date,
): Promise<boolean> {
  const [user] = await listUsers(statements, { now, login });
  const row = await userRow(statements, login);
  return (
    user?.state === 'active' &&
    user.roles.join() === roles.toSorted().join() &&
    (await isSeedOf(statements, secrets, user.userId, seed)) &&
    (await verifyPassword(row?.password_hash ?? null, password))
  );
}
