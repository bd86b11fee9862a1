import type { Clock } from '#lib/kernel';
import { bodyEncoder, HttpTransport, unanswered } from '../http/transport';
import { BillerAnswer } from '../mapping/answer';
import { UnreadableAnswer } from '../unreadable-answer';
import { MappedConnector, type Sender, type Wire } from '../mapping/connector';
import type { Money } from '../mapping/money';
import type { HttpJsonSpec, JsonCall } from './spec';

/** Speaks to any biller whose dialect is JSON over HTTP, as its spec says. */
export class HttpJsonConnector extends MappedConnector<JsonCall> {
  constructor(spec: HttpJsonSpec, clock: Clock) {
    super(spec, new JsonWire(new HttpTransport(spec, clock), spec.refusesUnder ?? []), clock);
  }
}

class JsonWire implements Wire<JsonCall> {
  constructor(
    private readonly transport: HttpTransport,
    private readonly refusesUnder: readonly number[],
  ) {}

  sender(call: JsonCall, money: Money): Sender {
    const { body, content = 'json' } = call;
    const send = this.transport.sender(call, money, body ?? {}, bodyEncoder(body, content, money));
    return async (variables, withinMs, onSending) => {
      const exchange = await send(variables, withinMs, onSending);
      if (exchange.kind !== 'answer') return unanswered(exchange);
      const { status, text } = exchange;
      // Only a plain 200 with JSON is a business answer, and a refusal where the biller's file says under what else it
      // comes; error pages, redirects and the like say nothing of money.
      const canOnlyRefuse = this.refusesUnder.includes(status);
      if (status !== 200 && !canOnlyRefuse)
        return { kind: 'lost', evidence: { http: status, reason: `HTTP ${status}` } };
      try {
        const answer = BillerAnswer.parse(text, money);
        return { kind: 'answer', answer, canOnlyRefuse, evidence: { http: status } };
      } catch (error) {
        if (!(error instanceof UnreadableAnswer)) throw error;
        return { kind: 'lost', evidence: { http: status, reason: `unreadable: ${error.message}` } };
      }
    };
  }

  async close(): Promise<void> {
    await this.transport.close();
  }
}
