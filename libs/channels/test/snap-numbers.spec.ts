import { SNAP_BANK } from '../../../test/support/seed';
import type { TestAccount } from '../../../test/support/snap-client';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { aSnapDoor } from './a-snap-door';

/** A telephone number is typed in more ways than one: `62812...` and `0812...` are one account, whichever message says it. */

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterAll(() => world.close());

const HALO = '32';
const partnerServiceId = SNAP_BANK.companyCode.padStart(8, ' ');
const account = (number: string): TestAccount => ({
  partnerServiceId,
  customerNo: HALO + number,
  virtualAccountNo: partnerServiceId + HALO + number,
});
const [ABROAD, AT_HOME] = [account('628120001234'), account('08120001234')];
const OTHER = account('08120004321');

test.each([
  ['asked for in one way, paid in the other', ABROAD, AT_HOME],
  ['asked for in the other way, paid in the one', AT_HOME, ABROAD],
  ['asked for and paid as it is not written in the books', ABROAD, ABROAD],
])('an account %s is one account at inquiry, payment, repeat and status', async (_, asked, paid) => {
  const door = aSnapDoor(world);
  const { paymentRequestId, paidAmount } = await door.order(asked);
  expect(paidAmount).toBeDefined();
  const order = { paymentRequestId, paidAmount };
  const status = { inquiryRequestId: paymentRequestId, paymentRequestId };

  const other = await door.call('payment', { ...OTHER, ...order });
  expect(other.code).toBe('4042501');
  const first = await door.call('payment', { ...paid, ...order });
  expect(first).toMatchObject({ code: '2002500', body: { virtualAccountData: { paymentFlagStatus: '00' } } });

  const repeats = await Promise.all(
    [asked, paid, OTHER].map((one) => door.call('payment', { ...one, ...order })),
  );
  expect(repeats.map(({ code }) => code)).toEqual(['2002500', '2002500', '4042500']);
  for (const one of [ABROAD, AT_HOME])
    expect(await door.call('status', { ...one, ...status })).toMatchObject({
      code: '2002600',
      body: { virtualAccountData: { customerNo: one.customerNo, paymentFlagStatus: '00' } },
    });
  expect((await door.call('status', { ...OTHER, ...status })).code).toBe('4042601');
  const found = await world.payments.findByReference(SNAP_BANK.channelId, paymentRequestId);
  expect(found?.customerNumber).toBe('08120001234');
});
