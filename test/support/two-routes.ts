import { rupiah } from '#lib/kernel';
import type { Answer } from '#lib/switching';
import { aSwitch, type SwitchOptions, type SwitchWorld } from './switch-world';

/** A product that is asked for at two billers, or more. */
const TOKEN = { productId: 'pln-prepaid', customerNumber: '14270010000', amount: rupiah(50_000n) };

let count = 0;

/** A switch that sells tokens by a second route too. */
export async function aSwitchWithTwoRoutes(options?: SwitchOptions): Promise<SwitchWorld> {
  const made = await aSwitch(options);
  made.routes.add('pln-prepaid', { billerId: 'story', source: 'STORY01' });
  return made;
}

/** An offer of a token. @param ask what the inquiry says besides. */
export async function offerOfToken(world: SwitchWorld, ask = {}) {
  const answer = await world.inquire({ ...TOKEN, ...ask });
  if (answer.kind !== 'offer') throw new Error(JSON.stringify(answer));
  return { inquiryId: answer.inquiry.inquiryId, total: answer.inquiry.offer.total };
}

/** Asks for a token and pays it. */
export async function payTokenAt(world: SwitchWorld) {
  const answer = await world.pay({ reference: `T-${(count += 1)}`, ...(await offerOfToken(world)) });
  if (answer.kind !== 'payment') throw new Error(JSON.stringify(answer));
  return answer.payment;
}

/** What an answer says, in one word of the registry. */
export function codeOf(answer: Answer): string {
  if (answer.kind === 'refused') return answer.refusal.code;
  return answer.kind === 'payment' ? answer.payment.code : 'offer';
}
