import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { H2hClient, type Answer, type PaymentBody, type ProblemBody } from '../../../test/support/h2h-client';
import { BANK_87, BankLine, nextRrn } from '../../../test/support/iso8583-client';
import { freePort } from '../../../test/support/ports';
import { anInstallation, expectSound, isPlayed, type Installation } from '../../../test/support/processes';
import { SnapBankClient } from '../../../test/support/snap-client';

/** Every product of the demo's catalog whose biller the simulator plays, sold as its own description says, against the simulated billers. */

interface ProductBody {
  product: string;
  biller: string;
  inquiry: boolean;
  amountType: 'CLOSED' | 'DENOM' | 'OPEN' | 'MIN_MAX';
  denominations?: string[];
  minimum?: string;
  customerNumber: { pattern: string; example: string };
  fields: { name: string; in: 'extra' | 'months' | 'year'; required: boolean }[];
}

const CONFIG = join(__dirname, '..', '..', '..', 'config');

let world: Installation;
let h2h: H2hClient;
let snap: SnapBankClient;
let line: BankLine;
let products: ProductBody[];
beforeAll(async () => {
  world = await anInstallation();
  const port = await freePort();
  const app = await world.startSwitch(undefined, { ISO8583_PORT: String(port) });
  h2h = new H2hClient(() => app.url);
  snap = new SnapBankClient(() => app.url);
  line = await BankLine.open(port);
  const onSale = (await h2h.get<{ products: ProductBody[] }>('/v1/products')).body.products;
  products = onSale.filter(({ biller }) => isPlayed(biller));
});
afterAll(async () => {
  line.close();
  await world.close();
});

const INPUTS: Record<string, unknown> = { months: 2, year: 2025, identityNumber: '3273010101900001' };

/** What an order for this customer of the product says. */
function orderOf(product: ProductBody, ending: string): Record<string, unknown> {
  const { amountType, denominations, minimum, customerNumber, fields } = product;
  const amount = amountType === 'OPEN' ? (minimum ?? '25000') : denominations?.[0];
  const extra = fields.filter((field) => field.in === 'extra').map(({ name }) => [name, INPUTS[name]]);
  return {
    product: product.product,
    customerNumber: customerNumber.example.slice(0, -ending.length) + ending,
    ...(amount === undefined ? {} : { amount }),
    ...(extra.length > 0 ? { extra: Object.fromEntries(extra) } : {}),
    ...Object.fromEntries(
      fields.filter((field) => field.in !== 'extra').map((field) => [field.in, INPUTS[field.in]]),
    ),
  };
}

/** Asks where the product has something to ask, and pays. */
async function sell(product: ProductBody, ending: string): Promise<Answer<PaymentBody & ProblemBody>> {
  const order = orderOf(product, ending);
  if (!product.inquiry) return h2h.call('POST', '/v1/payments', { reference: h2h.reference(), ...order });
  const asked = await h2h.ask(order);
  return asked.status === 200 ? h2h.pay(asked.body) : (asked as unknown as Answer<PaymentBody & ProblemBody>);
}

/** Sells all products with one ending, and tells of each what came of it. */
async function sellAll<Found>(
  ending: string,
  of: (answer: Answer<PaymentBody & ProblemBody>, product: ProductBody) => Found,
): Promise<Record<string, Found>> {
  const sold = await Promise.all(
    products.map(async (product) => [product.product, of(await sell(product, ending), product)] as const),
  );
  return Object.fromEntries(sold);
}

function forEachProduct<Wanted>(wanted: (product: ProductBody) => Wanted): Record<string, Wanted> {
  return Object.fromEntries(products.map((product) => [product.product, wanted(product)]));
}

test('forty products of twenty-five billers of all four kinds are on sale', () => {
  const folder = join(CONFIG, 'billers');
  const kinds = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as { biller: string; kind: string });
  expect(products.length).toBeGreaterThanOrEqual(40);
  expect(kinds.length).toBeGreaterThanOrEqual(25);
  expect([...new Set(kinds.map(({ kind }) => kind))].sort()).toEqual(['http-json', 'iso8583', 'snap', 'xml']);
});

test('each is paid, has its receipt, and its biller was paid that amount once', async () => {
  const sold = await sellAll('0000', ({ status, body, text }) =>
    status === 200
      ? {
          status: body.status,
          isWhole: BigInt(body.amount) + BigInt(body.adminFee) === BigInt(body.total),
          hasReceipt: (body.receipt?.lines.length ?? 0) > 3,
          paid: [body.legReference, body.amount],
        }
      : text,
  );
  const truth = await world.truth();
  const whole = (product: ProductBody) => {
    const found = sold[product.product];
    const leg = typeof found === 'object' ? found.paid[0] : undefined;
    const paid = truth.filter(({ legReference }) => legReference === leg);
    return {
      status: 'PAID',
      isWhole: true,
      hasReceipt: true,
      paid: [leg, paid.length === 1 ? paid[0]?.amount : `paid ${paid.length} times`],
    };
  };
  expect(sold).toEqual(forEachProduct(whole));
}, 60_000);

test('of each an unknown customer is told, and nothing is paid', async () => {
  const told = await sellAll('0014', ({ body }) => body.code);
  expect(told).toEqual(
    forEachProduct(() => expect.stringMatching(/^(BILL_NOT_FOUND|CUSTOMER_NUMBER_INVALID)$/)),
  );
}, 60_000);

