import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto';
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { channelSecret, SNAP_BANK } from './seed';

/** An answer's envelope, and the data of a virtual account's services. */
export interface SnapBody {
  responseCode: string;
  responseMessage: string;
  accessToken?: string;
  tokenType?: string;
  expiresIn?: string;
  virtualAccountData?: Record<string, unknown> & {
    totalAmount?: { value: string; currency: string };
    paidAmount?: { value: string; currency: string };
    additionalInfo?: { paymentId?: string; inquiryId?: string };
    billDetails?: { billAmount: { value: string } }[];
    inquiryStatus?: string;
    paymentFlagStatus?: string;
  };
}

export interface SnapAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: SnapBody;
  text: string;
}

/** What of a call differs from an ordinary one. A header that is undefined is left out. */
export interface UnusualCall {
  method?: string;
  timestamp?: string;
  externalId?: string;
  secret?: string;
  token?: string;
  headers?: Record<string, string | string[] | undefined>;
  /** Signs something else than what is sent. */
  signature?: string;
  agent?: Agent;
}

/** An account number of the bank's customers. */
export interface TestAccount {
  partnerServiceId: string;
  customerNo: string;
  virtualAccountNo: string;
}

const RUN = Date.now();
let numbers = 0;

/** A bank's side of SNAP, written from the standard alone: it shares no code with the switch. */
export class SnapBankClient {
  private token: string | undefined;

  /** @param url asked at every call, because a switch that was started again listens elsewhere. */
  constructor(
    private readonly url: () => string,
    readonly base = '/openapi/v1.0',
    private readonly bank: typeof SNAP_BANK = SNAP_BANK,
  ) {}

  /** A number no client of this process has used before: digits, as X-EXTERNAL-ID and as a request's number. */
  number(): string {
    numbers += 1;
    return `${RUN}${String(numbers).padStart(6, '0')}`;
  }

  /** The account number of a customer under a product's prefix. */
  account(prefix: string, customerNumber: string): TestAccount {
    const partnerServiceId = this.bank.companyCode.padStart(8, ' ');
    const customerNo = prefix + customerNumber;
    return { partnerServiceId, customerNo, virtualAccountNo: partnerServiceId + customerNo };
  }

  /** Asks for a token, signed with the private key. */
  async askToken(unusual: UnusualCall & { body?: unknown } = {}): Promise<SnapAnswer> {
    const timestamp = unusual.timestamp ?? jakartaNow();
    const text = Buffer.from(`${this.bank.clientKey}|${timestamp}`);
    const signature =
      unusual.signature ?? sign('sha256', text, createPrivateKey(this.bank.privateKey)).toString('base64');
    return this.send(
      unusual.method ?? 'POST',
      `${this.base}/access-token/b2b`,
      rawOf(unusual.body ?? GRANT),
      {
        'Content-Type': 'application/json',
        'X-TIMESTAMP': timestamp,
        'X-CLIENT-KEY': this.bank.clientKey,
        'X-SIGNATURE': signature,
        ...unusual.headers,
      },
    );
  }

  /** Calls a service below the base path. A body that is text or bytes goes as it is, anything else as JSON. */
  async call(path: string, body: unknown, unusual: UnusualCall = {}): Promise<SnapAnswer> {
    const raw = rawOf(body);
    const target = `${this.base}/${path}`;
    const method = unusual.method ?? 'POST';
    const timestamp = unusual.timestamp ?? jakartaNow();
    const token = unusual.token ?? (await this.currentToken());
    const secret = unusual.secret ?? channelSecret(this.bank.channelId);
    const signature = unusual.signature ?? signatureOf({ secret, method, target, token, raw, timestamp });
    return this.send(
      method,
      target,
      raw,
      {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${token}`,
        'X-TIMESTAMP': timestamp,
        'X-SIGNATURE': signature,
        'X-PARTNER-ID': this.bank.partnerId,
        'X-EXTERNAL-ID': unusual.externalId ?? this.number(),
        'CHANNEL-ID': this.bank.channel,
        ...unusual.headers,
      },
      unusual.agent,
    );
  }

  inquire(account: TestAccount, more: object = {}, unusual?: UnusualCall): Promise<SnapAnswer> {
    const body = { ...account, inquiryRequestId: this.number(), ...more };
    return this.call('transfer-va/inquiry', body, unusual);
  }

  pay(account: TestAccount, more: object, unusual?: UnusualCall): Promise<SnapAnswer> {
    return this.call('transfer-va/payment', { ...account, ...more }, unusual);
  }

  status(account: TestAccount, more: object, unusual?: UnusualCall): Promise<SnapAnswer> {
    return this.call('transfer-va/status', { ...account, ...more }, unusual);
  }

  /** Asks for a bill that must be there. @returns the members its payment needs. */
  async order(
    account: TestAccount,
    more: object = {},
  ): Promise<{ paymentRequestId: string; paidAmount: { value: string; currency: string } }> {
    const inquiryRequestId = this.number();
    const { status, body, text } = await this.inquire(account, { inquiryRequestId, ...more });
    const paidAmount = body.virtualAccountData?.totalAmount;
    if (status !== 200 || !paidAmount)
      throw new Error(`no bill for ${account.customerNo}: ${status} ${text}`);
    return { paymentRequestId: inquiryRequestId, paidAmount };
  }

  async currentToken(): Promise<string> {
    this.token ??= (await this.askToken()).body.accessToken;
    return this.token ?? '';
  }

  private send(
    method: string,
    path: string,
    raw: Buffer,
    headers: Record<string, string | string[] | undefined>,
    agent?: Agent,
  ): Promise<SnapAnswer> {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const { hostname, port } = new URL(this.url());
    return new Promise((resolve, reject) => {
      const call = request({ hostname, port, method, path, headers: sent, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
          const body = (isJson ? JSON.parse(text) : {}) as SnapBody;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text });
        });
      });
      call.on('error', reject);
      call.end(raw);
    });
  }
}

const GRANT = { grantType: 'client_credentials' };

/** HMAC-SHA512 over METHOD:path:token:hash of the body:timestamp. */
export function signatureOf(what: {
  secret: string;
  method: string;
  target: string;
  token: string;
  raw: Buffer;
  timestamp: string;
}): string {
  // The white space between the tokens is not signed; that within strings is.
  const minified = what.raw.toString('latin1').replace(/("(?:[^"\\]|\\[^])*")|[ \t\r\n]+/g, '$1');
  const bodyHash = createHash('sha256').update(Buffer.from(minified, 'latin1')).digest('hex');
  return createHmac('sha512', what.secret)
    .update(`${what.method}:${what.target}:${what.token}:${bodyHash}:${what.timestamp}`)
    .digest('base64');
}

/** Now, as `2026-01-15T08:30:00+07:00`. */
export function jakartaNow(offsetMs = 0): string {
  return `${new Date(Date.now() + 7 * 3_600_000 + offsetMs).toISOString().slice(0, 19)}+07:00`;
}

function rawOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
