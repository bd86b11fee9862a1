import { Controller, type DynamicModule, Get, Inject, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions } from 'fastify';
import type { Server } from 'node:http';
import { ConfigError, type Logger } from '#lib/platform';
import type { Door } from '../door';
import { believe } from './caller';
import { HttpDialects, type HttpDialect } from './dialect';
import type { ChannelClaim } from './intake';
import type { HttpLimits } from './limits';
import { RefusalFilter } from './refusal.filter';
import { httpServerOptions, prepareHttpServer } from './server';
import { HTTP_LOGGER } from './tokens';
import type { Transport } from './transport';

/** A door that is spoken over HTTP: its routes, how it says no, and whom it serves. */
export interface HttpDoor {
  dialect: HttpDialect;
  module: DynamicModule;
  /** Which of its channels a request names itself by in a header; left out where none does. */
  claim?: ChannelClaim;
  /** The profiles it serves, by name. */
  profiles: ReadonlyMap<string, { answerWithinMs: number }>;
}

/** Where an HTTP server listens, and its bounds. */
export interface HttpSettings {
  host: string;
  port: number;
  transport: Transport;
  limits: HttpLimits;
  logger: Logger;
  /** Whether so much is worked on already that whoever comes waits at the door. */
  isBusy?: () => boolean;
  /** The doors of the process that are spoken otherwise, for whoever watches it. */
  others?: readonly Door[];
}

const OTHER_DOORS = Symbol('other doors');

/** For whoever watches the process. It has no door of its own. A door that is down leaves the others in use: still 200. */
@Controller('health')
class HealthController {
  constructor(@Inject(OTHER_DOORS) private readonly others: readonly Door[]) {}

  @Get()
  health(): { status: 'ok' | 'door down'; down?: string[] } {
    const down = this.others.filter((door) => !door.isOpen()).flatMap(({ names }) => names);
    return down.length === 0 ? { status: 'ok' } : { status: 'door down', down };
  }
}

@Module({ controllers: [HealthController] })
class HttpServerModule {}

/**
 * Opens one HTTP server for several doors.
 * @param doors what belongs to none of them is answered in the dialect of the first.
 * @throws ConfigError where a profile's time to answer is longer than a connection is kept open for it.
 */
export async function openHttp(
  doors: readonly [HttpDoor, ...HttpDoor[]],
  { host, port, transport, limits, logger, isBusy, others: otherDoors = [] }: HttpSettings,
): Promise<Door> {
  for (const { profiles } of doors) requireTimeToAnswer(profiles, limits);
  const [first, ...others] = doors;
  const dialects = new HttpDialects([first.dialect, ...others.map(({ dialect }) => dialect)]);
  const adapter = new FastifyAdapter(
    httpServerOptions(limits, dialects, transport) as FastifyHttpOptions<Server>,
  );
  prepareHttpServer(adapter.getInstance(), limits, dialects, { claim: claimAt(doors), isBusy });
  believe(transport.proxy, adapter.getInstance());
  const server: DynamicModule = {
    module: HttpServerModule,
    imports: doors.map(({ module }) => module),
    providers: [
      { provide: HTTP_LOGGER, useValue: logger },
      { provide: OTHER_DOORS, useValue: otherDoors },
      { provide: HttpDialects, useValue: dialects },
      { provide: APP_FILTER, useClass: RefusalFilter },
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(server, adapter, {
    bodyParser: false,
    logger: ['fatal', 'error', 'warn'],
  });
  await app.listen(port, host);
  const url = await app.getUrl();
  const listening: Server = app.getHttpServer();
  return {
    url: transport.tls ? url.replace(/^http:/, 'https:') : url,
    names: doors.flatMap(({ profiles: served }) => [...served.keys()]),
    isOpen: () => listening.listening,
    close: () => app.close(),
  };
}

function claimAt(doors: readonly HttpDoor[]): ChannelClaim {
  return (headers) => {
    for (const { claim } of doors) {
      const channelId = claim?.(headers);
      if (channelId !== undefined) return channelId;
    }
    return undefined;
  };
}

function requireTimeToAnswer(profiles: HttpDoor['profiles'], { closeAfterMs }: HttpLimits): void {
  for (const [name, { answerWithinMs }] of profiles)
    if (answerWithinMs >= closeAfterMs)
      throw new ConfigError(
        `config/channels/${name}.yaml: answerWithinMs: is ${answerWithinMs}, must be below http.closeAfterMs of ` +
          `config/limits.yaml, ${closeAfterMs}: no answer could leave after that`,
      );
}
