import { Controller, Get, Module, Req, Res, type DynamicModule, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from '#lib/kernel';
import { ConfigError } from '#lib/platform';
import type { DoorParts } from '../door';
import { sendAnswer, type HttpDialect, type WireAnswer } from '../http/dialect';
import type { HttpDoor } from '../http/open-http';
import type { ShownNumber } from '../profiles';
import { RefusedRequest } from '../http/refused-request';
import { lineOf, refusalAnswer, type TextAnswer } from './answer-line';
import { TextDesk } from './desk';
import type { TextProfile } from './profile';

/** A module for each desk, which brings its own controller. */
@Module({})
class TextModule {}

/**
 * The doors of partners that send one GET and read one line: one for each profile that is open, by default none.
 * @throws ConfigError where two profiles have one path, or an address would show what may not be shown.
 */
export function textDoors(parts: DoorParts): HttpDoor[] {
  parts.profiles.requireHidden('text', parts.catalog.products(), numbersInAddresses);
  const desks = [...parts.profiles.all('text')]
    .filter(([, profile]) => profile.open)
    .map(([name, profile]) => new TextDesk(name, profile, parts));
  for (const { name, profile } of desks)
    if (desks.some((other) => other.name !== name && other.profile.path === profile.path))
      throw new ConfigError(`config/channels/${name}.yaml: path: ${profile.path} is another profile's too`);
  return desks.map((desk) => doorOf(desk, parts));
}

/** All that this protocol says stands in an address, which every server on the way writes down. */
function numbersInAddresses({ products }: TextProfile): ShownNumber[] {
  return Object.entries(products).map(([word, { product }]) => ({
    product,
    at: ['products', word, 'product'],
    how: 'here they stand in the address of the call: take the product out',
  }));
}

function doorOf(desk: TextDesk, parts: DoorParts): HttpDoor {
  const module: DynamicModule = { module: TextModule, controllers: [controllerOf(desk)] };
  return {
    // Each needs an identity of its own, or the framework takes them for one.
    module: { ...module, module: class extends TextModule {} },
    dialect: dialectOf(desk, parts),
    profiles: new Map([[desk.name, desk.profile]]),
  };
}

/** GET pays here, as these programs will have it; a reference makes it safe to send again. HEAD does nothing. */
function controllerOf(desk: TextDesk): Type {
  @Controller(desk.profile.path)
  class TextController {
    @Get()
    async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      if (request.method !== 'GET') throw new RefusedRequest(refusal('ENDPOINT_UNKNOWN', request.method));
      sendAnswer(reply, written(desk, await desk.serve(request)));
    }
  }
  return TextController;
}

function dialectOf(desk: TextDesk, { clock }: DoorParts): HttpDialect {
  return {
    speaksAt: (path) => path === desk.profile.path,
    // Whatever it asks for looks the same from outside.
    mayForm: ({ method }) => method === 'GET',
    refusal: (why) => written(desk, refusalAnswer(why, '', desk.profile, clock.now())),
  };
}

function written({ profile: { answers } }: TextDesk, answer: TextAnswer): WireAnswer {
  return {
    status: answers.status === 'ours' ? answer.status : 200,
    headers: { 'content-type': answers.mediaType },
    body: lineOf(answers, answer),
  };
}
