import { rupiah } from '#lib/kernel';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';

/** PLN is under maintenance from 23:00 to 01:00 WIB, as the demo's catalog has it. */

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch({ hours: 'as in the demo' });
});
afterAll(() => world.close());

const SOLD = [{ productId: 'pln-postpaid' }, { productId: 'pln-prepaid', amount: rupiah(20_000n) }] as const;

const NIGHT = [
  ['22:59:59', true],
  ['23:00:00', false],
  ['00:59:59', false],
  ['01:00:00', true],
] as const;

/** Each of another night, because a bill is paid once. */
let nights = 0;

/** Sets the clock to this time of a night's Jakarta: after midnight it is the next day. */
function at(time: string): void {
  const day = 20 + nights + (time < '12:00' ? 1 : 0);
  world.clock.advance(Date.parse(`2026-07-${day}T${time}+07:00`) - world.clock.now().getTime());
}

const codeOf = (answer: Answer) => (answer.kind === 'refused' ? answer.refusal.code : answer.kind);

describe.each(SOLD)('$productId', (sold) => {
  beforeEach(() => {
    nights += 1;
  });

  test.each(NIGHT)('at %s WIB it is sold: %s', async (time, isSold) => {
    at(time);
    const asked = await world.inquire(sold);
    expect(codeOf(asked)).toBe(isSold ? 'offer' : 'PRODUCT_CLOSED');
    if (asked.kind !== 'offer') return;
    const { inquiryId, offer } = asked.inquiry;
    expect(codeOf(await world.pay({ inquiryId, total: offer.total }))).toBe('payment');
  });

  test('an offer of before the maintenance is not paid during it, and forms nothing', async () => {
    at('22:59:59');
    const asked = await world.inquire(sold);
    if (asked.kind !== 'offer') throw new Error('no offer');
    at('23:00:00');
    const { inquiryId, offer } = asked.inquiry;
    const reference = `NIGHT-${sold.productId}`;
    const refused = await world.pay({ inquiryId, total: offer.total, reference });
    expect(codeOf(refused)).toBe('PRODUCT_CLOSED');
    expect(await world.payments.findByReference('ppob-nusantara', reference)).toBeUndefined();
  });
});

test('what is sold beside PLN is sold at night too', async () => {
  nights += 1;
  at('23:30:00');
  expect(codeOf(await world.inquire({ productId: 'pdam-tirta-jaya', customerNumber: '70110000' }))).toBe(
    'offer',
  );
});
