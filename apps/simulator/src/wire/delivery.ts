import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import type { Reaction } from '../billers/desk';
import { HeldAnswers } from './held-answers';

/** Starts like JSON, so that only a reader who parses to the end finds out. */
const GARBAGE = Buffer.from([0x7b, 0x22, 0x72, 0x63, 0x22, 0x3a, 0xff, 0xfe, 0x00, 0x3c]);

/** Puts a biller's reaction on the wire, good or bad. */
@Injectable()
export class Delivery implements OnApplicationShutdown {
  private readonly held = new HeldAnswers();

  /** Sends an answer as JSON with status 200, or lets it go astray as the reaction says. */
  deliver(reply: FastifyReply, reaction: Reaction<object>): void {
    switch (reaction.how) {
      case 'answer':
        void reply.status(200).send(reaction.answer);
        return;
      case 'error':
        void reply.status(500).send({ error: 'The biller broke down while it worked on this request.' });
        return;
      case 'garbage':
        void reply.status(200).header('content-type', 'application/json').send(GARBAGE);
        return;
      case 'silence':
        reply.hijack();
        this.held.hold(reply.raw.socket ?? reply.request.raw.socket);
        return;
      case 'reset':
        reply.hijack();
        reply.request.raw.socket.resetAndDestroy();
        return;
    }
  }

  onApplicationShutdown(): void {
    this.held.dropAll();
  }
}
