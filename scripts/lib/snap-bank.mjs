import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The bank of the demo that speaks SNAP: what it goes by, and the keys it signs with. */

export const SNAP_BANK = 'bank-nusa';

/** As config/channels/snap-strict.yaml makes up account numbers: company code, product, customer. */
const COMPANY_CODE = '88899';
const PARTNER_SERVICE_ID = COMPANY_CODE.padStart(8, ' ');
const PARTNER_ID = 'BANKNUSA';
const CHANNEL_ID = '95231';

/** What it sells to outsiders, each with an account number that has a bill. */
const ACCOUNTS = [
  { product: 'pln-postpaid', customerNo: '10531100010000' },
  { product: 'pln-prepaid', customerNo: '1114270010000', amount: '20000.00' },
  { product: 'pdam-tirta-jaya', customerNo: '2070110000' },
];

/**
 * @typedef {object} SnapKeys
 * @property {string} clientKey X-CLIENT-KEY
 * @property {string} privateKey PEM; the bank's, so that outsiders can play it
 * @property {string} publicKey PEM; what the switch knows of it
 */

/** @param {() => string} password @returns {SnapKeys} */
export function newSnapKeys(password) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { clientKey: password(), privateKey, publicKey };
}

/**
 * Leaves the bank's private key where an outsider's program can read it, and nobody else.
 * @param {string} folder the home's
 * @param {SnapKeys} keys
 */
export function writePrivateKey(folder, { privateKey }) {
  const file = privateKeyFile(folder);
  writeFileSync(file, privateKey, { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** @param {string} folder */
function privateKeyFile(folder) {
  return path.join(folder, `${SNAP_BANK}.key.pem`);
}

/**
 * What the seed reads of it, besides its secret.
 * @param {SnapKeys} keys
 * @returns {Record<string, string>}
 */
export function snapEnvironment({ clientKey, publicKey }) {
  return {
    CHANNEL_BANK_NUSA_CLIENT_KEY: clientKey,
    CHANNEL_BANK_NUSA_PUBLIC_KEY: publicKey,
    CHANNEL_BANK_NUSA_PARTNER_ID: PARTNER_ID,
    CHANNEL_BANK_NUSA_CHANNEL_ID: CHANNEL_ID,
    CHANNEL_BANK_NUSA_COMPANY_CODES: COMPANY_CODE,
  };
}

/**
 * The simulator's bank, which holds virtual accounts for us: its address, and what we sign with there.
 * @param {string} simulator
 * @param {SnapKeys & { clientSecret: string }} keys
 * @returns {Record<string, string>}
 */
export function hostBankEnvironment(simulator, { clientKey, clientSecret, privateKey, publicKey }) {
  return {
    BANK_GRAHA_URL: `${simulator}/banks/graha/openapi`,
    BANK_GRAHA_CLIENT_KEY: clientKey,
    BANK_GRAHA_SECRET: clientSecret,
    BANK_GRAHA_PRIVATE_KEY: privateKey,
    BANK_GRAHA_PUBLIC_KEY: publicKey,
  };
}

/**
 * The bank as `run.json` shows it.
 * @param {string} folder the home's
 * @param {SnapKeys} keys
 * @param {string} clientSecret
 */
export function snapChannel(folder, { clientKey }, clientSecret) {
  return {
    id: SNAP_BANK,
    protocol: /** @type {const} */ ('snap'),
    guide: 'docs/connect-snap.md',
    basePath: '/openapi/v1.0',
    clientKey,
    privateKeyFile: privateKeyFile(folder),
    clientSecret,
    partnerId: PARTNER_ID,
    channelId: CHANNEL_ID,
    partnerServiceId: PARTNER_SERVICE_ID,
    products: ACCOUNTS.map(({ product, customerNo, ...more }) => ({
      product,
      virtualAccountNo: PARTNER_SERVICE_ID + customerNo,
      ...more,
    })),
  };
}
