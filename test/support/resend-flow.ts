import pino from 'pino';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { AdviceLimits, ResendFlow, Resends, type ResendTools } from '#lib/switching';
import type { SwitchWorld } from './switch-world';

const WAITS = { scheduleSeconds: [5, 15, 60], exhaustedAfterHours: 48, pollMs: 100, atOnceMax: 32 };
const ADVICE = AdviceLimits.parse({
  scheduleSeconds: [5, 15, 60],
  jitterPercent: 0,
  afterDeadlineMs: 5_000,
  pollMs: 100,
  leaseMs: 30_000,
  atOnceMax: 32,
  perSecondMax: 1_000,
});

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
    limits: WAITS,
    advice: ADVICE,
    logger: pino({ enabled: false }),
    objectionOf: () => Promise.resolve(undefined),
    ...more,
    writer,
  });
}
