import { createHash, createHmac } from 'node:crypto';
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as secureRequest } from 'node:https';
import { channelSecret } from './seed';

/** An error answer, as the contract describes it; its `status` is that of the answer. */
export interface ProblemBody {
  type: string;
  title: string;
  detail: string;
  code: string;
  message: { id: string; en: string };
  field?: string;
  final: boolean;
  formed: boolean;
  paymentId?: string;
}

/** An offer, as the contract describes it. */
export interface OfferBody {
  inquiryId: string;
  reference: string;
  product: string;
  customerNumber: string;
  customerName: string;
  bills: { period: string; amount: string; penalty: string; details: Record<string, string> }[];
  amount: string;
  adminFee: string;
  total: string;
  commission: string;
  charge: string;
  remaining?: number;
  validUntil: string;
  details: Record<string, string>;
}

/** A payment, as the contract describes it. */
export interface PaymentBody {
  paymentId: string;
  reference: string;
  status: 'PAID' | 'DECLINED' | 'IN_PROGRESS' | 'REVERSED';
  code: string;
  final: boolean;
  total: string;
  amount: string;
  adminFee: string;
  commission: string;
  charge: string;
  receipt: { lines: string[]; fields: Record<string, string> } | null;
  billerReference: string | null;
  legReference: string;
  balanceAfter: string | null;
  businessDate: string;
}

/** What came back. A member that the answer does not have reads as undefined. */
export interface Answer<Body> {
  status: number;
  headers: IncomingHttpHeaders;
  body: Body;
  /** The bytes, for what is no JSON. */
  text: string;
}

/** What of a call differs from an ordinary one. A header that is undefined is left out. */
export interface Unusual {
  secret?: string;
  timestamp?: string;
  headers?: Record<string, string | string[] | undefined>;
  agent?: Agent;
  /** What a caller by TLS trusts, and shows of itself; a connection of its own for each call. */
  tls?: { ca: string; cert?: string; key?: string };
  /** Aborts the connection. */
  signal?: AbortSignal;
}

/** A partner's side of the H2H API, written from the contract alone: it shares no code with the switch. */
export class H2hClient {
  private count = 0;

  /** @param url asked at every call, because a switch that was started again listens elsewhere. */
  constructor(
    private readonly url: () => string,
    readonly channelId = 'ppob-nusantara',
    private readonly secret = channelSecret(channelId),
  ) {}

  /** A reference this client has not used before. */
  reference(): string {
    return `${this.channelId}-${(this.count += 1)}`;
  }

  /** Signs and sends. A body that is text or bytes goes as it is, anything else as JSON. */
  async call<Body = ProblemBody>(
    method: string,
    target: string,
    body?: unknown,
    unusual: Unusual = {},
  ): Promise<Answer<Body>> {
    const raw = rawOf(body);
    const { headers, agent, signal, tls } = unusual;
    const signed = this.headers(method, target, raw, unusual);
    const all = { ...(raw.length > 0 ? { 'Content-Type': 'application/json' } : {}), ...signed, ...headers };
    const sent = Object.entries(all).filter(([, value]) => value !== undefined);
    const { hostname, port, protocol } = new URL(this.url());
    const ask = protocol === 'https:' ? secureRequest : request;
    return new Promise((resolve, reject) => {
      const call = ask(
        {
          hostname,
          port,
          method,
          path: target,
          headers: Object.fromEntries(sent),
          agent: tls ? false : agent,
          signal,
          ...tls,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
            const read = isJson ? (JSON.parse(text) as Body) : ({} as Body);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read, text });
          });
        },
      );
      call.on('error', reject);
      call.end(raw);
    });
  }

  /** The headers that prove who calls. */
  headers(method: string, target: string, body: Buffer, unusual: Unusual = {}): Record<string, string> {
    const { secret = this.secret, timestamp = new Date().toISOString() } = unusual;
    return {
      'X-Channel-Id': this.channelId,
      'X-Timestamp': timestamp,
      'X-Signature': signatureOf(secret, method, target, timestamp, body),
    };
  }

  get<Body>(target: string): Promise<Answer<Body>> {
    return this.call<Body>('GET', target);
  }

  /** Asks for a bill under a reference of its own. */
  ask(members: Record<string, unknown>): Promise<Answer<OfferBody & ProblemBody>> {
    return this.call('POST', '/v1/inquiries', { reference: this.reference(), ...members });
  }

  /** Asks for a bill that must be there. */
  async offer(
    product: string,
    customerNumber: string,
    more: Record<string, unknown> = {},
  ): Promise<OfferBody> {
    const needs = product.endsWith('prepaid') ? { amount: '20000' } : {};
    const { status, body, text } = await this.ask({ product, customerNumber, ...needs, ...more });
    if (status !== 200) throw new Error(`no offer for ${customerNumber}: ${status} ${text}`);
    return body;
  }

  /** Pays an offer, under a reference of its own unless one is given. */
  pay(
    offer: { inquiryId: string; total: string },
    reference = this.reference(),
    unusual: Unusual = {},
  ): Promise<Answer<PaymentBody & ProblemBody>> {
    const { inquiryId, total } = offer;
    return this.call('POST', '/v1/payments', { reference, inquiryId, total }, unusual);
  }

  /** Asks for a bill and pays it. */
  async payFor(product: string, customerNumber: string): Promise<Answer<PaymentBody & ProblemBody>> {
    return this.pay(await this.offer(product, customerNumber));
  }

  payment(paymentId: string): Promise<Answer<PaymentBody & ProblemBody>> {
    return this.get(`/v1/payments/${paymentId}`);
  }
}

/** Base64 of HMAC-SHA256 over four lines: method, path and query, time, SHA-256 of the body in hex. */
export function signatureOf(
  secret: string,
  method: string,
  target: string,
  timestamp: string,
  body: Buffer,
): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', secret)
    .update(`${method}\n${target}\n${timestamp}\n${digest}`)
    .digest('base64');
}

let customers = 0;

/** A customer number nobody has used yet; its ending tells the simulated biller what to do. */
export function customer(product: string, ending = '0000'): string {
  customers += 1;
  const serial = (digits: number) => String(customers).padStart(digits, '0');
  if (product === 'pdam-tirta-jaya') return `70${serial(4)}${ending}`;
  return product.endsWith('prepaid') ? `1427${serial(4)}${ending}` : `5311${serial(4)}${ending}`;
}

function rawOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The products of the demo that a partner may sell. */
export const PRODUCTS = ['pln-postpaid', 'pln-prepaid', 'pdam-tirta-jaya'] as const;

/** Fails unless the answer is a whole problem that says this and promises that nothing was formed. */
export function expectProblem(
  answer: Answer<ProblemBody>,
  status: number,
  code: string,
  field?: string,
): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({
    status,
    type: 'about:blank',
    title: expect.any(String),
    detail: expect.any(String),
    code,
    message: { id: expect.any(String), en: expect.any(String) },
    final: !['NOT_NOW', 'PAYMENT_UNKNOWN', 'RATE_LIMITED'].includes(code),
    formed: false,
    ...(field === undefined ? {} : { field }),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json');
}
