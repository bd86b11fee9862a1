import { Coalescing, type Statements } from '#lib/platform';

/** What an account is about: a product, and a customer of its biller. */
export interface Account {
  productId: string;
  /** The customer's number, whichever way it was typed; its mark where the books hold it masked. */
  customer: string;
}

/** An offer under the name by which a partner's payment will ask for it. */
export interface NamedOffer extends Account {
  inquiryId: string;
}

interface Row {
  channel_id: string;
  reference: Buffer;
  inquiry_id: string;
  product_id: string;
  customer_number: string;
}

const ROWS_PER_QUESTION = 64;

/** Which offer a partner's own number of an inquiry led to: a payment message carries that number, never ours. */
export class SnapOffers {
  private readonly found: Coalescing<readonly [channelId: string, reference: string], Row>;

  constructor(private readonly statements: Statements) {
    this.found = new Coalescing((names) => this.read(names), ROWS_PER_QUESTION);
  }

  /** Remembers the offer of an inquiry, durably. The same inquiry asked again leads to its latest offer. */
  async name(channelId: string, references: readonly string[], offer: NamedOffer, at: Date): Promise<void> {
    const { inquiryId, productId, customer } = offer;
    await this.statements.run(
      'INSERT INTO snap_offer (channel_id, reference, inquiry_id, product_id, customer_number, at) VALUES ? ' +
        'ON DUPLICATE KEY UPDATE inquiry_id = VALUES(inquiry_id), product_id = VALUES(product_id), ' +
        'customer_number = VALUES(customer_number), at = VALUES(at)',
      [references.map((reference) => [channelId, reference, inquiryId, productId, customer, at])],
    );
  }

  /** The latest offer under this name. */
  async find(channelId: string, reference: string): Promise<NamedOffer | undefined> {
    const row = await this.found.ask([channelId, reference]);
    return (
      row && {
        inquiryId: row.inquiry_id,
        productId: row.product_id,
        customer: row.customer_number,
      }
    );
  }

  private async read(names: readonly (readonly [string, string])[]): Promise<(Row | undefined)[]> {
    const rows = await this.statements.rows<Row>(
      'SELECT channel_id, reference, inquiry_id, product_id, customer_number FROM snap_offer ' +
        `WHERE ${names.map(() => '(channel_id = ? AND reference = ?)').join(' OR ')}`,
      names.flat(),
    );
    const byName = new Map(rows.map((row) => [`${row.channel_id} ${row.reference.toString()}`, row]));
    return names.map(([channelId, reference]) => byName.get(`${channelId} ${reference}`));
  }
}
