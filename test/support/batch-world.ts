import {
  BatchWriter,
  holdJournal,
  unitOfJournal,
  type BooksBehind,
  type CommitResult,
  type UnitOfWork,
} from '#lib/ledger';
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
    hold: (...payment) => current().commit(holdUnit(...payment)),
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

/** What holds a payment of so many rupiah, of channel `ca` if no other is named. */
export function holdUnit(paymentId: string, charge: bigint, channelId = 'ca', at = AT): UnitOfWork {
  return unitOfJournal(holdJournal(money(paymentId, charge, channelId), at));
}

/** Opens one for a file: each test finds it as it began, with a writer that knows nothing, and must leave it sound. */
export function eachTestHasABatchLedger(channels: readonly string[], use: (world: BatchWorld) => void): void {
  let world: BatchWorld;
  beforeAll(async () => {
    world = await aBatchLedger(channels);
    use(world);
  });
  beforeEach(async () => {
    await world.reset();
    await world.useWriter();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await world.writer.close();
    await world.expectSound();
  });
  afterAll(() => world.store.drop());
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

/** What the driver says of a connection that went away under a packet. */
export const gone = () => Object.assign(new Error('gone'), { code: 'ECONNRESET' });

/** The answer to the first packet of that kind is lost on its way; what it did stands. Gives the packets, as `onPacket`. */
export function loseAnswer(isIt: (packet: string) => boolean): string[] {
  let isLost = false;
  return onPacket(async (packet, send) => {
    const isTheOne = !isLost && isIt(packet);
    isLost ||= isTheOne;
    const result = await send();
    if (isTheOne) throw gone();
    return result;
  });
}

/** The first packet of that kind never reaches the server. */
export function losePacket(isIt: (packet: string) => boolean): void {
  let isLost = false;
  onPacket(async (packet, send) => {
    if (isLost || !isIt(packet)) return send();
    isLost = true;
    throw gone();
  });
}
