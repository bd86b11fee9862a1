const { default: Sequencer } = require('@jest/test-sequencer');

/** Small files that take long: they play a whole folder of data, or wait for silent partners. */
const LONG = ['billers/src/contract.spec', 'every-dialect.spec', 'test/iso8583.spec', 'snap-hostile.spec'];

/** Begins with what takes longest, so that no worker is left with it alone; a fresh checkout knows no durations. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((name) => path.includes(name));
    const ordered = super.sort(tests);
    return [...ordered.filter(isLong), ...ordered.filter((test) => !isLong(test))];
  }
};
