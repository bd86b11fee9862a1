const { default: Sequencer } = require('@jest/test-sequencer');

/** What took longest on two cores, the longest first, for a checkout that has not measured yet. */
const LONG = [
  'apps/worker/test/three-days.spec',
  'apps/worker/test/settle-kills.spec',
  'apps/switch/test/iso8583.spec',
  'libs/billers/src/contract.spec',
  'apps/switch/test/silent-database.spec',
  'apps/cli/test/breaks.spec',
  'apps/switch/test/open-payments.spec',
  'apps/switch/test/snap-hostile.spec',
  'apps/switch/test/stops.spec',
  'apps/switch/test/reversals.spec',
  'apps/switch/test/snap.spec',
  'apps/switch/test/crash.spec',
  'apps/worker/test/resend-kills.spec',
  'apps/switch/test/tls.spec',
  'apps/switch/test/prefunded.spec',
  'apps/worker/test/day-jobs.spec',
  'libs/reconciliation/test/random-days.spec',
  'apps/switch/test/second-route.spec',
  'libs/switching/test/simulation.spec',
  'libs/switching/src/reversal.flow.spec',
];

/**
 * Begins with what takes longest, so that no worker is left with it alone. Jest itself remembers how long each file took
 * (`perf-cache-...` in its cache directory, of this checkout under this configuration) and goes by that, what failed last
 * first; what it does not know it would order by size, which tells little: small files play whole folders of data.
 */
module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const ordered = await super.sort(tests);
    const unknown = ordered.filter(({ duration }) => duration === undefined);
    const long = LONG.flatMap((name) => unknown.filter(({ path }) => path.includes(name)));
    return [...new Set([...long, ...ordered])];
  }
};
