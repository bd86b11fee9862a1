import type { ServerResponse } from 'node:http';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import type { Astray } from '../billers/desk';
import { respond } from './exchange';
import { HeldAnswers } from './held-answers';

const BROKEN_DOWN = JSON.stringify({ error: 'The biller broke down while it worked on this request.' });
/** Starts like JSON, so that only a reader who parses to the end finds out. */
const GARBAGE = Buffer.from([0x7b, 0x22, 0x72, 0x63, 0x22, 0x3a, 0xff, 0xfe, 0x00, 0x3c]);

/** Lets answers over HTTP go astray. */
@Injectable()
export class Delivery implements OnApplicationShutdown {
  private readonly held = new HeldAnswers();

  /** What the caller gets instead of an answer. */
  lose(response: ServerResponse, how: Astray): void {
    switch (how) {
      case 'error':
        return respond(response, { status: 500, body: BROKEN_DOWN });
      case 'garbage':
        return respond(response, { type: 'application/json', body: GARBAGE });
      case 'silence':
        return this.held.hold(response.req.socket);
      case 'reset':
        response.req.socket.resetAndDestroy();
    }
  }

  onApplicationShutdown(): void {
    this.held.dropAll();
  }
}
