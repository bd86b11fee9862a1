import { createServer, type RequestListener } from 'node:http';

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

import type { Clock } from '#lib/kernel';

import { Behaviour } from './billers/behaviour';
import { BILLERS } from './billers/biller';
import { Counter } from './billers/counter';
import { BillerDesk } from './billers/desk';
import { Floats } from './billers/floats';
import { StampDesk } from './billers/stamps';
import { HTTP_DIALECTS } from './dialects';
import { Doors } from './http/doors';
import { IsoHost } from './iso/host';
import { ISO_DIALECTS, Lines } from './iso/lines';
import type { Settings } from './settings';
import { type Shared, SimulatorModule } from './simulator.module';
import { PaymentBook } from './truth/payment-book';
import { Delivery } from './wire/delivery';
import { BODY_SIZE_MAX_BYTES } from './wire/exchange';

/** A client that dribbles its request gets no more than this. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than any caller keeps a connection that it does not use. */
const KEEP_ALIVE_MS = 72_000;

/** Builds the simulator, ready to listen. */
export async function createSimulator(settings: Settings, clock: Clock): Promise<NestFastifyApplication> {
  const book = new PaymentBook(settings.stateFolder);
  const floats = new Floats(book, settings.stateFolder);
  const shared: Shared = {
    book,
    floats,
    behaviour: new Behaviour(),
    delivery: new Delivery(),
    lines: new Lines(),
  };
  const doors = openBillers(settings, clock, shared);
  return NestFactory.create<NestFastifyApplication>(
    SimulatorModule.of(settings, clock, shared),
    controllersBehind(doors),
    { bodyParser: false, logger: ['error', 'warn'] },
  );
}

/** One server for both: calls to billers end at their doors, all others reach the controllers. */
function controllersBehind(doors: Doors): FastifyAdapter {
  const limits = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_SIZE_MAX_BYTES,
    serverFactory: (controllers: RequestListener) => createServer(limits, doors.before(controllers)),
    // A held answer would otherwise keep the simulator from ending.
    forceCloseConnections: true,
  });
  // Signatures cover the bytes as sent, so no parser may touch them before we do.
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
}

/** Gives every biller its addresses or its line. */
function openBillers(
  settings: Settings,
  clock: Clock,
  { book, floats, behaviour, delivery, lines }: Shared,
): Doors {
  const doors = new Doors(behaviour, delivery);
  const desk = new BillerDesk(book, floats, clock);
  const stamps = new StampDesk(book, clock, settings.stateFolder);
  for (const biller of BILLERS) {
    const known = settings.billers.get(biller.id);
    if (!known) continue;
    const counter = new Counter(biller, desk, behaviour);
    const iso = ISO_DIALECTS[biller.dialect];
    if (iso) lines.add(biller, new IsoHost(iso, counter, behaviour, () => clock.now(), known.port ?? 0));
    const dialect = HTTP_DIALECTS[biller.dialect];
    if (dialect) doors.open(biller, dialect({ counter, ...known, floats, stamps, clock }));
  }
  return doors;
}
