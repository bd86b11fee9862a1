import { join } from 'node:path';
import { BillerRegistry } from '#lib/billers';
import { rupiah, SystemClock } from '#lib/kernel';
import type { Bill, BillerLeg } from '#lib/switching';
import { anInstallation, type Installation } from '../../../test/support/processes';

/** One product of each biller that speaks ISO 8583 or SNAP; a number's last four digits choose what becomes of it. */
const SOLD = [
  ['pln-switch', 'postpaid', '53110001'],
  ['pln-switch', 'prepaid', '1427001'],
  ['pln-switch', 'nontaglis', '531100010'],
  ['kawan', 'telkomsel-halo', '08120001'],
  ['kawan', 'pdam-kawan', '1234'],
  ['asuransi-sehat', 'insurance-sehat', '991234'],
  ['asuransi-jiwa', 'insurance-jiwa', '881234'],
  ['kampus-nusa', 'tuition-kampus-nusa', '20140'],
] as const;
const AMOUNT = rupiah(50_000n);
const LONG_MS = 20_000;
const SHORT_MS = 1_500;

let world: Installation;
let registry: BillerRegistry;
let counted = 0;

beforeAll(async () => {
  world = await anInstallation();
  Object.assign(process.env, world.environment);
  registry = BillerRegistry.load(join(process.cwd(), 'config', 'billers'), new SystemClock());
}, 120_000);

afterAll(async () => {
  await registry.close();
  await world.close();
});

const within = (ms: number) => new Date(Date.now() + ms);

/** What the switch asks one of these billers, and what that biller has booked. */
function player([biller, product, digits]: readonly [string, string, string]) {
  const isToken = product === 'prepaid';
  const connector = () => registry.connector(biller);

  const inquire = (ending: string) =>
    connector().inquire(
      {
        product,
        customerNumber: digits + ending,
        amount: isToken ? AMOUNT : undefined,
        trace: `T${process.pid}`,
      },
      within(LONG_MS),
    );

  async function legOf(ending: string): Promise<BillerLeg> {
    const bill = await inquire(ending);
    if (!bill.ok) throw new Error(`${bill.error.code}: ${bill.error.detail}`);
    counted += 1;
    return {
      reference: `T${String(counted).padStart(11, '0')}`,
      product,
      customerNumber: digits + ending,
      amount: isToken ? AMOUNT : owedOf(bill.value),
      billCount: bill.value.lines.length,
      echo: bill.value.echo,
      settlementDate: new Date().toISOString().slice(0, 10),
      sentAt: new Date(),
    };
  }

  const pay = (leg: BillerLeg, withinMs = LONG_MS) => connector().pay(leg, within(withinMs));
  const advise = (leg: BillerLeg) => connector().advise(leg, within(LONG_MS));
  const paidFor = async (leg: BillerLeg) =>
    (await world.truthOf(leg.customerNumber)).filter(({ kind }) => kind === 'paid').length;
  return { inquire, legOf, pay, advise, paidFor };
}

describe.each(SOLD)('%s %s', (...sold) => {
  const { inquire, legOf, pay, advise, paidFor } = player(sold);

  test('a bill is read and paid, and its advice says the same', async () => {
    const leg = await legOf('0000');
    const paid = await pay(leg);
    expect(paid).toMatchObject({ kind: 'approved', amount: leg.amount });
    expect({ ...(await advise(leg)), evidence: undefined }).toEqual({ ...paid, evidence: undefined });
    expect(await paidFor(leg)).toBe(1);
  });

  test.each([
    ['0014', 'BILL_NOT_FOUND'],
    ['0088', 'BILL_ALREADY_PAID'],
    ['1105', 'BILLER_UNAVAILABLE'],
  ])('an inquiry of %s is refused as %s', async (ending, code) => {
    expect(await inquire(ending)).toMatchObject({ ok: false, error: { code } });
  });

  test.each([
    ['1037', 'declined', 'declined', 0],
    ['1072', 'declined', undefined, 0],
    ['1039', 'unknown', 'approved', 1],
    ['1040', 'unknown', 'declined', 0],
    ['1091', 'unknown', 'approved', 1],
    ['1106', 'unknown', 'approved', 1],
    ['1999', 'unknown', 'approved', 1],
  ] as const)('a payment of %s is %s, its advice says %s', async (ending, kind, advised, paid) => {
    const leg = await legOf(ending);
    expect((await pay(leg)).kind).toBe(kind);
    if (advised !== undefined) expect((await advise(leg)).kind).toBe(advised);
    expect(await paidFor(leg)).toBe(paid);
  });
});

describe('what stays without an answer', () => {
  for (const sold of SOLD)
    test.concurrent.each([
      ['1068', 'approved', 1],
      ['1069', 'no such payment', 0],
    ] as const)(
      `${sold[0]} ${sold[1]}: a payment of %s is unknown, its advice says %s`,
      async (ending, advised, paid) => {
        const { legOf, pay, advise, paidFor } = player(sold);
        const leg = await legOf(ending);
        expect((await pay(leg, SHORT_MS)).kind).toBe('unknown');
        expect((await advise(leg)).kind).toBe(advised);
        expect(await paidFor(leg)).toBe(paid);
      },
    );
});

function owedOf({ lines }: Bill) {
  return rupiah(lines.reduce((sum, { amount, penalty }) => sum + amount + penalty, 0n));
}
