import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';

let world: SwitchWorld;
let sicknesses = 0;
beforeAll(async () => {
  world = await aSwitch();
});
afterEach(async () => {
  await heal();
  await world.expectSound();
});
afterAll(() => world.close());

const OPENING = 'TRUE';
const OUTCOME = 'NEW.event_no > 1';

/** The server itself answers so, the first times a payment's history is written to. */
async function sicken(step: string, errno: number, times: number): Promise<void> {
  const seen = `@sick_${(sicknesses += 1)}`;
  await world.store.admin.run(
    `CREATE TRIGGER sick BEFORE INSERT ON payment_event FOR EACH ROW BEGIN IF ${step} THEN ` +
      `SET ${seen} = COALESCE(${seen}, 0) + 1; IF ${seen} <= ${times} THEN ` +
      `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'sick'; END IF; END IF; END`,
  );
}

async function heal(): Promise<void> {
  await world.store.admin.run('DROP TRIGGER IF EXISTS sick');
}

async function order(reference: string) {
  const answer = await world.inquire();
  if (answer.kind !== 'offer') throw new Error('no offer');
  const { inquiryId, offer } = answer.inquiry;
  return { reference, inquiryId, total: offer.total };
}

const BEGIN_AGAIN = [1213, 1205, 1020];
const TAKES_NOTHING = [
  ['with a full table (1114)', 1114],
  ['with a full disk (1021)', 1021],
  ['that takes no writes (1290)', 1290],
] as const;
const FOR_EVER = 1_000_000;

test.each(BEGIN_AGAIN)(
  'a payment whose opening is met by error %d is opened all the same, once',
  async (errno) => {
    await sicken(OPENING, errno, 2);
    const before = world.biller.received.length;
    expect(await world.payOne()).toMatchObject({ state: 'PAID' });
    expect(world.biller.received).toHaveLength(before + 1);
  },
);

test.each(BEGIN_AGAIN)('an outcome that is met by error %d is posted all the same, once', async (errno) => {
  await sicken(OUTCOME, errno, 2);
  const before = await world.balance();
  const payment = await world.payOne();
  expect(payment.state).toBe('PAID');
  expect(before.posted - (await world.balance()).posted).toBe(payment.offer.charge);
});

test.each(TAKES_NOTHING)(
  'a database %s forms nothing, sends nothing, and serves again by itself',
  async (_, errno) => {
    const one = await order(`FULL-${errno}`);
    const [balance, received] = [await world.balance(), world.biller.received.length];
    await sicken(OPENING, errno, FOR_EVER);

    await expect(world.pay(one)).rejects.toThrow('sick');

    expect(await world.payments.findByReference('ppob-nusantara', one.reference)).toBeUndefined();
    expect(await world.balance()).toEqual(balance);
    expect(world.biller.received).toHaveLength(received);
    await heal();
    expect(await world.pay(one)).toMatchObject({
      kind: 'payment',
      payment: { state: 'PAID' },
      isRepeat: false,
    });
  },
);

test.each(TAKES_NOTHING)(
  'an outcome that a database %s does not take is in progress, and advice brings it in later',
  async (_, errno) => {
    await sicken(OUTCOME, errno, FOR_EVER);
    const payment = await world.payOne();
    expect(payment).toMatchObject({ state: 'SENT', code: 'IN_PROGRESS' });
    expect((await world.balance()).held).toBe(payment.offer.charge);

    await heal();
    world.clock.advance(17_000);
    await world.advice.adviseDue();

    expect((await world.payments.findById('ppob-nusantara', payment.paymentId))?.state).toBe('PAID');
    expect((await world.balance()).held).toBe(0n);
  },
);
