import type { Clock } from '#lib/kernel';
import { HttpTransport, unanswered, type Encoded } from '../http/transport';
import { BillerAnswer } from '../mapping/answer';
import { UnreadableAnswer } from '../unreadable-answer';
import { MappedConnector, type Sender, type Wire } from '../mapping/connector';
import type { Money } from '../mapping/money';
import { prepare, type Variables } from '../mapping/template';
import { readSoap, writeSoap, type Said } from './soap';
import type { XmlCall, XmlSpec } from './spec';
import { readXmlRpc, writeXmlRpc } from './xml-rpc';

/** Speaks to any biller whose dialect is SOAP 1.1 or XML-RPC, as its spec says. */
export class XmlConnector extends MappedConnector<XmlCall> {
  constructor(spec: XmlSpec, clock: Clock) {
    super(spec, new XmlWire(spec, new HttpTransport(spec, clock)), clock);
  }
}

class XmlWire implements Wire<XmlCall> {
  private readonly isSoap: boolean;

  constructor(
    private readonly spec: XmlSpec,
    private readonly transport: HttpTransport,
  ) {
    this.isSoap = spec.protocol === 'soap';
  }

  sender(call: XmlCall, money: Money): Sender {
    const encode = this.isSoap ? this.soapEncoder(call, money) : rpcEncoder(call, money);
    const named = [call.body, this.spec.soapHeader ?? {}];
    const headers =
      call.action === undefined ? call.headers : { SOAPAction: `"${call.action}"`, ...call.headers };
    const send = this.transport.sender({ ...call, headers }, money, named, encode);
    return async (variables, withinMs, onSending) => {
      const exchange = await send(variables, withinMs, onSending);
      if (exchange.kind !== 'answer') return unanswered(exchange);
      const { status, text } = exchange;
      const evidence = { http: status };
      try {
        const { content, fault } = this.read(call, status, text);
        return {
          kind: 'answer',
          answer: new BillerAnswer(content, money, { oneIsAList: true }),
          fault,
          evidence,
        };
      } catch (error) {
        if (!(error instanceof UnreadableAnswer)) throw error;
        return { kind: 'lost', evidence: { ...evidence, reason: `unreadable: ${error.message}` } };
      }
    };
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  /** A SOAP fault comes under 500, and nothing else that we believe does. */
  private read({ response = '' }: XmlCall, status: number, text: string): Said {
    if (status !== 200 && !(this.isSoap && status === 500)) throw new UnreadableAnswer(`HTTP ${status}`);
    const said = this.isSoap ? readSoap(text, response) : readXmlRpc(text);
    if (status === 500 && said.fault === undefined) throw new UnreadableAnswer('HTTP 500');
    return said;
  }

  private soapEncoder({ request, body }: XmlCall, money: Money): (variables: Variables) => Encoded {
    const { namespace = '', soapHeader } = this.spec;
    const members = prepare(body, money);
    const header = soapHeader && prepare(soapHeader, money);
    return (variables) => ({
      text: writeSoap(
        namespace,
        request,
        members(variables) as object,
        header?.(variables) as object | undefined,
      ),
      contentType: 'text/xml; charset=utf-8',
    });
  }
}

/** A parameter without a value keeps its place. */
function rpcEncoder({ request, body }: XmlCall, money: Money): (variables: Variables) => Encoded {
  const parameters = (Array.isArray(body) ? body : []).map((one) => prepare(one, money));
  return (variables) => ({
    text: writeXmlRpc(
      request,
      parameters.map((one) => one(variables)),
    ),
    contentType: 'text/xml',
  });
}
