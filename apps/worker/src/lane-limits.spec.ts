import { FakeBiller } from '../../../test/support/fake-biller';
import { laneLimitsOf } from './lane-limits';

const LIMITS = {
  scheduleSeconds: [5],
  jitterPercent: 0,
  afterDeadlineMs: 5_000,
  pollMs: 500,
  leaseMs: 30_000,
  atOnceMax: 16,
  perSecondMax: 50,
};

function theBillers(adviceLane: { atOnceMax?: number; perSecondMax?: number } | undefined, adviceMs = 5_000) {
  const biller = new FakeBiller('gas-kota');
  return {
    ids: () => ['gas-kota'],
    connector: () => Object.assign(biller, { adviceLane, patience: { ...biller.patience, adviceMs } }),
  };
}

test('a biller that bears less is asked less; what it does not say is as for all', () => {
  expect(laneLimitsOf(theBillers({ atOnceMax: 2 }), LIMITS)('gas-kota')).toEqual({
    atOnceMax: 2,
    perSecondMax: 50,
  });
});

test('a biller without bounds of its own has those of all, and so has one that is not configured any more', () => {
  const limitsOf = laneLimitsOf(theBillers(undefined), LIMITS);
  expect([limitsOf('gas-kota'), limitsOf('gone')]).toEqual([
    { atOnceMax: 16, perSecondMax: 50 },
    { atOnceMax: 16, perSecondMax: 50 },
  ]);
});

test('a biller whose patience outlasts the lease is refused by name', () => {
  expect(() => laneLimitsOf(theBillers(undefined, 30_000), LIMITS)).toThrow(
    /gas-kota: patience.adviceMs is 30000, must be below/,
  );
});
