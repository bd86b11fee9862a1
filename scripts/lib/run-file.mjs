import { DEMO_USERS } from './demo-users.mjs';
import { LOOPBACK } from './ports.mjs';
import { BANKS, DEMO_CHANNELS } from './secrets.mjs';
import { DEMO_SOURCES } from './sftp.mjs';
import { SNAP_BANK, snapChannel } from './snap-bank.mjs';

const JAKARTA_OFFSET_MS = 7 * 60 * 60 * 1000;

/**
 * What `run.json` tells people and checks about a running installation.
 * @typedef {object} RunFile
 * @property {number} pid the launcher's
 * @property {string} startedAt RFC 3339, in Jakarta's time
 * @property {{ name: string, pid: number, restarts: number }[]} processes
 * @property {{ http: string, instances: string[],
 *   iso8583: { host: string, port: number, dialect: string, ports: number[] } }} switch `ports`: one per instance
 * @property {{ http: string }} backoffice the console and its API
 * @property {{ http: string, sources: string[], sftp: { host: string, port: number, user: string,
 *   privateKeyFile: string, hostKeySha256: string, settlementDir: string } }} [simulator] only with the demo
 * @property {{ url: string }} database the application's account
 * @property {(H2hChannel | SnapChannel | Iso8583Channel)[]} channels `guide` is what a partner's developer reads
 * @property {{ email: string, password: string, totpSecret: string, roles: string[], channel?: string }[]} users of the demo
 *
 * @typedef {ReturnType<typeof import('./snap-bank.mjs').snapChannel>} SnapChannel
 * @typedef {{ id: string, protocol: 'h2h', guide: string, secret: string, secondSecret: string }} H2hChannel
 * @typedef {{ id: string, protocol: 'iso8583', guide: string, dialect: string, port: number, institutionCode: string,
 *   products: { product: string, processingCode: string, paymentProcessingCode: string,
 *     de48Example: string }[] }} Iso8583Channel
 */

/**
 * @param {object} what
 * @param {import('./home.mjs').Home} what.home
 * @param {Date} what.startedAt
 * @param {RunFile['processes']} what.processes
 * @param {import('./ports.mjs').Ports} what.ports
 * @param {import('./secrets.mjs').Secrets} what.secrets
 * @param {import('./sftp.mjs').Sftp} what.sftp
 * @param {{ application: string }} what.urls
 * @param {boolean} what.isDemo
 * @returns {RunFile}
 */
export function runFileContent({ home, startedAt, processes, ports, secrets, sftp, urls, isDemo }) {
  const instances = ports.switches.map((port) => `http://${LOOPBACK}:${port}`);
  return {
    pid: process.pid,
    startedAt: inJakarta(startedAt),
    processes,
    switch: { http: instances[0] ?? '', instances, iso8583: iso8583Door(ports) },
    backoffice: { http: `http://${LOOPBACK}:${ports.backoffice}` },
    ...(isDemo && {
      simulator: {
        http: `http://${LOOPBACK}:${ports.simulator}`,
        sources: DEMO_SOURCES,
        sftp: {
          host: LOOPBACK,
          port: sftp.port,
          user: sftp.user,
          privateKeyFile: sftp.privateKeyFile,
          hostKeySha256: sftp.hostKeySha256,
          settlementDir: sftp.drop,
        },
      },
    }),
    database: { url: urls.application },
    channels: isDemo
      ? [...DEMO_CHANNELS.flatMap((id) => channel(id, secrets)), bank(home, secrets), ...banks(ports)]
      : [],
    users: isDemo ? DEMO_USERS.flatMap((user) => demoUser(user, secrets)) : [],
  };
}

/**
 * @param {import('./demo-users.mjs').DemoUser} user
 * @param {import('./secrets.mjs').Secrets} secrets
 * @returns {RunFile['users']}
 */
function demoUser({ login, ...user }, { users }) {
  const found = users[login];
  return found === undefined ? [] : [{ email: login, ...found, ...user }];
}

/**
 * @param {string} id
 * @param {import('./secrets.mjs').Secrets} secrets
 * @returns {RunFile['channels']}
 */
function channel(id, { channels }) {
  const found = channels[id];
  return found === undefined ? [] : [{ id, protocol: 'h2h', guide: 'docs/connect-h2h.md', ...found }];
}

/**
 * @param {import('./home.mjs').Home} home
 * @param {import('./secrets.mjs').Secrets} secrets
 */
function bank(home, { snapBank, channels }) {
  return snapChannel(home.folder, snapBank, channels[SNAP_BANK]?.secret ?? '');
}

/**
 * The channels that sign their calls with a secret.
 * @param {Pick<RunFile, 'channels'>} run
 * @returns {H2hChannel[]}
 */
export function h2hChannels({ channels }) {
  return channels.flatMap((one) => (one.protocol === 'h2h' ? [one] : []));
}

const DIALECT = 'bank-87';

/** What a bank sells by the demo's profile: its product code with a customer that owes one bill (config/channels). */
const BANK_PRODUCTS = [
  { product: 'pln-postpaid', code: '053501', customerNumber: '531100010000' },
  { product: 'pln-prepaid', code: '053502', customerNumber: '14270010000' },
  { product: 'pdam-tirta-jaya', code: '060001', customerNumber: '70110000' },
];

/** @param {import('./ports.mjs').Ports} ports */
function iso8583Door({ iso8583 }) {
  return { host: LOOPBACK, port: iso8583[0] ?? 0, dialect: DIALECT, ports: iso8583 };
}

/**
 * @param {import('./ports.mjs').Ports} ports
 * @returns {Iso8583Channel[]}
 */
function banks({ iso8583 }) {
  return Object.entries(BANKS)
    .filter(([, { isForOutsiders }]) => isForOutsiders)
    .map(([id, { institutionCode }]) => ({
      id,
      protocol: 'iso8583',
      guide: 'docs/connect-iso8583.md',
      dialect: DIALECT,
      port: iso8583[0] ?? 0,
      institutionCode,
      products: BANK_PRODUCTS.map(({ product, code, customerNumber }) => ({
        product,
        processingCode: '380000',
        paymentProcessingCode: '500000',
        de48Example: `${tag('PI', code)}${tag('CN', customerNumber)}`,
      })),
    }));
}

/**
 * @param {string} name
 * @param {string} value
 */
function tag(name, value) {
  return `${name}${String(value.length).padStart(2, '0')}${value}`;
}

/** @param {Date} instant */
function inJakarta(instant) {
  return new Date(instant.getTime() + JAKARTA_OFFSET_MS).toISOString().replace(/\.\d+Z$/, '+07:00');
}
