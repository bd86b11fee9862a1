import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatRupiah, rupiah, sum, ZERO } from '#lib/kernel';
import { receiptDocument, type Wanted } from './document';
import type { PaidOffer, ReceiptFacts } from './facts';
import type { ReceiptJson } from './json';
import { renderReceipt } from './lines';
import { Receipts } from './receipts';
import { readSample } from './sample';
import { wrapped } from './wrap';

const ROOT = join(__dirname, '..', '..', '..');
const receipts = Receipts.read(join(ROOT, 'config', 'receipts'));
const names = receipts.names();
const original = (format: Wanted['format'], language: Wanted['language'] = 'id'): Wanted => ({
  format,
  language,
  copy: undefined,
});

test.each(['text32', 'text48', 'json'] as const)(
  'a receipt that was issued again says so as %s',
  async (format) => {
    const [name = ''] = names;
    const { offer, fromBiller } = sampleOf(name);
    const facts = keptOf(name, offer, fromBiller);
    const anew = { ...original(format), isReissued: true };
    expect(await render(name, facts, anew)).toContain('DITERBITKAN ULANG');
    expect(await render(name, facts, { ...anew, language: 'en' })).toContain('RE-ISSUED');
    expect(await render(name, facts, original(format))).not.toContain('DITERBITKAN ULANG');
  },
);

function definitionOf(name: string) {
  const definition = receipts.definition(name);
  if (!definition) throw new Error(`no definition ${name}`);
  return definition;
}

const sampleOf = (name: string) => readSample(join(ROOT, 'fixtures', 'receipts', name, 'payment.yaml'));

/** What a sample's payment keeps, with another offer or another answer of its biller. */
function keptOf(name: string, offer: PaidOffer, fromBiller: Readonly<Record<string, string>>): ReceiptFacts {
  const { fields } = renderReceipt(definitionOf(name), sampleOf(name).payment, offer, fromBiller);
  return { fields, bills: offer.lines };
}

async function render(name: string, facts: ReceiptFacts, wanted: Wanted): Promise<string> {
  return (await receiptDocument(definitionOf(name), facts, wanted)).body.toString('latin1');
}

async function rowsOf(name: string, facts: ReceiptFacts): Promise<Map<string, string>> {
  const { body } = JSON.parse(await render(name, facts, original('json'))) as ReceiptJson;
  return new Map(body.flatMap((part) => (part.kind === 'row' ? [[part.label, part.value] as const] : [])));
}

const anAmount = fc.bigInt({ min: 0n, max: 999_999_999_999n }).map(rupiah);

const anOffer = fc.record({
  bills: fc.array(fc.record({ amount: anAmount, penalty: anAmount }), { minLength: 1, maxLength: 12 }),
  adminFee: anAmount,
});

test.each(names)(
  '%s: the total shown is the total taken, whatever the biller calls its own amounts',
  async (name) => {
    const { offer, fromBiller } = sampleOf(name);
    // Longer than any amount of the offer below can be, so that no honest amount looks like one.
    const lie = '888777666555444333';
    const lies = {
      amount: lie,
      adminFee: lie,
      total: lie,
      billCount: '99',
      paymentId: 'X',
      commission: lie,
    };
    await fc.assert(
      fc.asyncProperty(anOffer, async ({ bills, adminFee }) => {
        const lines = bills.map((bill, at) => ({ ...bill, period: `20260${(at % 9) + 1}`, details: lies }));
        const amount = sum(bills.flatMap((bill) => [bill.amount, bill.penalty]));
        const total = rupiah(amount + adminFee);
        const priced = { ...offer, lines, amount, adminFee, total, details: { ...offer.details, ...lies } };
        const facts = keptOf(name, priced, { ...fromBiller, ...lies });
        const rows = await rowsOf(name, facts);
        const shown = [...rows.values()];
        expect(shown).toContain(formatRupiah(total));
        expect(rows.get('Biaya Admin') ?? formatRupiah(ZERO)).toBe(formatRupiah(adminFee));
        expect(shown.join('\n').replaceAll('.', '')).not.toContain(lie);
        for (const format of ['text32', 'text48'] as const)
          expect(await render(name, facts, original(format))).toContain(formatRupiah(total));
      }),
      { numRuns: 15 },
    );
  },
);

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.stringMatching(/^[A-Z0-9]{1,80}$/),
  fc.stringMatching(/^[A-Za-z ]{1,300}$/),
  fc.constantFrom(
    '\u001b@\u001bE\u0000',
    '=HYPERLINK("x")',
    '<script>x</script>',
    '\u202eabc',
    'Rp 1'.padEnd(400, '0'),
    '{total}',
  ),
);

