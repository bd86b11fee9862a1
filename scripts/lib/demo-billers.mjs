import { generateKeyPairSync } from 'node:crypto';
import { LOOPBACK } from './ports.mjs';

/**
 * The billers that the simulator plays, and the settlement source of each (apps/simulator/README.md). `isSnap`: the switch signs with a key of its own there.
 * @type {readonly { id: string, source: string, isSnap?: true }[]}
 */
export const DEMO_BILLERS = [
  { id: 'pln', source: 'LPB01' },
  { id: 'tirta-jaya', source: 'TJ01' },
  { id: 'story', source: 'STORY01' },
  { id: 'tirta-raya', source: 'TR01' },
  { id: 'pln-switch', source: 'LPS01' },
  { id: 'kawan', source: 'KWN01' },
  { id: 'telkom', source: 'TLK01' },
  { id: 'bpjs-kesehatan', source: 'BKS01' },
  { id: 'bpjs-tk', source: 'BTK01' },
  { id: 'agrapulsa', source: 'AGP01' },
  { id: 'voucherku', source: 'VCK01' },
  { id: 'dompet-nusa', source: 'DNS01' },
  { id: 'dompet-kita', source: 'DKT01' },
  { id: 'tv-satelit', source: 'TVS01' },
  { id: 'internet-cepat', source: 'INC01' },
  { id: 'gas-nusantara', source: 'GAS01' },
  { id: 'bank-kartu', source: 'BKK01' },
  { id: 'meterai', source: 'MTR01' },
  { id: 'peduli', source: 'PDL01' },
  { id: 'mitra-finance', source: 'MFN01' },
  { id: 'sentosa-finance', source: 'SFN01' },
  { id: 'cepat-bayar', source: 'CPB01' },
  { id: 'pajak-daerah', source: 'PJD01' },
  { id: 'samsat', source: 'SMS01' },
  { id: 'asuransi-sehat', source: 'ASH01', isSnap: true },
  { id: 'asuransi-jiwa', source: 'ASJ01', isSnap: true },
  { id: 'kampus-nusa', source: 'KMP01', isSnap: true },
];

/** The story's own biller; outsiders find clean days at the others. */
export const STORY_SOURCE = 'STORY01';

/** What we are called at every biller that asks. */
const USER = 'simpul';
const CLIENT_KEY = 'simpul-client';

/**
 * What we sign with at the SNAP billers, one pair of keys for all of them.
 * @typedef {{ privateKey: string, publicKey: string }} BillerKeys
 */

/** @returns {BillerKeys} */
export function newBillerKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/**
 * How the switch finds each biller, and how both sides know one another.
 * @param {object} what
 * @param {string} what.simulator its address
 * @param {Record<string, string>} what.secrets by biller
 * @param {BillerKeys} what.keys
 * @param {Record<string, number>} what.lines ports by biller
 * @returns {Record<string, string>}
 */
export function billerEnvironment({ simulator, secrets, keys, lines }) {
  /** @type {Record<string, string>} */
  const environment = {};
  for (const { id, isSnap } of DEMO_BILLERS) {
    const name = `BILLER_${id.toUpperCase().replaceAll('-', '_')}`;
    environment[`${name}_SECRET`] = secrets[id] ?? '';
    environment[`${name}_USER`] = USER;
    if (lines[id] === undefined) environment[`${name}_URL`] = `${simulator}/billers/${id}`;
    else {
      environment[`${name}_HOST`] = LOOPBACK;
      environment[`${name}_PORT`] = String(lines[id]);
    }
    if (isSnap) {
      environment[`${name}_CLIENT_KEY`] = CLIENT_KEY;
      environment[`${name}_PRIVATE_KEY`] = keys.privateKey;
      environment[`${name}_PUBLIC_KEY`] = keys.publicKey;
    }
  }
  return environment;
}
