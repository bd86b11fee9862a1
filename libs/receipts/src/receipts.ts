import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigError } from '#lib/platform';
import { definitionOfLines, readDefinition, type ReceiptDefinition } from './definition';

/** What of a product concerns its receipt. */
export interface ReceiptProduct {
  productId: string;
  /** The name of a definition; null where the row spells its lines out. */
  receipt: string | null;
  receiptLines: readonly string[];
  requiredReceiptFields: readonly string[];
}

/** A payment whose product is gone from the catalog has facts and no lines. */
export const NO_PRODUCT: ReceiptProduct = {
  productId: '',
  receipt: null,
  receiptLines: [],
  requiredReceiptFields: [],
};

/** Every receipt there is: config/receipts. */
export class Receipts {
  private readonly spelledOut = new WeakMap<readonly string[], ReceiptDefinition>();

  private constructor(private readonly definitions: ReadonlyMap<string, ReceiptDefinition>) {}

  /**
   * Reads all definitions of a folder.
   * @throws ConfigError naming file, line, key and what was expected.
   */
  static read(directory: string): Receipts {
    const files = readdirSync(directory)
      .filter((file) => file.endsWith('.yaml'))
      .sort();
    return new Receipts(
      new Map(files.map((file) => [basename(file, '.yaml'), readDefinition(join(directory, file))])),
    );
  }

  /** None: every product's row spells its lines out. */
  static readonly none = new Receipts(new Map());

  /** The names of all definitions. */
  names(): string[] {
    return [...this.definitions.keys()];
  }

  definition(name: string): ReceiptDefinition | undefined {
    return this.definitions.get(name);
  }

  /** @throws ConfigError for a product whose receipt is not defined: the process stops here, not at a payment. */
  requireFor(products: readonly Pick<ReceiptProduct, 'productId' | 'receipt'>[]): void {
    for (const { productId, receipt } of products)
      if (receipt !== null && !this.definitions.has(receipt))
        throw new ConfigError(
          `product ${productId} has the receipt ${receipt}, and there is no config/receipts/${receipt}.yaml; ` +
            `there are: ${this.names().join(', ')}`,
        );
  }

  /** The definition of a product; what its row spells out where it names none, or one that is not here any more. */
  of(product: ReceiptProduct): ReceiptDefinition {
    const { receipt, receiptLines, requiredReceiptFields } = product;
    const named = receipt === null ? undefined : this.definitions.get(receipt);
    if (named) return named;
    let spelledOut = this.spelledOut.get(receiptLines);
    if (!spelledOut) {
      spelledOut = definitionOfLines(receiptLines, requiredReceiptFields);
      this.spelledOut.set(receiptLines, spelledOut);
    }
    return spelledOut;
  }
}
