import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '#lib/kernel';
import type { Payment } from '#lib/switching';

/** A call as far as it was read. */
export interface HttpCall {
  method: string;
  /** Path and query as sent. */
  url: string;
}

/** An answer as it goes on the wire. */
export interface WireAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** How a door that is spoken over HTTP says no; also where a request reached none of its routes. */
export interface HttpDialect {
  /** Whether a path, without its query, is this door's. */
  speaksAt(path: string): boolean;

  /** Whether a call may form a payment. Where the books are away, such a call is left without an answer. */
  mayForm(call: HttpCall): boolean;

  /** @param payment the one that stands in the request's way, if any. */
  refusal(refusal: Refusal, call: HttpCall, payment?: Payment): WireAnswer;

  /**
   * What support reads of a call that was refused: only what is listed as safe, for nothing masks it after this; nothing
   * of a call whose sender is not known.
   */
  said?(request: FastifyRequest): Readonly<Record<string, unknown>>;
}

/** The dialects of one HTTP server. What belongs to nobody is answered in the first one. */
export class HttpDialects {
  constructor(private readonly dialects: readonly [HttpDialect, ...HttpDialect[]]) {}

  /** The dialect that a call expects its answer in. */
  of({ url }: HttpCall): HttpDialect {
    const path = url.split('?', 1)[0] ?? '';
    return this.dialects.find((dialect) => dialect.speaksAt(path)) ?? this.dialects[0];
  }

  /** A refusal as its caller understands it. */
  refusal(refusal: Refusal, call: HttpCall, payment?: Payment): WireAnswer {
    return this.of(call).refusal(refusal, call, payment);
  }
}

/**
 * Writes an answer. With a serializer of its own the framework adds no charset to its type; as text it leaves in one
 * piece with its headers.
 */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: WireAnswer): void {
  void reply.status(status).headers(headers).serializer(asItStands).send(body);
}

function asItStands(body: unknown): string {
  return body as string;
}
