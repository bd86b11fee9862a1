import pino from 'pino';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { AdviceLimits, ResendFlow, Resends, type ResendTools } from '#lib/switching';
import { ADVICE_LIMITS, ORDER_LIMITS, type SwitchWorld } from './switch-world';

const ADVICE = AdviceLimits.parse(ADVICE_LIMITS);

/** What sends payments again, as one worker has it. @param more what of it a test wants otherwise. */
export function aResendFlow(world: SwitchWorld, more: Partial<ResendTools> = {}): ResendFlow {
  const { store, clock, payments, catalog, biller, water } = world;
  const { writer = world.writer } = more;
  return new ResendFlow({
    clock,
    statements: store.database,
    payments,
    resends: new Resends(store.database, writer),
    billers: { connector: (id) => (id === water.id ? water : biller) },
    catalog,
    businessDateOfSource: (_, at) => businessDateOf(at, JAKARTA_MIDNIGHT),
    limits: ORDER_LIMITS,
    advice: ADVICE,
    logger: pino({ enabled: false }),
    objectionOf: () => Promise.resolve(undefined),
    ...more,
    writer,
  });
}
