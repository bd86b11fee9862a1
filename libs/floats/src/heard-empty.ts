import type { Clock } from '#lib/kernel';
import type { Logger, Statements } from '#lib/platform';
import {
  Billers,
  type AdviceOutcome,
  type BillerConnector,
  type Evidence,
  type PaymentOutcome,
} from '#lib/switching';
import { raiseAlert } from './alerts';

/** Connectors that tell, besides their answers, when a biller says that our float is empty. */
export class ListeningForEmptyFloats extends Billers {
  private readonly connectors = new Map<string, BillerConnector>();

  /** @param onEmpty must not throw. */
  constructor(
    private readonly billers: Billers,
    private readonly onEmpty: (billerId: string, evidence: Evidence) => void,
  ) {
    super();
  }

  override connector(billerId: string): BillerConnector {
    const known = this.connectors.get(billerId);
    if (known) return known;
    const connector = this.listening(billerId, this.billers.connector(billerId));
    this.connectors.set(billerId, connector);
    return connector;
  }

  private listening(billerId: string, spoken: BillerConnector): BillerConnector {
    const heard = <T extends PaymentOutcome | AdviceOutcome>(outcome: T): T => {
      if (outcome.kind === 'declined' && outcome.isFloatEmpty) this.onEmpty(billerId, outcome.evidence);
      return outcome;
    };
    // Whatever else a connector does stays its own.
    return Object.assign(Object.create(spoken) as BillerConnector, {
      pay: async (...call: Parameters<BillerConnector['pay']>) => heard(await spoken.pay(...call)),
      advise: async (...call: Parameters<BillerConnector['advise']>) => heard(await spoken.advise(...call)),
    });
  }
}

/** Pauses a biller that says that our float is empty: in this process at once, everywhere with the next look. */
export function pauseWhereEmpty(
  statements: Statements,
  clock: Clock,
  logger: Logger,
  room?: { pause(billerId: string): void },
): (billerId: string, evidence: Evidence) => void {
  return (billerId, { code, message }) => {
    room?.pause(billerId);
    const reason = `the biller says that our float is empty (code ${code ?? '-'}: ${message ?? 'no words'})`;
    raiseAlert(statements, { billerId, kind: 'empty at biller', reason, raisedAt: clock.now() })
      .then((isNew) => isNew && logger.warn({ billerId, reason }, 'a biller is paused: top its float up'))
      .catch((error: unknown) =>
        logger.error({ billerId, reason, err: error }, 'a biller could not be paused for all'),
      );
  };
}
