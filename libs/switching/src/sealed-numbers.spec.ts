import { randomBytes } from 'node:crypto';
import { rupiah } from '#lib/kernel';
import { SecretBox } from '#lib/platform';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { Billers } from './biller.contract';
import { maskedNumber, NumberOpeningBillers, SealedNumbers } from './sealed-numbers';

const CARD = '5426401234567890';
const numbers = new SealedNumbers(new SecretBox(randomBytes(32).toString('base64')));

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch(undefined, undefined, undefined, undefined, numbers);
});
afterAll(() => world.close());

test.each([
  [CARD, '542640******7890'],
  ['0812345678', '******5678'],
  ['123', '123'],
])('%s is written down as %s', (number, masked) => {
  expect(maskedNumber(number)).toBe(masked);
});

test('a card’s number goes to the biller, and stands nowhere in the books', async () => {
  const sold = world.catalog.soldProduct('ppob-nusantara', 'pln-prepaid');
  if (!sold) throw new Error('pln-prepaid is not sold');
  const product = Object.assign({}, sold.product, {
    isNumberMasked: true,
    customerNumberPattern: '^[0-9]{16}$',
    receiptLines: ['{customerNumber}'],
  });
  jest.spyOn(world.catalog, 'soldProduct').mockReturnValue({ ...sold, product });
  const asking = jest.spyOn(world.biller, 'inquire');
  const paying = jest.spyOn(world.biller, 'pay');
  const paid = await world.payOne({
    productId: 'pln-prepaid',
    customerNumber: CARD,
    amount: rupiah(20_000n),
  });
  expect(paid).toMatchObject({ state: 'PAID', customerNumber: '542640******7890' });
  expect(asking).toHaveBeenCalledWith(expect.objectContaining({ customerNumber: CARD }), expect.anything());
  const leg = paying.mock.calls[0]?.[0];
  expect(leg && numbers.opened(leg.customerNumber)).toBe(CARD);
  for (const table of ['inquiry', 'payment', 'payment_leg', 'payment_event', 'payment_evidence', 'journal']) {
    const rows = await world.store.database.rows<object>(`SELECT * FROM ${table}`);
    expect(JSON.stringify(rows)).not.toContain(CARD);
  }
});

test('only the call to the biller opens it', async () => {
  class OneBiller extends Billers {
    override connector() {
      return world.biller;
    }
  }
  const paying = jest.spyOn(world.biller, 'advise');
  const opening = new NumberOpeningBillers(new OneBiller(), numbers).connector('pln');
  const leg = { customerNumber: numbers.seal(CARD) } as Parameters<typeof opening.advise>[0];
  await opening.advise(leg, new Date());
  expect(paying.mock.lastCall?.[0]).toMatchObject({ customerNumber: CARD });
  expect(opening.patience).toBe(world.biller.patience);
});
