import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

import { Clock } from '#lib/kernel';

import type { Settings } from './settings';
import { SimulatorModule } from './simulator.module';

/** No message of any dialect comes near this size. */
const BODY_SIZE_MAX_BYTES = 64 * 1024;
/** A client that dribbles its request gets no more than this. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Builds the simulator, ready to listen. */
export async function createSimulator(settings: Settings, clock: Clock): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_SIZE_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A held answer would otherwise keep the simulator from ending.
    forceCloseConnections: true,
  });
  // Signatures cover the bytes as sent, so no parser may touch them before we do.
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  return NestFactory.create<NestFastifyApplication>(SimulatorModule.of(settings, clock), adapter, {
    bodyParser: false,
    logger: ['error', 'warn'],
  });
}
