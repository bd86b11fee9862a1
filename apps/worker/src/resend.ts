import type { Database } from '#lib/platform';
import { endOfResend, endServed, reopenUnserved, type ResendRefusal } from '#lib/reconciliation';
import { isLegSettled } from '#lib/settlement';
import { objectionToResend, ResendFlow, Resends, type ResendTools } from '#lib/switching';
import type { Round } from './poll-loop';

/** What sends again the payments that people have ordered to, and what keeps one from it. */
export function sendsAgain({
  database,
  tools,
}: {
  database: Database;
  tools: Omit<ResendTools, 'resends' | 'objectionOf'>;
}): {
  round: Round;
  objectionTo: (leg: { paymentId: string; legNo: number }) => Promise<ResendRefusal | undefined>;
} {
  const { catalog, payments, writer, clock } = tools;
  const flow = new ResendFlow({
    ...tools,
    resends: new Resends(database, writer),
    async objectionOf(order) {
      if (await isLegSettled(database, order)) return 'its day is settled with it';
      return endOfResend(database, order);
    },
  });
  return {
    round: {
      work: async () => {
        const sent = await flow.sendDue();
        await reopenUnserved({ database, clock });
        await endServed({ database, clock });
        return sent > 0;
      },
      failure: 'payments could not be sent again; the next round starts over',
    },
    objectionTo: async (leg) =>
      (await isLegSettled(database, leg))
        ? { kind: 'settled' }
        : objectionToResend(database, catalog, leg, (product) => payments.requiredReceiptFields(product)),
  };
}
