import type { BillerTruth, Payment, ResendFlow, ResendTools } from '#lib/switching';
import { aResendFlow } from '../../../test/support/resend-flow';
import { endOfResend, type Break } from '../src';
import { ANI, type BreakWorld } from './break-world';

/** What sends payments again, as one worker has it. */
export function aWorkerOf({ switch: world }: BreakWorld, more: Partial<ResendTools> = {}): ResendFlow {
  return aResendFlow(world, { objectionOf: (order) => endOfResend(world.store.database, order), ...more });
}

/** A payment that its biller approved, and knows nothing of the next day. */
export async function lostAtTheBiller(world: BreakWorld): Promise<{ payment: Payment; one: Break }> {
  const payment = await world.pay();
  const { truth } = world.switch.biller;
  const theirs = truth.filter(({ legReference }: BillerTruth) => legReference !== payment.leg.reference);
  truth.splice(0, truth.length, ...theirs);
  world.switch.biller.adviceSays = undefined;
  await world.close('001', []);
  return { payment, one: await world.theBreak() };
}

/** The same once two people have ordered to send it again. */
export async function orderedAgain(world: BreakWorld): Promise<Payment> {
  const { payment, one } = await lostAtTheBiller(world);
  const approval = await world.proposed(one, { resolution: 'resend' });
  expect(await world.approve(approval, ANI)).toMatchObject({ error: { why: { kind: 'maker is checker' } } });
  expect(await world.approve(approval)).toMatchObject({ ok: true, value: { isDone: true } });
  return payment;
}
