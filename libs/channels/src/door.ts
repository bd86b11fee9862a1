import type { Catalog } from '#lib/catalog';
import type { Clock } from '#lib/kernel';
import type { Logger, Statements } from '#lib/platform';
import type {
  DirectPaymentFlow,
  InquiryFlow,
  PaymentFlow,
  Payments,
  ReceiptFlow,
  ReversalFlow,
  Reversals,
  SealedNumbers,
} from '#lib/switching';
import type { AgreedRates } from './agreed-rates';
import type { SerialStamping } from './h2h/stamping';
import type { ChannelProfiles } from './profiles';

/** What every door is given by the process that opens it, whatever it speaks. */
export interface DoorParts {
  catalog: Catalog;
  profiles: ChannelProfiles;
  clock: Clock;
  logger: Logger;
  statements: Statements;
  payments: Payments;
  reversals: Reversals;
  /** Whom a number means that a message names. */
  numbers: Pick<SealedNumbers, 'named' | 'traceOf'>;
  /** How many requests each channel may send; asked before anything else is done for one. */
  rates: AgreedRates;
  /** The flows as agreed with each channel. */
  inquiryFlow: Pick<InquiryFlow, 'inquire'>;
  paymentFlow: Pick<PaymentFlow, 'pay'>;
  /** For doors that sell in one call; it goes through the two above. */
  directPaymentFlow: DirectPaymentFlow;
  reversalFlow: ReversalFlow;
  receiptFlow: ReceiptFlow;
  stamping: SerialStamping;
}

/** A door that is open. */
export interface Door {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  url: string;
  /** By what names people know what is spoken there. */
  names: readonly string[];
  /** Whether it listens. */
  isOpen(): boolean;
  /** Takes nothing new, answers what is in flight, and lets go of its port. */
  close(): Promise<void>;
}
