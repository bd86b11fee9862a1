import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsMaterial } from '#lib/platform';
import { readSpec, type Iso8583Spec } from '#lib/iso8583';
import type { Door, DoorParts } from '../door';
import type { ShownNumber } from '../profiles';
import { Iso8583Admission } from './admission';
import { Iso8583Desk } from './desk';
import { Gate } from './gate';
import type { Iso8583Limits } from './limits';
import { Iso8583Line } from './line';
import type { Iso8583Listening } from './listening';
import type { Iso8583Profile } from './profile';
import { Speech } from './speech';

/** Where the ISO 8583 doors listen, and their bounds. */
export interface Iso8583Settings {
  host: string;
  /** What the environment says for a profile's `port`; undefined where it says nothing, and there is no door here. */
  listeningOf: (setting: string) => Iso8583Listening | undefined;
  configDirectory: string;
  limits: Iso8583Limits;
}

/**
 * Opens a TCP door for each ISO 8583 profile that has a port.
 * @throws ConfigError where a profile asks what its dialect cannot say, or shows what may not be shown; also of a profile
 * that has no door here.
 */
export async function openIso8583(parts: DoorParts, settings: Iso8583Settings): Promise<Door[]> {
  const speeches = [...parts.profiles.all('iso8583')].map(([name, profile]) =>
    speechOf(name, profile, settings.configDirectory),
  );
  parts.profiles.requireHidden('iso8583', parts.catalog.products(), (profile, name) =>
    numbersInLogs(profile, speeches.find((speech) => speech.name === name)?.spec),
  );
  const doors: Door[] = [];
  for (const speech of speeches) {
    const listening = settings.listeningOf(speech.profile.port);
    if (listening) doors.push(await openDoor(parts, speech, listening, settings));
  }
  return doors;
}

/** A profile with its dialect. */
export function speechOf(name: string, profile: Iso8583Profile, configDirectory: string): Speech {
  return new Speech(name, profile, readSpec(join(configDirectory, 'iso8583', `${profile.dialect}.yaml`)));
}

/** Where private data shows in logs as it is, or an answer repeats the number as it came. */
function numbersInLogs({ products, layouts, dialect }: Iso8583Profile, spec?: Iso8583Spec): ShownNumber[] {
  return Object.entries(products).flatMap(([code, sold]) => {
    const { inquiry, payment, reversal } = sold.layouts ?? layouts;
    const uses = [inquiry, payment, reversal].flatMap(({ question, answer }) => [question, answer]);
    const fields = uses.flatMap((use) => (use && spec ? [spec.layout(use.layout).field] : []));
    const open = fields.find((field) => spec?.definition.fields[field]?.mask === 'safe');
    if (open === undefined) return [];
    const how = `DE ${open} shows them in logs: give it another mask than safe in config/iso8583/${dialect}.yaml`;
    return { product: sold.product, at: ['products', code, 'product'], how };
  });
}

async function openDoor(
  parts: DoorParts,
  speech: Speech,
  { port, tls }: Iso8583Listening,
  { host, limits }: Iso8583Settings,
): Promise<Door> {
  const admission = new Iso8583Admission(parts.catalog, parts.profiles);
  const gate = new Gate(limits.waitingMax, (address) => admission.isKnown(speech, address));
  const lineParts = {
    door: parts,
    speech,
    admission,
    desk: new Iso8583Desk(parts),
    limits,
  };
  const lines = new Set<Iso8583Line>();
  const onSocket = (socket: Socket) => {
    if (socket.destroyed) return;
    const line = new Iso8583Line(socket, lineParts, {
      signedOn: () => gate.signedOn(socket),
      ended: () => lines.delete(line),
    });
    lines.add(line);
  };
  const server = tls ? createTlsServer(secure(tls, limits), onSocket) : createServer(onSocket);
  server.prependListener('connection', (socket: Socket) => gate.take(socket));
  server.maxConnections = limits.linksMax;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  const url = `${tls ? 'tls' : 'tcp'}://${host}:${taken}`;
  parts.logger.info({ url, profile: speech.name, dialect: speech.profile.dialect }, 'ISO 8583 door is open');
  return {
    url,
    names: [`iso8583 ${speech.name}`],
    isOpen: () => server.listening,
    close: () => closeDoor(server, lines, limits.drainWithinMs),
  };
}

/** A certificate is asked for and proved, and then compared with what is pinned to its channel. */
function secure(tls: TlsMaterial, { signOnWithinMs }: Iso8583Limits) {
  return {
    ...tls,
    minVersion: 'TLSv1.2' as const,
    handshakeTimeout: signOnWithinMs,
    requestCert: true,
    rejectUnauthorized: false,
  };
}

/** Takes no new line and no new message, answers what is in hand, and then ends every line. */
async function closeDoor(server: Server, lines: Set<Iso8583Line>, drainWithinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const giveUp = new AbortController();
  const drained = Promise.all([...lines].map(({ link }) => link.drain()));
  await Promise.race([
    drained,
    sleep(drainWithinMs, undefined, { signal: giveUp.signal }).catch(() => undefined),
  ]);
  giveUp.abort();
  for (const { link } of lines) link.end('the switch stops');
  await closed;
}
