import { customer, H2hClient } from '../../../test/support/h2h-client';
import { BankLine, type BankProduct } from '../../../test/support/iso8583-client';
import { freePort } from '../../../test/support/ports';
import { anInstallation, expectSound, type Installation } from '../../../test/support/processes';
import { SnapBankClient } from '../../../test/support/snap-client';

/** One bill, three doors: what a partner speaks changes nothing of what it costs, nor how often it is paid. */

let world: Installation;
let h2h: H2hClient;
let snap: SnapBankClient;
let line: BankLine;
beforeAll(async () => {
  world = await anInstallation();
  const port = await freePort();
  const app = await world.startSwitch(undefined, { ISO8583_PORT: String(port) });
  h2h = new H2hClient(() => app.url);
  snap = new SnapBankClient(() => app.url);
  line = await BankLine.open(port);
});
afterAll(async () => {
  line.close();
  await world.close();
});

const SNAP_PREFIX = { 'pln-postpaid': '10', 'pln-prepaid': '11', 'pdam-tirta-jaya': '20' } as const;

/** What the same customer is asked for at each door, in whole rupiah. */
async function totals(product: BankProduct, number: string): Promise<Record<string, string>> {
  const byH2h = await h2h.offer(product, number);
  const bySnap = await snap.order(snap.account(SNAP_PREFIX[product], number));
  const byIso = await line.offer(product, number);
  return {
    h2h: byH2h.total,
    snap: bySnap.paidAmount.value.replace(/\.00$/, ''),
    iso8583: BigInt(byIso.amount.slice(0, -2)).toString(),
  };
}

test.each<[BankProduct, string]>([
  ['pln-postpaid', '0000'],
  ['pln-postpaid', '0003'],
  ['pdam-tirta-jaya', '0002'],
])('%s, ending %s: the same bill is the same offer at every door', async (product, ending) => {
  const { h2h: total, ...others } = await totals(product, customer(product, ending));
  expect(others).toEqual({ snap: total, iso8583: total });
});

test.each([0, 1, 2, 3, 4])('a bill that comes by three doors at once is paid once (round %i)', async () => {
  const number = customer('pln-postpaid', '0000');
  const account = snap.account(SNAP_PREFIX['pln-postpaid'], number);
  const offer = await h2h.offer('pln-postpaid', number);
  const order = await snap.order(account);
  const bill = await line.offer('pln-postpaid', number);

  const [byH2h, bySnap, byIso] = await Promise.all([
    h2h.pay(offer, `DOORS-${number}`),
    snap.pay(account, order),
    line.send(line.payment(bill)),
  ]);

  const paid = [byH2h.body.status === 'PAID', bySnap.body.responseCode === '2002500', byIso.code === '00'];
  expect(paid.filter(Boolean)).toHaveLength(1);
  expect(await world.truthOf(number)).toHaveLength(1);
  // Whoever comes second hears that the bill is being paid, or has been since its inquiry, in words of its own.
  if (!paid[0]) expect(['BILL_IN_PAYMENT', 'BILL_ALREADY_PAID']).toContain(byH2h.body.code);
  if (!paid[1]) expect(['4042500', '4042514']).toContain(bySnap.body.responseCode);
  if (!paid[2]) expect(['94', '88']).toContain(byIso.code);
});

test('the books are sound', () => expectSound(world));
