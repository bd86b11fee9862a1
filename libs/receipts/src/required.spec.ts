import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { Receipts } from './receipts';

const ROOT = join(__dirname, '..', '..', '..');
const CATALOG = join(ROOT, 'fixtures', 'demo', 'catalog.yaml');
const BILLERS = join(ROOT, 'config', 'billers');
const receipts = Receipts.read(join(ROOT, 'config', 'receipts'));

const read = (file: string): unknown => parse(readFileSync(file, 'utf8'), { merge: true });

interface DemoProduct {
  biller: string;
  receipt: string;
}

const { products } = read(CATALOG) as { products: Record<string, DemoProduct> };
const billers = readdirSync(BILLERS).map((file) => basename(file, '.yaml'));

/** Every name that a biller's success may bring, wherever in its file a `receipt` is mapped. */
function namesOfReceipt(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'receipt' && typeof value === 'object' && value !== null
      ? Object.keys(value as object)
      : namesOfReceipt(value),
  );
}

test.each(Object.entries(products).filter(([, { biller }]) => billers.includes(biller)))(
  '%s: what its receipt requires, its biller can say',
  (_, { biller, receipt }) => {
    const required = receipts.definition(receipt)?.required ?? [];
    const said = namesOfReceipt(read(join(BILLERS, `${biller}.yaml`)));
    expect(said).toEqual(expect.arrayContaining([...required]));
  },
);

test('every product of the demo has a receipt that is defined', () => {
  const names = Object.values(products).map(({ receipt }) => receipt);
  expect(receipts.names()).toEqual(expect.arrayContaining(names));
});
