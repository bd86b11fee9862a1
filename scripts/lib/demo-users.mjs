import { randomBytes } from 'node:crypto';

/**
 * @typedef {{ password: string, totpSecret: string }} UserSecrets `totpSecret` in Base32
 * @typedef {{ login: string, roles: string[], channel?: string }} DemoUser roles as run.json spells them
 */

/**
 * The people of fixtures/demo/users.yaml, as far as run.json tells of them.
 * @type {DemoUser[]}
 */
export const DEMO_USERS = [
  { login: 'maker@simpul.test', roles: ['finance-maker'] },
  { login: 'checker@simpul.test', roles: ['finance-checker'] },
  { login: 'operations@simpul.test', roles: ['operations'] },
  { login: 'service@simpul.test', roles: ['customer-service'] },
  { login: 'auditor@simpul.test', roles: ['auditor'] },
  { login: 'admin@simpul.test', roles: ['administrator'] },
  { login: 'admin2@simpul.test', roles: ['administrator'] },
  { login: 'partner@simpul.test', roles: ['partner'], channel: 'ppob-nusantara' },
];

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * @param {() => string} password makes one
 * @returns {UserSecrets}
 */
export function newUserSecrets(password) {
  // 32 letters of five bits each: the 160 bits that an authenticator app expects.
  const totpSecret = Array.from(randomBytes(32), (byte) => BASE32[byte & 31]).join('');
  return { password: password(), totpSecret };
}

/**
 * @param {Record<string, UserSecrets>} users by login
 * @returns {Record<string, string>}
 */
export function userEnvironment(users) {
  return Object.fromEntries(
    Object.entries(users).flatMap(([login, { password, totpSecret }]) => {
      const name = `USER_${login.replace(/@.*/, '').toUpperCase()}`;
      return [
        [`${name}_PASSWORD`, password],
        [`${name}_TOTP_SEED`, totpSecret],
      ];
    }),
  );
}