test('of each a decline is final', async () => {
  const told = await sellAll('1037', ({ body }) => [body.status, body.final]);
  expect(told).toEqual(forEachProduct(() => ['DECLINED', true]));
}, 60_000);

test('of each a payment whose answer is lost stays in progress', async () => {
  const told = await sellAll('1091', ({ status, body }) => [status, body.status, body.final]);
  expect(told).toEqual(forEachProduct(() => [202, 'IN_PROGRESS', false]));
}, 60_000);

/** A profile of config/channels. */
function profileOf(name: string): unknown {
  return parse(readFileSync(join(CONFIG, 'channels', `${name}.yaml`), 'utf8'));
}

/** What a message says beside number and amount: the further inputs as texts by their names. */
function inputsOf(order: Record<string, unknown>): Record<string, string> {
  const { months, year, extra } = order as { months?: number; year?: number; extra?: Record<string, string> };
  return {
    ...(months === undefined ? {} : { months: String(months) }),
    ...(year === undefined ? {} : { year: String(year) }),
    ...extra,
  };
}

/** A customer of the bank alone: H2H has sold to those of the example. */
const AT_THE_BANK = '0100';

/** The demo's cards, as nobody but their bank may read them. */
const CARDS = '542640000000';

/** All of them but the example that stands in the catalog. */
const CARDS_SOLD = new RegExp(`${CARDS}(?!0000)[0-9]{4}`);

test('a bank sells each over SNAP', async () => {
  const { accounts } = profileOf('snap-strict') as {
    accounts: { rules: { prefix: string; product: string; customerIn?: string }[] };
  };
  const bank = accounts.rules.filter(({ product }) => products.some((one) => one.product === product));
  const sold = await Promise.all(
    bank.map(async ({ prefix, product: id, customerIn }) => {
      const product = products.find((one) => one.product === id) as ProductBody;
      const order = orderOf(product, AT_THE_BANK);
      const { amount, customerNumber } = order as { amount?: string; customerNumber: string };
      const account = snap.account(prefix, customerIn === undefined ? customerNumber : '');
      const named = customerIn === undefined ? {} : { [customerIn]: customerNumber };
      const asked = await snap
        .order(account, {
          ...(amount === undefined ? {} : { amount: { value: `${amount}.00`, currency: 'IDR' } }),
          additionalInfo: { ...inputsOf(order), ...named },
        })
        .catch(String);
      if (typeof asked === 'string') return [id, asked];
      const paid = await snap.pay(account, { ...asked, additionalInfo: named });
      expect(paid.text).not.toContain(CARDS);
      return [id, paid.body.responseCode];
    }),
  );
  expect(Object.fromEntries(sold)).toEqual(
    Object.fromEntries(bank.map(({ product }) => [product, '2002500'])),
  );
  expect(bank.map(({ product }) => product).sort()).toEqual(products.map(({ product }) => product).sort());
}, 60_000);

test('a bank sells each over ISO 8583', async () => {
  const { products: codes } = profileOf('bank-87') as { products: Record<string, { product: string }> };
  const layout = BANK_87.layout('bill');
  const bank = Object.entries(codes).filter(([, one]) =>
    products.some(({ product }) => product === one.product),
  );
  const sold = await Promise.all(
    bank.map(async ([code, { product: id }]) => {
      const product = products.find((one) => one.product === id) as ProductBody;
      const order = orderOf(product, AT_THE_BANK.replace('1', '2'));
      const customerNumber = order['customerNumber'] as string;
      const amount = `${(order['amount'] as string | undefined) ?? '0'}00`.padStart(12, '0');
      const rrn = nextRrn();
      const question = layout.write({ product: code, customerNumber, ...inputsOf(order) });
      const asked = await line.send(line.message('0200', { 4: amount, 37: rrn, 48: question }));
      if (asked.code !== '00') return [id, `inquiry: ${asked.code}`];
      const inquiryId = asked.data['inquiryId'] ?? '';
      const offer = { code, customerNumber, inquiryId, amount: asked.message.fields[4] ?? '', rrn };
      const paid = await line.send(line.payment(offer));
      expect(JSON.stringify([asked, paid])).not.toContain(CARDS);
      return [id, paid.code];
    }),
  );
  expect(Object.fromEntries(sold)).toEqual(
    Object.fromEntries(bank.map(([, { product }]) => [product, '00'])),
  );
  expect(bank.map(([, { product }]) => product).sort()).toEqual(
    products.map(({ product }) => product).sort(),
  );
}, 60_000);

test('whichever door sold to a card, its number stands in no table and no log', async () => {
  const { database } = world.store;
  const tables = await database.rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
  );
  const sold = await database.rows<{ channel_id: string; customer_number: string }>(
    "SELECT DISTINCT channel_id, customer_number FROM payment WHERE product_id = 'credit-card-nusa'",
  );
  expect(new Set(sold.map(({ channel_id }) => channel_id)).size).toBe(3);
  for (const { customer_number: number } of sold) expect(number).toMatch(/^542640[*]{6}[0-9]{4}$/);
  for (const { name } of tables) {
    const rows = await database.rows<object>(`SELECT * FROM \`${name}\``);
    const text = rows
      .flatMap((row) => Object.values(row))
      .map((value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)))
      .join(' ');
    expect([name, CARDS_SOLD.exec(text)?.[0]]).toEqual([name, undefined]);
  }
  expect(world.logsOf('switch')).not.toContain(CARDS);
});

test('the books are sound', () => expectSound(world));
