import type { Refusal, Result } from '#lib/kernel';

/** An order to put a serial on a document, as a channel is told of it. */
export interface StampOrderStanding {
  serial: string;
  reference: string;
  state: 'ORDERED' | 'STAMPED' | 'REFUSED';
  stampedAt: Date | null;
}

/** Puts serials on documents. Declared here, so that the doors know no one who keeps serials. */
export abstract class SerialStamping {
  abstract stamp(request: {
    channelId: string;
    serial: string;
    reference: string;
    documentHash: string;
    answerWithinMs: number;
  }): Promise<Result<{ order: StampOrderStanding; isRepeat: boolean }, Refusal>>;
}
