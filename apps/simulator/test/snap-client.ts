import { createHash, createHmac, sign } from 'node:crypto';

import { SECRET, SNAP_CLIENT, type Simulator } from './a-simulator';
import { type Client, patience, type Told } from './dialect-clients';

/** Whatever the other side wrote; the tests look into it. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;
const TIME = '2026-07-14T08:10:21+07:00';

/** The signature of a call, from the standard's formula. */
export function snapSignature(
  secret: string,
  path: string,
  token: string,
  body: string,
  time: string,
): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return createHmac('sha512', secret).update(`POST:${path}:${token}:${digest}:${time}`).digest('base64');
}

export function snap(world: Simulator, biller: string, partnerServiceId: string): Client {
  let externalId = 0;
  const base = `/billers/${biller}/openapi/v1.0`;
  const exchange = async (path: string, headers: Record<string, string>, body: string): Promise<Json> => {
    const response = await fetch(world.url() + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: patience.over(),
    });
    const answer = (await response.json()) as Json;
    if (response.status === 500) throw new Error('HTTP 500');
    return answer;
  };
  let token: Promise<string> | undefined;
  const fetchToken = async (): Promise<string> => {
    const signed = Buffer.from(`${SNAP_CLIENT.clientKey}|${TIME}`);
    const headers = {
      'X-CLIENT-KEY': SNAP_CLIENT.clientKey,
      'X-TIMESTAMP': TIME,
      'X-SIGNATURE': sign('sha256', signed, SNAP_CLIENT.privateKey).toString('base64'),
    };
    const { accessToken } = await exchange(
      `${base}/access-token/b2b`,
      headers,
      '{"grantType":"client_credentials"}',
    );
    return accessToken as string;
  };
  const send = async (service: string, message: Json): Promise<Json> => {
    const bearer = await (token ??= fetchToken());
    const body = JSON.stringify(message);
    const path = `${base}/transfer-va/${service}`;
    externalId += 1;
    return exchange(
      path,
      {
        authorization: `Bearer ${bearer}`,
        'X-TIMESTAMP': TIME,
        'X-SIGNATURE': snapSignature(SECRET, path, bearer, body, TIME),
        'X-PARTNER-ID': 'SIMPUL',
        'X-EXTERNAL-ID': String(externalId),
        'CHANNEL-ID': '95231',
      },
      body,
    );
  };
  const identity = (number: string): Json => ({
    partnerServiceId,
    customerNo: number,
    virtualAccountNo: partnerServiceId + number,
  });
  const amountOf = (body: Json): bigint | undefined => {
    const value = body.virtualAccountData?.paidAmount?.value as string | undefined;
    return value === undefined ? undefined : BigInt(value.replace(/\.00$/, ''));
  };
  /** Status tells with its flag what a payment tells with its code. */
  const codeOf = ({ responseCode, virtualAccountData }: Json): string => {
    if (responseCode !== '2002600') return String(responseCode);
    return (
      { '00': '2002500', '01': '4032515', '03': '2022500' }[String(virtualAccountData.paymentFlagStatus)] ??
      ''
    );
  };
  const told = (body: Json): Told => ({ code: codeOf(body), amount: amountOf(body), body });
  return {
    codes: {
      OK: '2002500',
      CUSTOMER_UNKNOWN: '4042512',
      ALREADY_PAID: '4042514',
      DECLINED: '4032515',
      WRONG_AMOUNT: '4042513',
      IN_PROCESS: '2022500',
      PAYMENT_UNKNOWN: '4042601',
      DUPLICATE: '4042518',
    },
    inquire: async (number) => {
      const body = await send('inquiry', { ...identity(number), inquiryRequestId: 'T1', additionalInfo: {} });
      const data = body.virtualAccountData as Json | undefined;
      return {
        code: body.responseCode,
        offer: body.additionalInfo?.offer,
        bills: ((data?.billDetails ?? []) as Json[]).map((bill) => ({
          amount: BigInt(bill.billAmount.value.replace(/\.00$/, '')),
          penalty: BigInt(bill.additionalInfo.penalty.replace(/\.00$/, '')),
        })),
        name: data?.virtualAccountName,
      };
    },
    pay: async ({ number, reference, offer, amount }) =>
      told(
        await send('payment', {
          ...identity(number),
          paymentRequestId: reference,
          paidAmount: { value: `${amount}.00`, currency: 'IDR' },
          flagAdvise: 'N',
          additionalInfo: { offer, settlementDate: '2026-07-14' },
        }),
      ),
    advise: async (reference, number) =>
      told(
        await send('status', {
          ...identity(number),
          inquiryRequestId: reference,
          paymentRequestId: reference,
          additionalInfo: {},
        }),
      ),
  };
}
