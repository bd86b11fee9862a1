import fc from 'fast-check';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import type { SettleOn } from '../src';
import { SOURCE, Story, type Day, type Plan, type Turn } from '../../../test/support/settlement-story';
import type { Word } from '../../../test/support/naive-settlement';

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld({ billers: [SOURCE], channels: ['ca017', 'ca021'] });
});
afterAll(() => world.store.drop());

const words = fc.constantFrom<Word>('agrees', 'agrees', 'tolerated', 'amount', 'only_ours', 'late', 'late');

const aPlan: fc.Arbitrary<Plan> = fc.record({
  amount: fc.bigInt({ min: 10_000n, max: 99_999n }),
  channelId: fc.constantFrom('ca017', 'ca021'),
  isImmediate: fc.boolean(),
  drawsFloat: fc.constantFrom(false, false, false, true),
  isUnknown: fc.constantFrom(false, false, true),
  isDoubled: fc.constantFrom(false, false, false, true),
  word: words,
  next: words,
  corrected: words,
  turns: fc.array(
    fc.record({
      at: fc.nat({ max: 4 }),
      what: fc.constantFrom<Turn>('reverse', 'refund', 'pay', 'pay', 'decline', 'end', 'book', 'correct'),
    }),
    { maxLength: 3 },
  ),
});

const aDay: fc.Arbitrary<Day> = fc.record({
  sales: fc.array(aPlan, { maxLength: 4 }),
  strangers: fc.array(fc.bigInt({ min: 1_000n, max: 9_999n }), { maxLength: 1 }),
  adjusted: fc.constantFrom(0n, 0n, 300n, -300n),
});

test.each<SettleOn>(['agreed', 'ours', 'their_file'])(
  'random sales under "%s", whatever becomes of them and whenever: each is settled once, and every party has its due',
  async (settleOn) => {
    await fc.assert(
      fc.asyncProperty(fc.array(aDay, { minLength: 1, maxLength: 3 }), (days) =>
        new Story(world, settleOn).play(days),
      ),
      { numRuns: 6 },
    );
  },
  120_000,
);
