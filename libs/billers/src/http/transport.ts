import { createHash, type KeyObject } from 'node:crypto';
import type { Clock } from '#lib/kernel';
import { setting, type Exchange } from '#lib/platform';
import type { Exchanged } from '../mapping/connector';
import type { Money } from '../mapping/money';
import { prepare, prepareAsText, type Template, type Variables } from '../mapping/template';
import { UnfilledTemplate } from '../unfilled-template';
import { keyOf, prepareComputed, type Compute } from './computed';
import { addressOf, HttpLink, type HttpMessage } from './link';
import { computedFor, lateOnes, templatesOfHttp, type HttpCall, type HttpSpec } from './spec';
import { TokenKeeper } from './token';

/** A body as it goes over the wire; no text where the call has none. */
export interface Encoded {
  text: string | undefined;
  contentType: string | undefined;
  /** False where it is only signed. */
  isSent?: boolean;
}

/** Makes a call over HTTP: form it, sign it, send it once. */
export type HttpSender = (
  variables: Variables,
  withinMs: number,
  onSending?: () => void,
) => Promise<Exchange>;

/** How one biller is reached over HTTP, whatever its messages say: address, headers, signatures, token. */
export class HttpTransport {
  private readonly link: HttpLink;
  private readonly key: KeyObject;
  private readonly constants: Readonly<Record<string, string>>;
  private readonly tokens: TokenKeeper | undefined;

  /** @throws SettingError when the biller's address or a secret is not in the environment, or is no address. */
  constructor(
    private readonly spec: HttpSpec & { biller: string },
    private readonly clock: Clock,
  ) {
    this.link = new HttpLink(addressOf(spec), spec);
    const secret = setting(spec.secret, `the secret shared with biller ${spec.biller}`);
    this.key = keyOf(secret);
    const settings = Object.entries(spec.settings ?? {}).map(
      ([name, variable]) =>
        [`settings.${name}`, setting(variable, `what biller ${spec.biller} calls ${name}`)] as const,
    );
    this.constants = { secret, ...Object.fromEntries(settings) };
    this.tokens = spec.token && new TokenKeeper(spec.token, this.link, clock, this.tokenMessage(spec.token));
  }

  /**
   * Prepares a call.
   * @param body what its body is made of; computed texts that it does not name are not made for it.
   * @param encode its body, of the call's variables.
   */
  sender(
    call: HttpCall,
    money: Money,
    body: Template,
    encode: (variables: Variables) => Encoded,
  ): HttpSender {
    const form = this.former(call, money, body, encode);
    const { tokens, link, clock } = this;
    const { nothingDoneStatus } = this.spec.token ?? {};
    if (!tokens) return (variables, withinMs, onSending) => link.send(form(variables), withinMs, onSending);
    return async (variables, withinMs, onSending) => {
      const deadline = clock.now().getTime() + withinMs;
      for (let isRepeat = false; ; isRepeat = true) {
        const fetched = await tokens.token(deadline - clock.now().getTime());
        // The call of an earlier round was refused with nothing done, so nothing of it is under way either.
        if (!fetched.ok) return { kind: 'not sent', reason: fetched.reason };
        variables['token'] = fetched.token;
        const exchange = await link.send(form(variables), deadline - clock.now().getTime(), onSending);
        if (exchange.kind !== 'answer' || exchange.status !== nothingDoneStatus) return exchange;
        tokens.refused(fetched.token);
        if (isRepeat) return exchange;
      }
    };
  }

  async close(): Promise<void> {
    await this.link.close();
  }

