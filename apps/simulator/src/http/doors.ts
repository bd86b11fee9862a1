import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Logger } from '@nestjs/common';

import type { Behaviour } from '../billers/behaviour';
import { BILLERS, type Biller } from '../billers/biller';
import type { Delivery } from '../wire/delivery';
import { bodyOf, respond } from '../wire/exchange';
import type { HttpCall, Route } from './route';

type Address = {
  readonly biller: Biller;
  readonly serve: Route['serve'];
  /** What the end of the path stands for, where any will do. */
  readonly ending: string | undefined;
};
type Texts = Readonly<Record<string, string>>;

const NONE: Texts = {};

/**
 * Every address of the billers, below `/billers/<biller>`. It stands before the controllers and their framework, as benches
 * call it thousands of times a second.
 */
export class Doors {
  private readonly logger = new Logger('billers');
  private readonly addresses = new Map<string, Address>();

  constructor(
    private readonly behaviour: Behaviour,
    private readonly delivery: Delivery,
  ) {}

  /** Opens a biller's addresses. In a path, only the end may be a name, such as `/payments/:reference`. */
  open(biller: Biller, routes: readonly Route[]): void {
    for (const { method, path, serve } of routes) {
      const [place = '', ending] = path.split(':');
      this.addresses.set(`${method} /billers/${biller.id}${place}`, { biller, serve, ending });
    }
  }

  /** Serves the calls to billers, and leaves the others to whom they are for. */
  before(others: RequestListener): RequestListener {
    return (request, response) => {
      if (!request.url?.startsWith('/billers/')) return others(request, response);
      this.answer(request, response).catch((error: unknown) => {
        this.logger.error(error);
        this.delivery.lose(response, 'error');
      });
    };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const [path = '', query = ''] = url.split('?');
    const found = this.find(method, path);
    if (!found) return respond(response, nobodyAt(method, url));
    const raw = await bodyOf(request);
    if (!raw) return respond(response, TOO_LARGE, true);

    const [{ biller, serve }, params] = found;
    const mode = this.behaviour.modeOf(biller);
    if (mode.mode === 'dead') return this.delivery.lose(response, 'silence');
    if (mode.mode === 'refusing') return this.delivery.lose(response, 'reset');
    if (mode.mode === 'slow') await sleep(mode.delayMs, undefined, { ref: false });
    const call: HttpCall = { method, path: url, headers, params, query: queryOf(query), raw };
    const reaction = await serve(call);
    if (reaction.how === 'answer') respond(response, reaction.answer);
    else this.delivery.lose(response, reaction.how);
  }

  private find(method: string, path: string): [Address, params: Texts] | undefined {
    const address = this.addresses.get(`${method} ${path}`);
    if (address && !address.ending) return [address, NONE];
    const cut = path.lastIndexOf('/') + 1;
    const family = this.addresses.get(`${method} ${path.slice(0, cut)}`);
    const value = decoded(path.slice(cut));
    return family?.ending && value ? [family, { [family.ending]: value }] : undefined;
  }
}

const TOO_LARGE = { status: 413, body: JSON.stringify({ message: 'The body is too large.' }) };

function nobodyAt(method: string, url: string): { status: number; body: string } {
  const known = BILLERS.map(({ id }) => id).join(', ');
  const message = `Nobody answers at ${method} ${url}; there is ${known}.`;
  return { status: 404, body: JSON.stringify({ message }) };
}

function queryOf(text: string): Texts {
  return text === '' ? NONE : Object.fromEntries(new URLSearchParams(text));
}

/** Undefined where it is not percent-encoded as it must be. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
