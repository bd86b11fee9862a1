import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  addFirstAdministrator,
  approveUserChange,
  beginEnrolment,
  completeEnrolment,
  proposeUser,
  readPasswordRules,
  signIn,
  type Enrolment,
  type IdentityTools,
  type NewUser,
  type SignInRequest,
} from '#lib/identity';
import { ManualClock, type Result } from '#lib/kernel';
import { SecretBox, SecretRing } from '#lib/platform';
import { codeAt } from '../../libs/identity/src/totp';
import type { TestDatabase } from './database';

export const PASSWORD = 'gopher turbine staple';
export const MORNING = new Date('2026-07-14T01:00:00Z');

/** The two who begin an installation. */
export const ANI = 'ani@simpul.test';
export const BUDI = 'budi@simpul.test';

/** Somebody who may sign in, with what they know and hold. */
export interface Person {
  login: string;
  userId: string;
  password: string;
  seed: string;
  recoveryCodes: string[];
}

/** People who sign in to an installation, on a clock that the test holds. */
export interface People {
  tools: IdentityTools & { clock: ManualClock };
  /** Adds somebody by two administrators, and enrols them. */
  add(login: string, user?: Partial<NewUser>): Promise<Person>;
  /** Sets password and factor of somebody by their one-time secret. */
  enrol(enrolment: Enrolment, password?: string): Promise<Person>;
  /** Tries to sign in as somebody does who knows everything; `more` says what is otherwise. */
  tries(person: Person, more?: Partial<SignInRequest>): ReturnType<typeof signIn>;
  /** Signs somebody in, from the next time step on. */
  signsIn(person: Person, more?: Partial<SignInRequest>): Promise<string>;
  codeOf(person: Pick<Person, 'seed'>): Promise<string>;
}

export { codeAt };
export const DATA_KEY = randomBytes(32).toString('base64');

export function aPeople({ database }: Pick<TestDatabase, 'database'>): People {
  const clock = new ManualClock(MORNING);
  const tools = {
    database,
    clock,
    secrets: new SecretRing(new SecretBox(DATA_KEY)),
    passwords: readPasswordRules(join(__dirname, '..', '..', 'config', 'passwords.yaml')),
  };
  const people: People = {
    tools,
    async add(login, user = {}) {
      await aFirst(tools, ANI);
      await aFirst(tools, BUDI);
      const wanted = {
        login,
        name: 'Citra',
        language: 'id',
        roles: ['finance_maker'],
        channelId: null,
        ...user,
      };
      const word = { reason: 'new here', at: clock.now() };
      const proposed = valueOf(await proposeUser(database, wanted as NewUser, { ...word, by: ANI }));
      const done = valueOf(await approveUserChange(database, { ...proposed, by: BUDI, at: clock.now() }));
      if (!done.enrolment) throw new Error('nobody is to enrol');
      return people.enrol(done.enrolment);
    },
    async enrol({ login, secret }, password = PASSWORD) {
      const request = { login, secret, source: '192.0.2.77' };
      const { seed } = valueOf(await beginEnrolment(tools, request));
      const code = await codeAt(seed, clock.now());
      const { recoveryCodes } = valueOf(await completeEnrolment(tools, { ...request, password, code }));
      const [row] = await database.rows<{ user_id: string }>(
        'SELECT user_id FROM console_user WHERE login = ?',
        [login],
      );
      return { login, userId: row?.user_id ?? '', password, seed, recoveryCodes };
    },
    async tries(person, more = {}) {
      const request = {
        login: person.login,
        password: person.password,
        source: '192.0.2.1',
        agent: 'a browser',
      };
      return signIn(tools, { ...request, code: await codeAt(person.seed, clock.now()), ...more });
    },
    async signsIn(person, more) {
      clock.advance(30_000);
      return valueOf(await people.tries(person, more)).session.token;
    },
    codeOf: ({ seed }) => codeAt(seed, clock.now()),
  };
  return people;
}

/** The two administrators, who are never signed in as: they only agree. */
async function aFirst({ database, clock }: IdentityTools, login: string): Promise<void> {
  const first = { login, name: 'Operator One', language: 'id' as const };
  await addFirstAdministrator(database, first, { by: 'installer@simpul.test', at: clock.now() });
}

export function valueOf<T>(result: Result<T, { kind: string }>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
