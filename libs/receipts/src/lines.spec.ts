import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rupiah, ZERO } from '#lib/kernel';
import { definitionOfLines } from './definition';
import type { PaidOffer } from './facts';
import { renderReceipt } from './lines';
import { Receipts } from './receipts';

const OFFER: PaidOffer = {
  customerName: 'SITI RAHMA',
  lines: [
    { period: '202606', amount: rupiah(100_000n), penalty: rupiah(3_000n), details: { meterFrom: '100' } },
    { period: '202607', amount: rupiah(98_000n), penalty: ZERO, details: { meterTo: '350' } },
  ],
  remaining: 0,
  amount: rupiah(201_000n),
  adminFee: rupiah(5_000n),
  total: rupiah(206_000n),
  details: { tariff: 'R1', power: '1300' },
};
const PAYMENT = {
  paymentId: 'P0TBR00615QG',
  customerNumber: '531100010003',
  billerReference: 'EB1',
  paidAt: new Date('2026-07-14T16:41:09Z'),
  timeZone: 'Asia/Jakarta',
};
const lines = (...texts: string[]) => definitionOfLines(texts, []);
const receipts = Receipts.read(join(__dirname, '..', '..', '..', 'config', 'receipts'));

test('a receipt prints money, the Payment ID and a token as people read them', () => {
  const template = lines('{paymentId}', 'Total: {total}', '{periods}', '{token}', '{time}');
  expect(renderReceipt(template, PAYMENT, OFFER, { token: '12345678901234567890' }).lines).toEqual([
    'P0TB-R006-15QG',
    'Total: Rp 206.000',
    'JUN 2026, JUL 2026',
    '1234 5678 9012 3456 7890',
    '2026-07-14 23:41:09',
  ]);
});

test('remaining bills are told when some remain, and not when none do', () => {
  const template = lines('Masih ada {remaining} lembar.');
  expect(renderReceipt(template, PAYMENT, OFFER, {}).lines).toEqual([]);
  expect(renderReceipt(template, PAYMENT, { ...OFFER, remaining: 2 }, {}).lines).toEqual([
    'Masih ada 2 lembar.',
  ]);
});

test('a biller cannot replace our own fields by naming its data like them', () => {
  const { fields } = renderReceipt(lines(), PAYMENT, OFFER, { total: '1', paymentId: 'X', kwh: '12.5' });
  expect(fields).toMatchObject({ total: '206000', paymentId: 'P0TBR00615QG', kwh: '12.5', tariff: 'R1' });
});

test('an electricity receipt tells each bill, its penalty, and where the meter stood', () => {
  const { lines: printed } = renderReceipt(
    receipts.of({ productId: 'p', receipt: 'pln-postpaid', receiptLines: [], requiredReceiptFields: [] }),
    PAYMENT,
    { ...OFFER, remaining: 7 },
    {},
  );
  expect(printed).toEqual([
    'STRUK PEMBAYARAN TAGIHAN LISTRIK',
    'Payment ID   : P0TB-R006-15QG',
    'Tanggal      : 2026-07-14 23:41:09 WIB',
    'IDPEL        : 531100010003',
    'Nama         : SITI RAHMA',
    'Tarif/Daya   : R1/1300 VA',
    'Bulan/Tahun  : JUN 2026, JUL 2026',
    'Stand Meter  : 100-350',
    'Lembar       : 2',
    'No. Ref PLN  : EB1',
    'Tagihan JUN 2026: Rp 100.000',
    'Denda JUN 2026: Rp 3.000',
    'Tagihan JUL 2026: Rp 98.000',
    'Tagihan PLN  : Rp 201.000',
    'Biaya Admin  : Rp 5.000',
    'Total Bayar  : Rp 206.000',
    'PLN menyatakan struk ini sebagai bukti pembayaran yang sah.',
    'Informasi hubungi call center 123 atau PLN terdekat.',
    'Masih ada tunggakan 7 lembar.',
  ]);
});

test('what a success must say is what the rows of the definition require', () => {
  const product = { productId: 'p', receiptLines: [], requiredReceiptFields: ['stamp'] };
  expect(receipts.of({ ...product, receipt: 'pln-prepaid' }).required).toEqual(['token']);
  expect(receipts.of({ ...product, receipt: null }).required).toEqual(['stamp']);
  expect(() => receipts.requireFor([{ productId: 'p', receipt: 'gone' }])).toThrow(
    /product p has the receipt gone, and there is no config\/receipts\/gone\.yaml/,
  );
});

test('hostile text from a biller stays text on one line, and a 10 kB name is cut', () => {
  const hostile = {
    esc: '\u001b@\u001bE=1+1\r\nTOTAL  Rp 0\u202e\u200b<b>{total}</b>\ud800',
    long: `A${'\u0007'.repeat(10)}${'B'.repeat(10_000)}`,
  };
  const { lines: printed, fields } = renderReceipt(lines('x {esc}', 'y {long}'), PAYMENT, OFFER, hostile);
  expect(printed[0]).toBe('x @ E=1+1 TOTAL Rp 0 <b>{total}</b>');
  expect(printed[1]).toHaveLength(202);
  expect(fields['long']).toHaveLength(4_096);
  expect(JSON.stringify([printed, fields])).not.toMatch(/\\u|\p{C}/u);
});

const folder = mkdtempSync(join(tmpdir(), 'receipts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `title: { id: STRUK, en: RECEIPT }
body:
  - { label: { id: ID, en: ID }, value: '{paymentId}' }
  - { label: { id: Total, en: Total }, value: '{total}' }
  - separator
`;

test.each([
  [
    'a format that there is not',
    "  - { label: { id: A, en: A }, value: '{a}', format: money }",
    /x\.yaml:6: body\.3\.format: .*rupiah/,
  ],
  [
    'a sum that customers must not see',
    "  - { label: { id: A, en: A }, value: '{commission}' }",
    /x\.yaml:6: body\.3\.value: \{commission\} is not shown to customers/,
  ],
  [
    'a brace that is no name',
    '  - { text: { id: "{a b}", en: "x" } }',
    /x\.yaml:6: body\.3\.text\.id: "\{a b\}" has a brace that is no \{name\}/,
  ],
  [
    'a translation that shows something else',
    '  - { text: { id: "{a}", en: "b" } }',
    /x\.yaml:6: body\.3\.text: both languages must show the same names/,
  ],
  [
    'a row required of ours',
    "  - { label: { id: A, en: A }, value: '{amount}', required: true }",
    /x\.yaml:6: body\.3\.required: \{amount\} is never said by the biller/,
  ],
  [
    'a part that is none',
    '  - { lable: x }',
    /x\.yaml:6: body\.3: expected a row \(label, value\), a list \(each, rows\), a text, or the word separator/,
  ],
  [
    'a member too many',
    "  - { label: { id: A, en: A }, value: '{a}', bold: true }",
    /x\.yaml:6: body\.3: .*bold/,
  ],
  [
    'a row without a name',
    "  - { label: { id: A, en: A }, value: 'a' }",
    /x\.yaml:6: body\.3\.value: shows no \{name\}/,
  ],
])('%s is refused with file, line and key', (_, wrong, message) => {
  writeFileSync(join(folder, 'x.yaml'), `${GOOD}${wrong}\n`);
  expect(() => Receipts.read(folder)).toThrow(message);
});

test('a receipt without the total is refused', () => {
  writeFileSync(join(folder, 'x.yaml'), GOOD.replace('{total}', '{amount}'));
  expect(() => Receipts.read(folder)).toThrow(/x\.yaml:2: body: must show \{total\}/);
});
