import fc from 'fast-check';
import { isFinal } from '#lib/switching';
import { aBench, brokenNow, legFor, MISHAPS, play, TREATMENTS, type Step } from '../../../test/simulation';

const RUNS = Number(process.env['SIMPUL_SEQUENCE_RUNS'] ?? 800);

const place = fc.nat({ max: 30 });
const channel = fc.nat({ max: 2 });
const customer = fc.nat({ max: 5 });
const treatment = fc.constantFrom(...TREATMENTS);
const mishap = fc.constantFrom('none', 'none', ...MISHAPS);
const afterSeconds = fc.constantFrom(0, 1, 5, 17, 20, 33, 70, 4_000, 90_000);
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pay'),
      channel,
      customer,
      isBill: fc.boolean(),
      treatment,
      mishap,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat'), place, isSame: fc.boolean(), mishap }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twice at once'), channel, customer, treatment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('late answer'), place }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advice'), afterSeconds, isSilent: fc.boolean(), mishap }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('two workers'), afterSeconds }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('biller decides'), place }) },
);

test('after any step of any sequence the books are sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 25 }), async (steps) => {
      const bench = await aBench();
      for (const step of steps) {
        await play(bench, step);
        expect(await brokenNow(bench)).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
});

test('whatever came before, everything comes to its end once advice is answered, and answers once final stay', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 25 }), async (steps) => {
      const bench = await aBench();
      for (const step of steps) await play(bench, step);
      bench.writer.next = 'none';
      bench.inHand.forEach((payment) => bench.billers.all.get(payment.billerId)?.decide(legFor(payment)));
      bench.billers.all.forEach((biller) => (biller.isAdviceSilent = false));
      for (let round = 0; round < 5; round += 1) await bench.advise(100, 1);
      expect(await brokenNow(bench)).toEqual([]);
      const { payment: rows } = await bench.ground.books();
      expect(rows.filter((row) => ['SENT', 'SUSPECT'].includes(String(row['state'])))).toEqual([]);
      for (const [order, heard] of bench.answers) {
        const finals = heard.flatMap((answer) =>
          answer.kind === 'payment' && isFinal(answer.payment.state) ? [answer.payment] : [],
        );
        const stored = await bench.payments.findByReference(order.channelId, order.reference);
        for (const payment of finals) expect(payment).toEqual(stored);
      }
    }),
    { numRuns: RUNS / 2 },
  );
});