  private former(
    call: HttpCall,
    money: Money,
    body: Template,
    encode: (variables: Variables) => Encoded,
  ): (variables: Variables) => HttpMessage {
    const { signature, headers = {} } = this.spec;
    const computed = computedFor(this.spec, [body, ...templatesOfHttp(this.spec, call)]);
    const late = lateOnes(computed);
    const ready = Object.entries(computed).map(([name, one]) => ({
      variable: `computed.${name}`,
      isLate: late.has(name),
      compute: prepareComputed(one, this.key, money),
    }));
    const early = ready.filter(({ isLate }) => !isLate);
    const afterMessage = ready.filter(({ isLate }) => isLate);
    const sign =
      signature && prepareComputed({ ...signature, text: signature.text ?? '{body}' }, this.key, money);
    const path = pathOf(call, money);
    const fixed = prepare({ ...headers, ...call.headers }, money);
    const method = call.method ?? 'POST';
    const needsHash = JSON.stringify([computed, signature]).includes('{bodySha256}');
    return (variables) => {
      Object.assign(variables, this.constants);
      compute(early, variables);
      const { text, contentType, isSent = true } = encode(variables);
      const pathAndQuery = path(variables);
      if (afterMessage.length > 0 || sign) {
        variables['method'] = method;
        variables['path'] = pathAndQuery.split('?')[0];
        variables['pathAndQuery'] = pathAndQuery;
        variables['body'] = text ?? '';
        if (needsHash)
          variables['bodySha256'] = createHash('sha256')
            .update(text ?? '')
            .digest('hex');
        compute(afterMessage, variables);
      }
      const sent: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
      Object.assign(sent, fixed(variables));
      if (signature && sign) sent[signature.header] = sign(variables);
      return { method, path: pathAndQuery, headers: sent, body: isSent ? text : undefined };
    };
  }

  private tokenMessage(token: NonNullable<HttpSpec['token']>): (now: Date) => HttpMessage {
    const encode = bodyEncoder(token.body, token.content ?? 'json', 'string');
    const early = Object.entries(computedFor(this.spec, [token.body ?? {}, token.headers ?? {}])).map(
      ([name, one]) => ({
        variable: `computed.${name}`,
        compute: prepareComputed(one, this.key, 'string'),
      }),
    );
    const headers = prepare(token.headers ?? {}, 'string');
    return (now) => {
      const variables: Variables = { ...this.constants, now };
      compute(early, variables);
      const { text, contentType } = encode(variables);
      const type: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
      return {
        method: token.method ?? 'POST',
        path: token.path,
        headers: { ...type, ...(headers(variables) as Record<string, string>) },
        body: text,
      };
    };
  }
}

function compute(ready: readonly { variable: string; compute: Compute }[], variables: Variables): void {
  for (const one of ready) variables[one.variable] = one.compute(variables);
}

/** Prepares a body of members: as JSON, or as a form; none without members. */
export function bodyEncoder(
  body: HttpSpecBody | undefined,
  content: 'json' | 'form' | 'none',
  money: Money,
): (variables: Variables) => Encoded {
  if (!body) return () => ({ text: undefined, contentType: undefined });
  const fill = prepare(body, money);
  if (content === 'none')
    return (variables) => ({ text: JSON.stringify(fill(variables)), contentType: undefined, isSent: false });
  if (content === 'json')
    return (variables) => ({ text: JSON.stringify(fill(variables)), contentType: 'application/json' });
  return (variables) => {
    const members = Object.entries(fill(variables) as Record<string, unknown>);
    const text = new URLSearchParams(members.map(([name, value]) => [name, String(value)])).toString();
    return { text, contentType: 'application/x-www-form-urlencoded' };
  };
}

type HttpSpecBody = NonNullable<NonNullable<HttpSpec['token']>['body']>;

/** Prepares path and query; a value stands in them as a URL wants it, a query member without one is left out. */
function pathOf({ path, query }: HttpCall, money: Money): (variables: Variables) => string {
  const pieces = path.split(/(\{[^}]*\})/).map((piece) => ({
    isVariable: piece.startsWith('{'),
    fill: prepareAsText(piece, money),
  }));
  const queries = Object.entries(query ?? {}).map(
    ([name, text]) => [name, prepareAsText(text, money)] as const,
  );
  if (pieces.length === 1 && queries.length === 0) return () => path;
  return (variables) => {
    const whole = pieces.map(({ isVariable, fill }) => {
      const text = fill(variables);
      if (text === undefined || text === '.' || text === '..')
        throw new UnfilledTemplate(`the path ${path} lacks a value`);
      return isVariable ? encodeURIComponent(text) : text;
    });
    const members = queries.flatMap(([name, fill]) => {
      const text = fill(variables);
      return text === undefined ? [] : [[name, text]];
    });
    const search = members.length > 0 ? `?${new URLSearchParams(members).toString()}` : '';
    return whole.join('') + search;
  };
}

/** An exchange without an answer, in the words of the mapping. */
export function unanswered({ kind, reason }: Exclude<Exchange, { kind: 'answer' }>): Exchanged {
  const evidence = { reason };
  return kind === 'lost' ? { kind, evidence } : { kind, evidence };
}
