import { createHash, createHmac } from 'node:crypto';

import { SECRET, type Simulator } from './a-simulator';

/** Whatever the other side wrote; the tests look into it. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;

/** What a client understood of an answer; `code` in the dialect's own words. */
export type Shown = {
  readonly code: string;
  readonly offer: string;
  readonly bills: readonly { readonly amount: bigint; readonly penalty: bigint }[];
  readonly name: string;
  readonly minimum?: bigint;
};
export type Told = { readonly code: string; readonly amount: bigint | undefined; readonly body: Json };
export type Order = {
  readonly number: string;
  readonly reference: string;
  readonly offer: string;
  readonly count: number;
  readonly amount: bigint;
};

/** A biller's client as its page says, written from the page alone. */
export type Client = {
  /** The codes of its page, in the order of {@link WORDS}. */
  readonly codes: Readonly<Record<string, string>>;
  readonly inquire?: (number: string, more?: Json) => Promise<Shown>;
  readonly pay: (order: Order) => Promise<Told>;
  readonly advise: (reference: string, number: string) => Promise<Told>;
};

type Exchange = { readonly status: number; readonly body: Json };
/** In this time everything is answered that is, even on a busy machine. */
const ANSWER_MS = 20_000;
/** What ends when clients have waited long enough for an answer; a test that expects a silence makes it short. */
export const patience = { over: answerTime };

/** Whatever is answered at all is answered before this is over. */
export function answerTime(): AbortSignal {
  return AbortSignal.timeout(ANSWER_MS);
}
const DATE = '2026-07-14';
const COMPACT = '20260714';
const TIME = '2026-07-14T08:10:21+07:00';
const USER = 'simpul';
const BASIC = { authorization: `Basic ${Buffer.from(`${USER}:${SECRET}`).toString('base64')}` };

export const hmac = (algorithm: string, text: string, encoding: 'hex' | 'base64' | 'base64url'): string =>
  createHmac(algorithm, SECRET).update(text).digest(encoding);
export const hashed = (algorithm: string, text: string): string =>
  createHash(algorithm).update(text).digest('hex');

