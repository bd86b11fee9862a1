import path from 'node:path';
import { openingAtBank } from './bank-opening.mjs';
import { billerEnvironment } from './demo-billers.mjs';
import { userEnvironment } from './demo-users.mjs';
import { billersNobodyPlays } from './other-billers.mjs';
import { LOOPBACK } from './ports.mjs';
import { BANKS } from './secrets.mjs';
import { BANK_SOURCE, RECEIVERS, SOURCES } from './sftp.mjs';
import { hostBankEnvironment, snapEnvironment } from './snap-bank.mjs';

/** The environment of our processes: names and values, as the configuration expects them. */

/**
 * @param {object} what
 * @param {import('./home.mjs').Home} what.home
 * @param {import('./secrets.mjs').Secrets} what.secrets
 * @param {import('./ports.mjs').Ports} what.ports
 * @param {import('./sftp.mjs').Sftp} what.sftp
 * @param {{ application: string, migration: string }} what.urls of the database
 * @returns {Record<string, string>} what every process of the installation shares, and the operator's command
 *   line too. The processes themselves do not get DATABASE_MIGRATION_URL (see `forProcess`).
 */
export function sharedEnvironment({ home, secrets, ports, sftp, urls }) {
  const simulator = `http://${LOOPBACK}:${ports.simulator}`;
  /** @type {Record<string, string>} */
  const environment = {
    SIMPUL_HOME: home.folder,
    SIMPUL_ENVIRONMENT: 'demo',
    DATABASE_URL: urls.application,
    DATABASE_MIGRATION_URL: urls.migration,
    SIMPUL_DATA_KEY: secrets.dataKey,
    SIMPUL_PAYMENT_ID_KEY: secrets.paymentIdKey,
    SIMULATOR_URL: simulator,
    SIMULATOR_DROP: sftp.drop,
    SIMULATOR_BANK_OPENING: openingAtBank(),
  };
  if (process.env.SIMPUL_CLOCK_OFFSET) environment.SIMPUL_CLOCK_OFFSET = process.env.SIMPUL_CLOCK_OFFSET;
  Object.assign(
    environment,
    billerEnvironment({ simulator, secrets: secrets.billers, keys: secrets.billerKeys, lines: ports.lines }),
  );
  for (const { environment: nobody } of billersNobodyPlays(process.env, secrets.billerKeys))
    Object.assign(environment, nobody);
  for (const [id, { secret, secondSecret }] of Object.entries(secrets.channels)) {
    environment[`CHANNEL_${constantCase(id)}_SECRET`] = secret;
    environment[`CHANNEL_${constantCase(id)}_SECOND_SECRET`] = secondSecret;
  }
  Object.assign(
    environment,
    snapEnvironment(secrets.snapBank),
    hostBankEnvironment(simulator, secrets.hostBank),
    userEnvironment(secrets.users),
  );
  for (const [id, { institutionCode }] of Object.entries(BANKS))
    environment[`CHANNEL_${constantCase(id)}_INSTITUTION_CODE`] = institutionCode;
  for (const source of [...SOURCES, BANK_SOURCE])
    Object.assign(environment, sftpEnvironment(`SFTP_${source}`, sftp, path.join(sftp.drop, source)));
  for (const receiver of RECEIVERS)
    Object.assign(environment, sftpEnvironment(receiver, sftp, path.join(sftp.outbox, receiver)));
  return environment;
}

/**
 * One process's environment: the machine's, ours over it, without the right to change the schema.
 * @param {Record<string, string>} shared
 * @param {{ http?: number, iso8583?: number }} [ports] where it listens
 * @returns {NodeJS.ProcessEnv}
 */
export function forProcess(shared, { http, iso8583 } = {}) {
  const { DATABASE_MIGRATION_URL: _withheld, ...environment } = { ...process.env, ...shared };
  return {
    ...environment,
    ...(http !== undefined && { HTTP_PORT: String(http) }),
    ...(iso8583 !== undefined && { ISO8583_PORT: String(iso8583) }),
  };
}

/**
 * @param {string} prefix
 * @param {import('./sftp.mjs').Sftp} sftp
 * @param {string} folder
 * @returns {Record<string, string>}
 */
function sftpEnvironment(prefix, sftp, folder) {
  return {
    [`${prefix}_HOST`]: LOOPBACK,
    [`${prefix}_PORT`]: String(sftp.port),
    [`${prefix}_USER`]: sftp.user,
    [`${prefix}_PRIVATE_KEY_FILE`]: sftp.privateKeyFile,
    [`${prefix}_HOST_KEY_SHA256`]: sftp.hostKeySha256,
    [`${prefix}_FOLDER`]: folder,
  };
}

/** @param {string} name */
function constantCase(name) {
  return name.toUpperCase().replaceAll('-', '_');
}
