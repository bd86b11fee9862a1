import { rupiah, ZERO, type Rupiah } from '#lib/kernel';
import { amountWithin, feesOn, tierOf, type FeeRule } from '#lib/catalog';
import { offerFromJson, offerToJson, priceOffer, splitOf } from './offer';

/** Draws whole numbers below a bound, the same ones for the same seed. */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

function aRule(draw: (below: number) => number): FeeRule {
  const bounds = Array.from({ length: draw(4) }, () => draw(1_000_000)).sort((one, other) => one - other);
  const tiers = [...new Set(bounds), null].map((upTo) => {
    const adminFee = draw(10_000);
    const billerFee = draw(adminFee + 1);
    const commission = draw(adminFee - billerFee + 1);
    return {
      upTo: upTo === null ? null : rupiah(BigInt(upTo)),
      adminFee: rupiah(BigInt(adminFee)),
      billerFee: rupiah(BigInt(billerFee)),
      commission: rupiah(BigInt(commission)),
      subAgentFee: rupiah(BigInt(draw(commission + 1))),
    };
  });
  const per = draw(2) === 0 ? 'bill' : 'payment';
  return { feeSchemeId: 'drawn', per, tiers, hasPpn: draw(2) === 0, hasPph: draw(2) === 0 };
}

const terminal = { id: 'T-1', name: 'Toko Jaya', city: 'Bandung' };

test('whatever the scheme and the bills: what is shown is what is taken, and the parts add up to the admin fee', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const draw = drawing(seed);
    const fees = aRule(draw);
    const amounts = Array.from({ length: 1 + draw(5) }, () => rupiah(BigInt(1 + draw(1_200_000))));
    const lines = amounts.map((amount) => ({ period: '202607', amount, penalty: ZERO, details: {} }));
    const bill = {
      customerName: 'SITI',
      lines,
      outstanding: lines.length,
      details: {},
      echo: {},
      validSeconds: undefined,
    };
    const outlet = [undefined, { terminal, subAgentId: null }, { terminal, subAgentId: 'kios' }][draw(3)];
    const mode = draw(2) === 0 ? 'immediate' : 'settled';
    const chosen = { lines, remaining: 0, payable: undefined };
    const offer = priceOffer(bill, chosen, { fees }, mode, { inputs: {}, outlet });
    const { biller, aggregator, agent, subAgent } = splitOf(offer);
    expect({ seed, sum: biller + aggregator + agent + subAgent }).toEqual({ seed, sum: offer.adminFee });
    expect([biller, aggregator, agent, subAgent].every((part) => part >= ZERO)).toBe(true);
    expect(offer.amount + offer.adminFee).toBe(offer.total);
    expect(agent + subAgent).toBe(offer.commission);
    expect(mode === 'immediate' ? offer.charge + offer.commission : offer.charge).toBe(offer.total);
    expect(outlet?.subAgentId ? true : subAgent === ZERO).toBe(true);
    expect(offerFromJson(JSON.parse(offerToJson(offer)))).toEqual(offer);
  }
});

const amount = (value: bigint): Rupiah => rupiah(value);
const tier = (upTo: bigint | null, adminFee: bigint) => ({
  upTo: upTo === null ? null : amount(upTo),
  adminFee: amount(adminFee),
  billerFee: ZERO,
  commission: ZERO,
  subAgentFee: ZERO,
});
const TIERED = { tiers: [tier(100_000n, 2_000n), tier(500_000n, 3_000n), tier(null, 5_000n)] };
const rule = (per: 'bill' | 'payment'): FeeRule => ({
  ...TIERED,
  feeSchemeId: 'tiered',
  per,
  hasPpn: false,
  hasPph: false,
});

test.each([
  [1n, 2_000n],
  [100_000n, 2_000n],
  [100_001n, 3_000n],
  [500_001n, 5_000n],
])(
  'a tier holds up to its last rupiah: %s costs %s, and who pays both has chosen the amount',
  (chosen, fee) => {
    expect(tierOf(TIERED, amount(chosen)).adminFee).toBe(fee);
    expect(amountWithin(TIERED, amount(chosen + fee))).toBe(chosen);
  },
);

test('fees are taken for each bill by its own amount, or once by that of all', () => {
  const bills = [amount(100_000n), amount(400_000n)];
  expect(feesOn(rule('bill'), bills).adminFee).toBe(5_000n);
  expect(feesOn(rule('payment'), bills).adminFee).toBe(3_000n);
});