async function call(
  world: Simulator,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Exchange> {
  const response = await fetch(`${world.url()}/billers/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
    signal: patience.over(),
  });
  if (response.status === 500) throw new Error('HTTP 500');
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return { status: response.status, body: (await response.json()) as Json };
}

const rupiah = (value: unknown): bigint => BigInt(String(value).replace(/\.00$/, ''));
const maybe = (value: unknown): bigint | undefined => (value === undefined ? undefined : rupiah(value));
const lines = (list: Json[], amount: string, penalty: string): Shown['bills'] =>
  list.map((one) => ({ amount: rupiah(one[amount]), penalty: rupiah(one[penalty]) }));
const words = (...codes: string[]): Record<string, string> =>
  Object.fromEntries(WORDS.map((word, index) => [word, codes[index] ?? '']));

export const WORDS = [
  'OK',
  'CUSTOMER_UNKNOWN',
  'ALREADY_PAID',
  'DECLINED',
  'WRONG_AMOUNT',
  'IN_PROCESS',
  'PAYMENT_UNKNOWN',
  'DUPLICATE',
] as const;

export function telkom(world: Simulator, product: string): Client {
  const send = async (type: string, number: string, traxId: string, more: Json = {}): Promise<Json> => {
    const parts = [USER, product, '6018', 'SIMPUL01', type, number, traxId, '20260714081021', SECRET];
    const message = {
      userName: USER,
      productCode: product,
      channel: '6018',
      terminal: 'SIMPUL01',
      transactionType: type,
      billNumber: number,
      traxId,
      timeStamp: '20260714081021',
      signature: hashed('sha256', parts.join('')),
      ...more,
    };
    return (await call(world, 'telkom/transaction', {}, JSON.stringify(message))).body;
  };
  const told = (body: Json): Told => ({ code: body.bit39, amount: maybe(body.amount), body });
  return {
    codes: words('00', '76', '88', '05', '13', '68', '25', '94'),
    inquire: async (number) => {
      const body = await send('38', number, 'T1');
      return {
        code: body.bit39,
        offer: body.bit61,
        bills: lines(body.billing ?? [], 'amount', 'penalty'),
        name: body.customerName,
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send('50', number, reference, {
          bit61: offer,
          billQty: String(count),
          amount: String(amount),
          settlementDate: COMPACT,
        }),
      ),
    advise: async (reference, number) => told(await send('55', number, reference)),
  };
}

export function bpjs(world: Simulator, biller: string, product: string): Client {
  const send = async (path: string, message: Json): Promise<Json> => {
    const body = JSON.stringify(message);
    const canonical = `POST:${path}:${hashed('sha256', body)}:${TIME}`;
    const headers = {
      'X-Client-Id': USER,
      'X-Timestamp': TIME,
      'X-Signature': hmac('sha512', canonical, 'hex'),
    };
    return (await call(world, `${biller}${path}`, headers, body)).body;
  };
  const told = (body: Json): Told => ({ code: body.kode, amount: maybe(body.data?.total), body });
  return {
    codes: words('00', '01', '02', '03', '04', '09', '07', '11'),
    inquire: async (number, more = {}) => {
      const { kode, data } = await send('/v1/inquiry', {
        peserta: number,
        produk: product,
        trace: 'T1',
        ...more,
      });
      return {
        code: kode,
        offer: data?.idTagihan,
        bills: lines(data?.tagihan ?? [], 'nilai', 'denda'),
        name: data?.nama,
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send('/v1/payment', {
          produk: product,
          peserta: number,
          idTagihan: offer,
          referensi: reference,
          jumlahTagihan: count,
          total: Number(amount),
          tanggalBuku: DATE,
        }),
      ),
    advise: async (reference) => told(await send('/v1/status', { referensi: reference })),
  };
}

export function commands(world: Simulator, biller: string, product: string, hasInquiry: boolean): Client {
  const send = async (third: string, message: Json): Promise<Json> =>
    (
      await call(
        world,
        `${biller}/api`,
        {},
        JSON.stringify({ username: USER, sign: hashed('md5', USER + SECRET + third), ...message }),
      )
    ).body.data as Json;
  const told = (body: Json): Told => ({ code: body.rc, amount: maybe(body.price), body });
  const inquire: Client['inquire'] = async (number) => {
    const body = await send('T1', { commands: 'inquiry', ref_id: 'T1', code: product, hp: number });
    return { code: body.rc, offer: body.tr_id, bills: [], name: body.name };
  };
  return {
    codes: words('00', '14', '34', '07', '93', '39', '06', '11'),
    ...(hasInquiry && { inquire }),
    pay: async ({ number, reference, offer, amount }) =>
      told(
        await send(reference, {
          commands: 'topup',
          ref_id: reference,
          code: product,
          hp: number,
          nominal: Number(amount),
          tr_id: offer,
          date: DATE,
        }),
      ),
    advise: async (reference) => told(await send(reference, { commands: 'checkstatus', ref_id: reference })),
  };
}

export function wallet(world: Simulator, biller: string, product: string): Client {
  let bearer: Promise<Record<string, string>> | undefined;
  const token = async (): Promise<Record<string, string>> => {
    const headers = { ...BASIC, 'content-type': 'application/x-www-form-urlencoded' };
    const { body } = await call(world, `${biller}/oauth/token`, headers, 'grant_type=client_credentials');
    return { authorization: `Bearer ${body.access_token}` };
  };
  const send = async (path: string, message?: Json): Promise<Json> =>
    (
      await call(
        world,
        biller + path,
        await (bearer ??= token()),
        message === undefined ? undefined : JSON.stringify(message),
      )
    ).body;
  const told = (body: Json): Told => ({ code: body.status, amount: maybe(body.amount), body });
  return {
    codes: words(
      'SUCCESS',
      'ACCOUNT_NOT_FOUND',
      'ALREADY_PAID',
      'REJECTED',
      'AMOUNT_INVALID',
      'PROCESSING',
      'NOT_FOUND',
      'DUPLICATE_REFERENCE',
    ),
    inquire: async (number) => {
      const body = await send('/wallets/inquiry', { product, phone: number, trace: 'T1' });
      return { code: body.status, offer: body.inquiryId, bills: body.bills ?? [], name: body.name };
    },
    pay: async ({ number, reference, offer, amount }) =>
      told(
        await send('/wallets/topups', {
          product,
          phone: number,
          inquiryId: offer,
          reference,
          amount: `${amount}.00`,
          bookingDate: DATE,
        }),
      ),
    advise: async (reference) => told(await send(`/wallets/topups/${reference}`)),
  };
}

export function jwt(world: Simulator, biller: string, product: string): Client {
  const send = async (path: string, payload: Json): Promise<Json> => {
    const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
    const headers = { KEY: USER, VERSION: '1.0', TOKEN: `${signed}.${hmac('sha256', signed, 'base64url')}` };
    return (await call(world, `${biller}/api/v2/bill/${path}`, headers, '{}')).body;
  };
  const told = (body: Json): Told => ({
    code: String(body.responseCode),
    amount: maybe(body.data?.amount),
    body,
  });
  return {
    codes: words('0', '414', '488', '405', '413', '299', '463', '494'),
    inquire: async (number) => {
      const { responseCode, data } = await send('inquiry', { product, customerNumber: number, trace: 'T1' });
      return {
        code: responseCode === 300 ? '0' : String(responseCode),
        offer: data?.inquiryId,
        bills: lines(data?.billDetails ?? [], 'amount', 'penalty'),
        name: data?.customerName,
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send('payment', {
          product,
          customerNumber: number,
          inquiryId: offer,
          refNumber: reference,
          billCount: count,
          amount: Number(amount),
          settlementDate: DATE,
        }),
      ),
    advise: async (reference) => told(await send('status', { refNumber: reference })),
  };
}

export function gas(world: Simulator): Client {
  const send = async (path: string, message?: Json): Promise<Json> =>
    (
      await call(
        world,
        `gas-nusantara${path}`,
        BASIC,
        message === undefined ? undefined : JSON.stringify(message),
      )
    ).body;
  const told = (body: Json): Told => {
    const sen = maybe(body.payment?.amountSen);
    return { code: body.status.code, amount: sen === undefined ? undefined : sen / 100n, body };
  };
  return {
    codes: words('S00', 'F14', 'F88', 'F05', 'F13', 'P68', 'F63', 'F94'),
    inquire: async (number) => {
      const { status, bill } = await send(`/bills/${number}?product=pgn-gas&trace=T1`);
      const bills = lines(bill?.items ?? [], 'amountSen', 'penaltySen');
      return {
        code: status.code,
        offer: bill?.id,
        bills: bills.map(({ amount, penalty }) => ({ amount: amount / 100n, penalty: penalty / 100n })),
        name: bill?.customer.name,
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send('/payments', {
          product: 'pgn-gas',
          customerNumber: number,
          billId: offer,
          reference,
          items: count,
          amountSen: Number(amount * 100n),
          bookDate: COMPACT,
        }),
      ),
    advise: async (reference) => told(await send(`/payments/${reference}`)),
  };
}

export function card(world: Simulator): Client {
  const send = async (path: string, message: Json): Promise<Json> => {
    const body = JSON.stringify(message);
    const signature = hmac('sha256', `${TIME}|${body}`, 'base64');
    const headers = { 'X-Key': USER, 'X-Timestamp': TIME, 'X-Signature': signature };
    return (await call(world, `bank-kartu/card/${path}`, headers, body)).body;
  };
  const told = (body: Json): Told => ({ code: body.responseCode, amount: maybe(body.amount), body });
  return {
    codes: words('000', '114', '188', '105', '113', '168', '163', '194'),
    inquire: async (number) => {
      const body = await send('inquiry', { card: number, trace: 'T1' });
      return {
        code: body.responseCode,
        offer: body.inquiryRef,
        bills: lines(body.bills ?? [], 'amount', 'penalty'),
        name: body.name,
        ...(body.minimum !== undefined && { minimum: rupiah(body.minimum) }),
      };
    },
    pay: async ({ number, reference, offer, amount }) =>
      told(
        await send('payment', {
          card: number,
          inquiryRef: offer,
          reference,
          amount: `${amount}.00`,
          settlementDate: DATE,
        }),
      ),
    advise: async (reference) => told(await send('status', { reference })),
  };
}

/** What the stamps' own calls need. */
export async function meteraiCaller(
  world: Simulator,
): Promise<(path: string, message?: Json) => Promise<Json>> {
  const { body } = await call(world, 'meterai/token', {}, JSON.stringify({ user: USER, password: SECRET }));
  return async (path, message) =>
    (
      await call(
        world,
        `meterai${path}`,
        { authorization: `Bearer ${body.token}` },
        message === undefined ? undefined : JSON.stringify(message),
      )
    ).body;
}

export function meterai(world: Simulator): Client {
  let caller: ReturnType<typeof meteraiCaller> | undefined;
  const send = async (path: string, message: Json): Promise<Json> =>
    (await (caller ??= meteraiCaller(world)))(path, message);
  const told = (body: Json): Told => ({ code: body.status, amount: maybe(body.amount), body });
  return {
    codes: words(
      'SUCCESS',
      'ACCOUNT_UNKNOWN',
      'ALREADY_PAID',
      'DECLINED',
      'AMOUNT_INVALID',
      'PENDING',
      'NOT_FOUND',
      'DUPLICATE',
    ),
    inquire: async (number) => {
      const body = await send('/orders/quote', { product: 'e-meterai', account: number, trace: 'T1' });
      return { code: body.status, offer: body.quoteId, bills: [], name: body.name };
    },
    pay: async ({ number, reference, offer, amount }) =>
      told(
        await send('/orders', {
          product: 'e-meterai',
          account: number,
          quoteId: offer,
          reference,
          amount: Number(amount),
          bookDate: DATE,
        }),
      ),
    advise: async (reference) => told(await send('/orders/status', { reference })),
  };
}

export function peduli(world: Simulator, product: string): Client {
  const send = async (path: string, message: Json): Promise<Json> =>
    (await call(world, `peduli${path}`, BASIC, JSON.stringify(message))).body;
  const told = (body: Json): Told => ({ code: String(body.kode), amount: maybe(body.nominal), body });
  return {
    codes: words('0', '14', '88', '5', '13', '68', '63', '94'),
    pay: async ({ number, reference, amount }) =>
      told(
        await send('/donasi', {
          program: product,
          donatur: number,
          referensi: reference,
          nominal: Number(amount),
          tanggalBuku: DATE,
        }),
      ),
    advise: async (reference) => told(await send('/donasi/status', { referensi: reference })),
  };
}
