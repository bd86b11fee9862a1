import { SECRET, type Simulator } from './a-simulator';
import { type Client, hashed, patience, type Told, WORDS } from './dialect-clients';

const USER = 'simpul';
const TIME = '2026-07-14T08:10:21+07:00';

async function post(world: Simulator, path: string, body: string): Promise<string> {
  const response = await fetch(`${world.url()}/billers/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body,
    signal: patience.over(),
  });
  const text = await response.text();
  if (response.status === 500) throw new Error('HTTP 500');
  if (!text.startsWith('<?xml')) throw new SyntaxError(text);
  return text;
}

const words = (...codes: string[]): Record<string, string> =>
  Object.fromEntries(WORDS.map((word, index) => [word, codes[index] ?? '']));
/** The text of the first element or member of this name. */
const element = (xml: string, name: string): string => new RegExp(`<c:${name}>([^<]*)<`).exec(xml)?.[1] ?? '';
const member = (xml: string, name: string): string =>
  new RegExp(`<name>${name}</name><value><string>([^<]*)<`).exec(xml)?.[1] ?? '';
const maybe = (text: string): bigint | undefined => (text === '' ? undefined : BigInt(text));

export function soap(world: Simulator, biller: string, product: string): Client {
  const send = (operation: string, members: Record<string, string | number | bigint>): Promise<string> => {
    const inside = Object.entries(members).map(([name, value]) => `<c:${name}>${value}</c:${name}>`);
    const login = `<c:UserName>${USER}</c:UserName><c:Timestamp>${TIME}</c:Timestamp><c:Digest>${hashed('sha256', USER + TIME + SECRET)}</c:Digest>`;
    return post(
      world,
      `${biller}/service`,
      '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="urn:collect">' +
        `<soap:Header><c:Login>${login}</c:Login></soap:Header>` +
        `<soap:Body><c:${operation}Request>${inside.join('')}</c:${operation}Request></soap:Body></soap:Envelope>`,
    );
  };
  const told = (xml: string): Told => ({
    code: element(xml, 'ResponseCode'),
    amount: maybe(element(xml, 'Amount')),
    body: { xml },
  });
  return {
    codes: words('00', '40', '41', '42', '43', '50', '44', '46'),
    inquire: async (number, more = {}) => {
      const xml = await send('Inquiry', {
        ProductCode: product,
        CustomerNumber: number,
        ...(more as Record<string, string>),
        Trace: 'T1',
      });
      const bills = xml.match(/<c:Bill>.*?<\/c:Bill>/g) ?? [];
      const minimum = maybe(element(xml, 'MinimumAmount'));
      return {
        code: element(xml, 'ResponseCode'),
        offer: element(xml, 'InquiryId'),
        bills: bills.map((bill) => ({
          amount: BigInt(element(bill, 'Amount')),
          penalty: BigInt(element(bill, 'Penalty')),
        })),
        name: element(xml, 'CustomerName'),
        ...(minimum !== undefined && { minimum }),
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send('Payment', {
          ProductCode: product,
          CustomerNumber: number,
          InquiryId: offer,
          Reference: reference,
          BillCount: count,
          Amount: amount,
          SettlementDate: '2026-07-14',
        }),
      ),
    advise: async (reference, number) =>
      told(await send('Advice', { Reference: reference, CustomerNumber: number })),
  };
}

export function xmlRpc(world: Simulator, biller: string, product: string, identityNumber = ''): Client {
  const send = (method: string, ...given: readonly (string | number | bigint)[]): Promise<string> => {
    const list = given.map((value) => `<param><value><string>${value}</string></value></param>`);
    return post(
      world,
      `${biller}/rpc`,
      `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${list.join('')}</params></methodCall>`,
    );
  };
  const told = (xml: string): Told => ({
    code: member(xml, 'status'),
    amount: maybe(member(xml, 'nominal')),
    body: { xml },
  });
  return {
    codes: words('00', '20', '88', '39', '13', '35', '92', '33'),
    inquire: async (number) => {
      const xml = await send('ppob.inq', product, number, identityNumber, USER, SECRET, 'T1');
      const rows = xml.split('<name>periode</name>').slice(1);
      return {
        code: member(xml, 'status'),
        offer: member(xml, 'ref2'),
        bills: rows.map((row) => ({
          amount: BigInt(member(row, 'nominal')),
          penalty: BigInt(member(row, 'denda')),
        })),
        name: member(xml, 'nama'),
      };
    },
    pay: async ({ number, reference, offer, count, amount }) =>
      told(
        await send(
          'ppob.pay',
          product,
          number,
          identityNumber,
          USER,
          SECRET,
          reference,
          offer,
          amount,
          count,
          '20260714',
        ),
      ),
    advise: async (reference, number) =>
      told(await send('ppob.cek', product, number, USER, SECRET, reference)),
  };
}
