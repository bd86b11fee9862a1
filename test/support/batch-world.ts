import { BatchWriter, holdJournal, unitOfJournal, type BooksBehind, type CommitResult } from '#lib/ledger';
import { Lane } from '#lib/platform';
import { aLedger, AT, money, type LedgerWorld } from './ledger-world';

type Limits = ConstructorParameters<typeof BatchWriter>[1];

export const BATCH_LIMITS: Limits = {
  queueMax: 100,
  batchMax: 64,
  unknownForMs: 500,
  packetWithinMs: 8_000,
};

/** A ledger that is written in batches. */
export interface BatchWorld extends LedgerWorld {
  readonly writer: BatchWriter;
  /** Puts another writer in the place of the one that is there. */
  useWriter(limits?: Partial<Limits>, onBehind?: (behind: BooksBehind) => void): Promise<void>;
  hold(paymentId: string, charge: bigint, channelId?: string, at?: Date): Promise<CommitResult>;
  /** A payment that finds its own row in another state: it takes part in a batch, and makes it fail. */
  staleHold(paymentId: string, charge: bigint): Promise<CommitResult>;
}

/** Opens a ledger in a schema of its own; call `reset()` and `useWriter()` before each test. Drop it by `store.drop()`. */
export async function aBatchLedger(channels: readonly string[]): Promise<BatchWorld> {
  const ledger = await aLedger(channels);
  let writer: BatchWriter | undefined;
  const current = (): BatchWriter => {
    if (!writer) throw new Error('call useWriter() first');
    return writer;
  };
  return {
    ...ledger,
    get writer() {
      return current();
    },
    async useWriter(limits = {}, onBehind) {
      await writer?.close();
      writer = new BatchWriter(ledger.store.url, { ...BATCH_LIMITS, ...limits }, onBehind);
    },
    hold: (paymentId, charge, channelId = 'ca', at = AT) =>
      current().commit(unitOfJournal(holdJournal(money(paymentId, charge, channelId), at))),
    staleHold: (paymentId, charge) =>
      current().commit(
        unitOfJournal(holdJournal(money(paymentId, charge), AT), {
          updates: () => [
            { table: 'payment', set: { state: 'PAID' }, where: { payment_id: 'nobody', state: 'SENT' } },
          ],
        }),
      ),
  };
}

/** Watches the packets; `spoil` may throw instead of, or after, the real sending. Ends with `jest.restoreAllMocks()`. */
export function onPacket(
  spoil: (packet: string, send: () => Promise<unknown>) => Promise<unknown>,
): string[] {
  const sent: string[] = [];
  const original = Object.getOwnPropertyDescriptor(Lane.prototype, 'sendTelling')
    ?.value as Lane['sendTelling'];
  jest.spyOn(Lane.prototype, 'sendTelling').mockImplementation(function sendTelling(
    this: Lane,
    statements,
    milestone,
  ) {
    const packet = statements.join(';');
    sent.push(packet);
    return spoil(packet, () => original.call(this, statements, milestone)) as ReturnType<Lane['send']>;
  });
  return sent;
}

/** Whether a packet ends a transaction by writing it. */
export function isCommit(packet: string): boolean {
  return packet.endsWith('COMMIT');
}
