import { rupiah } from '#lib/kernel';
import { reversalJournal } from '#lib/ledger';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { isLegSettled } from './settled-leg';
import { openHeld } from './settlement-rows';

const [DAY, NEXT, THIRD] = ['2026-07-14', '2026-07-15', '2026-07-16'];
const A1 = 'T0TBR00000A1';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});

/** A sale of the day that its biller's file does not list: it is held back. */
async function heldBack() {
  const money = await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'only_ours', paymentId: A1, ours: 100_000n },
  ]);
  await world.settled('LPB01');
  await world.endBreak('only_ours', A1, 'resend');
  return money;
}

/** Its leg ends and a further one follows, of another day. */
async function sendAgain(state: string, businessDate: string): Promise<void> {
  const { admin } = world.store;
  await admin.run("UPDATE payment_leg SET state = 'DECLINED', live = NULL WHERE payment_id = ?", [A1]);
  await admin.run(
    `INSERT INTO payment_leg (payment_id, leg_no, biller_id, leg_reference, product_id, customer_number, amount, state,
       live, source, source_business_date, draws_float, sent_at)
     SELECT payment_id, 2, biller_id, 'Y0TBR00000A1', product_id, customer_number, amount, ?, 1, source, ?, draws_float,
       sent_at FROM payment_leg WHERE payment_id = ? AND leg_no = 1`,
    [state, businessDate, A1],
  );
  await admin.run('UPDATE payment SET leg_no = 2, state = ? WHERE payment_id = ?', [state, A1]);
}

const clearing = () => world.balance('biller:LPB01:clearing');
const payable = () => world.balance('biller:LPB01:payable');

test('ordered to be sent again, a sale stays held back: it is none of theirs yet', async () => {
  await heldBack();
  await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n });
  await world.settled('LPB01', NEXT);
  expect(await payable()).toBe(0n);
  expect(await clearing()).toBe(-100_500n);
  expect(await isLegSettled(world.store.database, { paymentId: A1, legNo: 1 })).toBe(false);
  await world.expectSound();
});

test('taken by its biller, it is paid once, with the day of its further leg', async () => {
  await heldBack();
  await sendAgain('PAID', NEXT);
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 100_000n });
  await world.settled('LPB01', NEXT);
  expect([await clearing(), await payable()]).toEqual([0n, -100_500n]);
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  expect(await isLegSettled(world.store.database, { paymentId: A1, legNo: 2 })).toBe(true);
  await world.expectSound();
});

test('refused, and found with its biller after all, it is paid once', async () => {
  await heldBack();
  await sendAgain('UNSERVED', NEXT);
  await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n });
  await world.settled('LPB01', NEXT);
  expect([await clearing(), await payable()]).toEqual([-100_500n, 0n]);
  await world.store.admin.run(
    "UPDATE payment p JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = 2 SET p.state = 'PAID', l.state = 'PAID'",
    [],
  );
  await world.closeRun('LPB01', THIRD, { count: 0, amount: 0n });
  await world.settled('LPB01', THIRD);
  expect([await clearing(), await payable()]).toEqual([0n, -100_500n]);
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  await world.expectSound();
});

test.each(['RESENT', 'UNSERVED'])(
  '%s it waits in clearing, and given back it is paid to nobody',
  async (state) => {
    const money = await heldBack();
    await sendAgain(state, NEXT);
    await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n });
    await world.settled('LPB01', NEXT);
    expect([await clearing(), await payable()]).toEqual([-100_500n, 0n]);
    await world.expectSound();
    await world.store.admin.run(
      "UPDATE payment p JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = 2 SET p.state = 'REVERSED', l.state = 'REVERSED'",
      [],
    );
    await world.book(reversalJournal(money, THIRD, world.clock.now()));
    await world.closeRun('LPB01', THIRD, { count: 0, amount: 0n });
    await world.settled('LPB01', THIRD);
    expect([await clearing(), await payable()]).toEqual([rupiah(0n), 0n]);
    await world.expectSound();
  },
);
