import { LOOPBACK } from './ports.mjs';
import { DEMO_CHANNELS } from './secrets.mjs';
import { DEMO_SOURCES } from './sftp.mjs';
import { SNAP_BANK, snapChannel } from './snap-bank.mjs';

const JAKARTA_OFFSET_MS = 7 * 60 * 60 * 1000;

/**
 * What `run.json` tells people and checks about a running installation.
 * @typedef {object} RunFile
 * @property {number} pid the launcher's
 * @property {string} startedAt RFC 3339, in Jakarta's time
 * @property {{ name: string, pid: number, restarts: number }[]} processes
 * @property {{ http: string, instances: string[] }} switch
 * @property {{ http: string, sources: string[], sftp: { host: string, port: number, user: string,
 *   privateKeyFile: string, hostKeySha256: string, settlementDir: string } }} [simulator] only with the demo
 * @property {{ url: string }} database the application's account
 * @property {({ id: string, protocol: 'h2h', guide: string, secret: string, secondSecret: string } |
 *   ReturnType<typeof import('./snap-bank.mjs').snapChannel>)[]} channels
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
    switch: { http: instances[0] ?? '', instances },
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
    channels: isDemo ? [...DEMO_CHANNELS.flatMap((id) => channel(id, secrets)), bank(home, secrets)] : [],
  };
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

/** @param {Date} instant */
function inJakarta(instant) {
  return new Date(instant.getTime() + JAKARTA_OFFSET_MS).toISOString().replace(/\.\d+Z$/, '+07:00');
}

/**
 * The channels that speak the H2H JSON API.
 * @param {Pick<RunFile, 'channels'>} run
 */
export function h2hChannels({ channels }) {
  return channels.filter((one) => one.protocol === 'h2h');
}
