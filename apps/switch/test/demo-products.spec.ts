import { h2hAnswers } from '#lib/channels';
import { H2hClient, type PaymentBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** A product as `GET /v1/products` tells of it. */
interface Listed {
  product: string;
  inquiry: boolean;
  amountType: string;
  denominations?: string[];
  minimum?: string;
  hours: { open: string; close: string; timeZone: string } | null;
  customerNumber: { pattern: string; example: string };
  fields: { name: string; in: string; required: boolean; pattern: string }[];
}

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let listed: Listed[];

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  listed = (await client.get<{ products: Listed[] }>('/v1/products')).body.products;
});
afterAll(() => world.close());

/** Values of the demo's further inputs. */
const INPUTS: Readonly<Record<string, number | string>> = {
  months: 2,
  year: 2026,
  identityNumber: '3201010101010001',
};

/** What an inquiry for it must carry, by what the list says alone. */
function inputsOf({ denominations, minimum, amountType, fields }: Listed): Record<string, unknown> {
  const amount = denominations?.[0] ?? (amountType === 'OPEN' ? minimum : undefined);
  const needed = fields.filter(({ required }) => required);
  const extra = needed.flatMap(({ in: where, name }) => (where === 'extra' ? [[name, INPUTS[name]]] : []));
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(needed.some((field) => field.in === 'months') ? { months: INPUTS['months'] } : {}),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) as object }),
  };
}

test('every product of the list is asked for and paid by what the list says of it', async () => {
  const problems: string[] = [];
  for (const one of listed) {
    const { product, customerNumber } = one;
    const asked = await client.ask({ product, customerNumber: customerNumber.example, ...inputsOf(one) });
    if (asked.status !== 200) {
      problems.push(`${product}: inquiry ${asked.text}`);
      continue;
    }
    const offer = h2hAnswers.OfferAnswer.parse(asked.body);
    const amounts = offer.bills.flatMap(({ amount, penalty }) => [BigInt(amount), BigInt(penalty)]);
    expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(BigInt(offer.amount));
    expect(BigInt(offer.amount) + BigInt(offer.adminFee)).toBe(BigInt(offer.total));
    const paid = await client.pay(asked.body);
    const { status, total } = paid.body as PaymentBody & { total: string };
    if (status !== 'PAID') problems.push(`${product}: ${paid.text}`);
    else expect(total).toBe(offer.total);
  }
  expect(problems).toEqual([]);
}, 120_000);

test('a product without inquiry is paid in one call, at the price of the list', async () => {
  const unasked = listed.filter(({ inquiry }) => !inquiry);
  for (const one of unasked) {
    const { product, customerNumber } = one;
    const order = {
      reference: `DIRECT-${product}`,
      product,
      customerNumber: customerNumber.example,
      ...inputsOf(one),
    };
    const paid = await client.call<PaymentBody>('POST', '/v1/payments', order);
    expect({ product, ...paid.body }).toMatchObject({ product, status: 'PAID' });
    const again = await client.call<PaymentBody>('POST', '/v1/payments', order);
    expect(again.body).toEqual(paid.body);
    const other = { ...order, reference: `OTHER-${product}`, total: '1' };
    expect((await client.call('POST', '/v1/payments', other)).body).toMatchObject({
      code: 'AMOUNT_MISMATCH',
      field: 'total',
      formed: false,
    });
  }
});

test('what a product needs and does not get is named, with what would be right', async () => {
  for (const one of listed)
    for (const field of one.fields.filter(({ required }) => required)) {
      const { product, customerNumber } = one;
      const members: Record<string, unknown> = inputsOf(one);
      delete members[field.in];
      const asked = await client.ask({ product, customerNumber: customerNumber.example, ...members });
      const path = field.in === 'extra' ? `extra.${field.name}` : field.in;
      expect(asked).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED', field: path } });
      expect((asked.body as unknown as { detail: string }).detail).toContain('needs it');
    }
});

test('the books are sound', () => expectSound(world));
