import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { CannotRun } from './cannot-run.mjs';
import { DEMO_BILLERS, newBillerKeys } from './demo-billers.mjs';
import { DEMO_USERS, newUserSecrets } from './demo-users.mjs';
import { readJson, writeJson } from './home.mjs';
import { newSnapKeys, SNAP_BANK } from './snap-bank.mjs';

/** The channels of the demo that speak the H2H JSON API to outsiders; the story has one of its own. */
export const DEMO_CHANNELS = ['ppob-nusantara', 'warung-kecil'];
const CHANNELS = [...DEMO_CHANNELS, 'simpul-story', SNAP_BANK];
/**
 * The demo's banks on ISO 8583 and the institution codes they go by. A line has no secret: it is let in from this
 * machine only.
 */
export const BANKS = {
  'bank-merdeka': { institutionCode: '4510017', isForOutsiders: true },
  'bank-cerita': { institutionCode: '9990017', isForOutsiders: false },
};

/**
 * What this installation shares with nobody. The data key encrypts partners' keys in the database: losing it
 * loses them.
 * @typedef {object} Secrets
 * @property {string} dataKey 32 bytes, Base64
 * @property {string} paymentIdKey 32 bytes, hexadecimal
 * @property {Record<string, { secret: string, secondSecret: string }>} channels by channel id
 * @property {Record<string, string>} billers by biller name
 * @property {import('./demo-billers.mjs').BillerKeys} billerKeys ours, at the billers that speak SNAP
 * @property {import('./snap-bank.mjs').SnapKeys} snapBank the bank that calls us
 * @property {import('./snap-bank.mjs').SnapKeys & { clientSecret: string }} hostBank ours, at the bank that holds accounts for us
 * @property {Record<string, import('./demo-users.mjs').UserSecrets>} users of the demo, by login
 * @property {{ application: string, migration: string }} database passwords
 */

/**
 * Reads the secrets, or makes them at the first start. What a later version adds is made then; what is there
 * is kept.
 * @param {import('./home.mjs').Home} home
 * @returns {Secrets}
 * @throws {CannotRun} if the database is there and the secrets are gone: new ones could not read its data
 */
export function loadSecrets(home) {
  const kept = /** @type {Partial<Secrets> | undefined} */ (readJson(home.secretsFile));
  if (kept === undefined && existsSync(home.database))
    throw new CannotRun(
      `${home.secretsFile} is missing, and the data in ${home.database} cannot be read without it. ` +
        `Restore the file, or remove ${home.folder} to begin with an empty installation.`,
    );
  const secrets = {
    dataKey: kept?.dataKey ?? randomBytes(32).toString('base64'),
    paymentIdKey: kept?.paymentIdKey ?? randomBytes(32).toString('hex'),
    channels: {
      ...Object.fromEntries(CHANNELS.map((id) => [id, { secret: password(), secondSecret: password() }])),
      ...kept?.channels,
    },
    snapBank: kept?.snapBank ?? newSnapKeys(password),
    hostBank: kept?.hostBank ?? { ...newSnapKeys(password), clientSecret: password() },
    billers: { ...Object.fromEntries(DEMO_BILLERS.map(({ id }) => [id, password()])), ...kept?.billers },
    billerKeys: kept?.billerKeys ?? newBillerKeys(),
    users: {
      ...Object.fromEntries(DEMO_USERS.map(({ login }) => [login, newUserSecrets(password)])),
      ...kept?.users,
    },
    database: { ...newDatabasePasswords(), ...kept?.database },
  };
  if (JSON.stringify(secrets) !== JSON.stringify(kept)) writeJson(home.secretsFile, secrets);
  return secrets;
}

/** @returns {Secrets['database']} */
export function newDatabasePasswords() {
  return { application: password(), migration: password() };
}

/** 24 random bytes as Base64url: no character needs quoting in SQL, an address or a shell. */
function password() {
  return randomBytes(24).toString('base64url');
}
