import { z } from 'zod';
import { contract } from '../http/contract';
import { DateOnly, Instant, Rupiah } from '../http/schemas';

const OpenPayments = z.object({
  count: z.int(),
  isMore: z.boolean().meta({ description: 'there are more than were counted' }),
  valueAtRisk: Rupiah,
  oldestSeconds: z.int().nullable(),
  ages: z.array(z.object({ upToSeconds: z.int().nullable(), count: z.int() })),
  forPeople: z.array(
    z.object({
      paymentId: z.string(),
      channelId: z.string(),
      billerId: z.string(),
      charge: Rupiah,
      ageSeconds: z.int(),
      reason: z.string(),
      nextStep: z.string(),
    }),
  ),
});

const Deposit = z.object({
  channelId: z.string(),
  posted: Rupiah,
  held: Rupiah,
  limit: Rupiah,
  available: Rupiah,
});

const Operations = z.object({
  doorsDown: z.array(z.object({ name: z.string(), since: Instant })),
  routes: z
    .array(
      z.object({
        routeId: z.string(),
        productId: z.string(),
        billerId: z.string(),
        off: z.string().nullable(),
        breaker: z.enum(['closed', 'open', 'probing']),
        failed: z.int(),
        calls: z.int(),
        averageMs: z.number(),
      }),
    )
    .meta({ description: 'those that are off, or that a switch does not trust now' }),
  routesInAll: z.int(),
});

const Alert = z.object({
  source: z.string(),
  businessDate: DateOnly,
  kind: z.string(),
  subject: z.string(),
  reason: z.string(),
  level: z.string(),
  owner: z.string(),
  nextStep: z.string(),
  raisedAt: Instant,
});

export const ReadToday = contract({
  method: 'GET',
  path: 'today',
  right: 'signed-in',
  tells: { id: 'Hari ini sekilas', en: 'Today at a glance' },
  answer: z
    .object({
      at: Instant,
      businessDate: DateOnly,
      payments: OpenPayments.nullable(),
      deposits: z.array(Deposit).nullable(),
      operations: Operations.nullable(),
      reconciliation: z
        .object({
          alerts: z.array(Alert),
          days: z.array(
            z.object({
              source: z.string(),
              businessDate: DateOnly,
              state: z.string(),
              nextAt: Instant.nullable(),
            }),
          ),
        })
        .nullable(),
      breaks: z.object({ count: z.int(), amount: Rupiah, overdue: z.int() }).nullable(),
      approvals: z.object({ count: z.int() }).nullable(),
      payouts: z.array(z.object({ state: z.string(), count: z.int(), amount: Rupiah })).nullable(),
    })
    .meta({ description: 'a part is null where the permission for it is missing' }),
});
