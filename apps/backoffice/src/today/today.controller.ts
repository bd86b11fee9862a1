import { Controller } from '@nestjs/common';
import { listApprovals } from '#lib/audit';
import { doorsDown } from '#lib/conduct';
import { may, type Permission, type Principal } from '#lib/identity';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { listDeposits } from '#lib/ledger';
import { Database } from '#lib/platform';
import { listJobs, openAlerts, summaryOfBreaks } from '#lib/reconciliation';
import { openPayouts } from '#lib/settlement';
import { listOpenPayments, listRoutes, type ListedRoute, type OpenPayment } from '#lib/switching';
import type { Answer } from '../http/contract';
import { Endpoint, Who } from '../http/endpoint';
import { Identity } from '../identity-tools';
import { ReadToday } from './today.contracts';

/** More open payments than this are counted no further: somebody has more urgent things to do than to count. */
const OPEN_MAX = 2_000;
const SHOWN_MAX = 50;
const AGES_S = [60, 900, 3_600, null] as const;

type Told = Answer<typeof ReadToday>;

/** What the day is like, at a glance. */
@Controller()
export class TodayController {
  constructor(
    private readonly database: Database,
    private readonly identity: Identity,
  ) {}

  @Endpoint(ReadToday)
  async today(@Who() principal: Principal): Promise<Told> {
    const { database } = this;
    const now = this.identity.clock.now();
    const forHouse = <T>(permission: Permission, read: () => Promise<T>): Promise<T | null> =>
      principal.scope === 'house' && may(principal, permission) ? read() : Promise.resolve(null);
    const [payments, deposits, operations, reconciliation, breaks, approvals, payouts] = await Promise.all([
      forHouse('operations.read', async () =>
        openOf(await listOpenPayments(database, { now, afterPaymentId: '', rowsMax: OPEN_MAX + 1 })),
      ),
      may(principal, 'statements.read') ? this.depositsOf(principal) : null,
      forHouse('operations.read', () => this.operations(now)),
      forHouse('recon.read', () => this.reconciliation()),
      forHouse('breaks.read', () => summaryOfBreaks(database, now)),
      forHouse('approvals.read', async () => ({
        count: (await listApprovals(database, { open: { now }, rowsMax: OPEN_MAX })).length,
      })),
      forHouse('payouts.read', () => openPayouts(database)),
    ]);
    const businessDate = businessDateOf(now, JAKARTA_MIDNIGHT);
    return {
      at: now,
      businessDate,
      payments,
      deposits,
      operations,
      reconciliation,
      breaks,
      approvals,
      payouts,
    };
  }

  private async depositsOf({ scope }: Principal): Promise<NonNullable<Told['deposits']>> {
    const deposits = await listDeposits(this.database);
    return deposits.filter(({ channelId }) => scope === 'house' || scope.channelId === channelId);
  }

  private async operations(now: Date): Promise<NonNullable<Told['operations']>> {
    const [doors, routes] = await Promise.all([doorsDown(this.database), listRoutes(this.database, now)]);
    return {
      doorsDown: doors,
      routes: routes.map(worstOf).filter(({ off, breaker }) => off !== null || breaker !== 'closed'),
      routesInAll: routes.length,
    };
  }

  private async reconciliation(): Promise<NonNullable<Told['reconciliation']>> {
    const [alerts, days] = await Promise.all([openAlerts(this.database), listJobs(this.database, {})]);
    return {
      alerts: alerts.slice(0, SHOWN_MAX),
      days: days.filter(({ direction }) => direction === 'in').slice(-SHOWN_MAX),
    };
  }
}

function openOf(open: readonly OpenPayment[]): NonNullable<Told['payments']> {
  const counted = open.slice(0, OPEN_MAX);
  const ages = AGES_S.map((upToSeconds, index) => {
    const above = index === 0 ? -1 : (AGES_S[index - 1] ?? 0);
    const inside = counted.filter(
      ({ ageSeconds }) => ageSeconds > above && (upToSeconds === null || ageSeconds <= upToSeconds),
    );
    return { upToSeconds, count: inside.length };
  });
  return {
    count: counted.length,
    isMore: open.length > OPEN_MAX,
    valueAtRisk: counted.reduce((sum, { charge }) => sum + charge, 0n),
    oldestSeconds: counted.length === 0 ? null : Math.max(...counted.map(({ ageSeconds }) => ageSeconds)),
    ages,
    forPeople: counted.filter(({ owner }) => owner === 'operations').slice(0, SHOWN_MAX),
  };
}

/** A route as the switch sees it that trusts it least. */
function worstOf({ routeId, productId, billerId, off, seen }: ListedRoute) {
  const order = ['open', 'probing', 'closed'] as const;
  const breaker = order.find((state) => seen.some((one) => one.breaker === state)) ?? 'closed';
  const calls = seen.reduce((sum, one) => sum + one.calls, 0);
  const failed = seen.reduce((sum, one) => sum + one.failed, 0);
  const averageMs = Math.max(0, ...seen.map((one) => one.averageMs));
  return { routeId, productId, billerId, off, breaker, calls, failed, averageMs };
}
