import { SNAP_BANK } from '../../../test/support/seed';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { aSnapDoor, anAccount } from './a-snap-door';

/** A payment's message carries the partner's own numbers, never ours: which offer they lead to, and what is read for it. */

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterAll(() => world.close());

const { channelId } = SNAP_BANK;
const inquiryOf = async (reference: string) =>
  (await world.payments.findByReference(channelId, reference))?.inquiryId;

test('an offer that is not at hand is read in the question that finds its name', async () => {
  const door = aSnapDoor(world);
  const order = await door.order(anAccount());
  // A first message of it, which forms nothing: now it is nowhere but in the books.
  const other = { value: '1.00', currency: 'IDR' };
  expect((await door.call('payment', { ...order, paidAmount: other })).code).toBe('4042513');
  const rows = jest.spyOn(world.store.database, 'rows');
  const { code } = await door.call('payment', order);
  const asked = rows.mock.calls.flatMap(([sql]) => (/snap_offer|inquiry i/.test(sql) ? [sql] : []));
  rows.mockRestore();
  expect(code).toBe('2002500');
  expect(asked).toHaveLength(1);
});

test('the inquiry that a payment names counts before one of its own number', async () => {
  const door = aSnapDoor(world);
  const account = anAccount();
  const ask = async () => {
    const partnerReferenceNo = door.number();
    const { body } = await door.call('inquiryIntrabank', { ...account, partnerReferenceNo });
    const { inquiryId = '', totalAmount } = {
      ...body.virtualAccountData,
      ...body.virtualAccountData?.additionalInfo,
    };
    return { partnerReferenceNo, inquiryId, totalAmount };
  };
  const [first, second] = [await ask(), await ask()];
  const pay = (partnerReferenceNo: string, inquiryRequestId: string) =>
    door.call('paymentIntrabank', {
      ...account,
      partnerReferenceNo,
      inquiryRequestId,
      paidAmount: first.totalAmount,
    });

  expect((await pay(first.partnerReferenceNo, second.inquiryId)).code).toBe('2003300');
  expect(await inquiryOf(first.partnerReferenceNo)).toBe(second.inquiryId);
  // Where it names none that there is, its own number does.
  const third = await ask();
  expect((await pay(third.partnerReferenceNo, 'never asked')).code).toBe('2003300');
  expect(await inquiryOf(third.partnerReferenceNo)).toBe(third.inquiryId);
});

test('payments of one moment are each paid on the offer of their own names', async () => {
  const door = aSnapDoor(world);
  const orders = [];
  for (let count = 0; count < 8; count += 1) orders.push(await door.order(anAccount()));
  // Not in the order in which the books have them.
  orders.reverse();
  const answers = await Promise.all(orders.map((order) => door.call('payment', order)));
  expect(answers.map(({ code }) => code)).toEqual(orders.map(() => '2002500'));
  for (const { paymentRequestId, customerNo } of orders) {
    const paid = await world.payments.findByReference(channelId, paymentRequestId);
    expect(paid?.customerNumber).toBe(customerNo.slice(2));
  }
});
