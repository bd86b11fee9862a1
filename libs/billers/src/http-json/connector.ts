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
    super(spec, new JsonWire(new HttpTransport(spec, clock)), clock);
  }
}

class JsonWire implements Wire<JsonCall> {
  constructor(private readonly transport: HttpTransport) {}

  sender(call: JsonCall, money: Money): Sender {
    const { body, content = 'json' } = call;
    const send = this.transport.sender(call, money, body ?? {}, bodyEncoder(body, content, money));
    return async (variables, withinMs, onSending) => {
      const exchange = await send(variables, withinMs, onSending);
      if (exchange.kind !== 'answer') return unanswered(exchange);
      const { status, text } = exchange;
      // Only a plain 200 with JSON is a business answer; error pages, redirects and the like say nothing of money.
      if (status !== 200) return { kind: 'lost', evidence: { http: status, reason: `HTTP ${status}` } };
      try {
        return { kind: 'answer', answer: BillerAnswer.parse(text, money), evidence: { http: status } };
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