test.each(names)(
  '%s: whatever the biller says, no line is too long and no character is a command',
  async (name) => {
    const { offer, fromBiller } = sampleOf(name);
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (one, other) => {
        const spoilt = (texts: Readonly<Record<string, string>>, by: string) =>
          Object.fromEntries(Object.keys(texts).map((key) => [key, by]));
        const facts = keptOf(
          name,
          { ...offer, customerName: other, details: spoilt(offer.details, one) },
          spoilt(fromBiller, other),
        );
        for (const [format, width] of [
          ['text32', 32],
          ['text48', 48],
        ] as const) {
          const text = await render(name, facts, original(format));
          expect(text).toMatch(/^[\x20-\x7e\n]*$/);
          expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
        }
        expect(await render(name, facts, original('json'))).not.toMatch(/\\u00[01]|\\u202e/i);
      }),
      { numRuns: 15 },
    );
  },
);

test('hostile text makes a PDF too, and one page of it', async () => {
  const { offer, fromBiller } = sampleOf('pln-prepaid');
  const facts = keptOf(
    'pln-prepaid',
    { ...offer, customerName: '(\\) <</Type/Catalog>> \u001b'.repeat(900) },
    fromBiller,
  );
  const pdf = await render('pln-prepaid', facts, original('pdf'));
  expect(pdf.match(/\/Type \/Page\n/g)).toHaveLength(1);
  expect(pdf.endsWith('%%EOF\n')).toBe(true);
});

const HANDED_ON = /^(-?Rp [\d.,]+|[\d -]{8,32}|[A-Z0-9-]{8,32})$/;

test.each(names)('%s: a token, a number and an amount of usual length stand in one line', async (name) => {
  const { offer, fromBiller } = sampleOf(name);
  const facts = keptOf(name, offer, fromBiller);
  const broken: string[] = [];
  for (const format of ['text32', 'text48'] as const) {
    const lines = (await render(name, facts, original(format))).split('\n');
    for (const value of (await rowsOf(name, facts)).values())
      if (HANDED_ON.test(value) && !lines.some((line) => line.includes(value))) broken.push(value);
  }
  expect(broken).toEqual([]);
});

test('lines end at spaces, and never within an amount or a token', () => {
  expect(wrapped('bayar Rp 152.500 tunai', 12)).toEqual(['bayar', 'Rp 152.500', 'tunai']);
  expect(wrapped('1234 5678 9012 3456 7890', 30)).toEqual(['1234 5678 9012 3456 7890']);
  expect(wrapped('1234 5678 9012 3456 7890', 20, true)).toEqual(['1234 5678 9012 3456', '7890']);
  expect(wrapped('ABCDEFGHIJ', 4)).toEqual(['ABCD', 'EFGH', 'IJ']);
  expect(wrapped('', 4)).toEqual([]);
});

test('a card number is kept and shown by its end only', async () => {
  const { payment, offer, fromBiller } = sampleOf('credit-card');
  const { lines, fields } = renderReceipt(definitionOf('credit-card'), payment, offer, fromBiller);
  expect(JSON.stringify([lines, fields])).not.toContain(payment.customerNumber.slice(0, 12));
  expect(fields['customerNumber']).toBe('**** **** **** 0000');
  for (const format of ['text32', 'json', 'pdf'] as const)
    expect(await render('credit-card', { fields, bills: offer.lines }, original(format))).not.toContain(
      payment.customerNumber,
    );
});

test('every definition has a sample, and every sample a definition', () => {
  expect(readdirSync(join(ROOT, 'fixtures', 'receipts')).sort()).toEqual(names);
});
