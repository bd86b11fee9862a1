import { Coalescing, type Statements } from '#lib/platform';
import { foundOfferOf, OFFER_COLUMNS, OFFER_TABLES, type FoundOffer, type OfferRow } from '#lib/switching';

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

/** One that was found, read as a payment needs it. */
export interface FoundNamedOffer extends NamedOffer {
  /** Left out where the offer is not there. */
  offer?: FoundOffer;
}

/** A name, and the offer it leads to; no column of that where it is not there. */
interface Row extends Omit<OfferRow, 'inquiry_id'> {
  named_by: string;
  name: Buffer;
  named_inquiry: string;
  named_product: string;
  named_customer: string;
  inquiry_id: string | null;
}

/** Names of one partner's message, the one that counts most first. */
interface Names {
  channelId: string;
  references: readonly string[];
}

const MESSAGES_PER_QUESTION = 64;

/** Which offer a partner's own number of an inquiry led to: a payment message carries that number, never ours. */
export class SnapOffers {
  private readonly found: Coalescing<Names, Row>;

  constructor(private readonly statements: Statements) {
    this.found = new Coalescing((names) => this.read(names), MESSAGES_PER_QUESTION);
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

  /**
   * The latest offer under the first of these names that leads to one, and in the same question the offer itself: what
   * pays it reads nothing more.
   */
  async find(channelId: string, references: readonly string[]): Promise<FoundNamedOffer | undefined> {
    const row = await this.found.ask({ channelId, references });
    return (
      row && {
        inquiryId: row.named_inquiry,
        productId: row.named_product,
        customer: row.named_customer,
        ...(isThere(row) && { offer: foundOfferOf(row) }),
      }
    );
  }

  private async read(messages: readonly Names[]): Promise<(Row | undefined)[]> {
    const names = messages.flatMap(({ channelId, references }) =>
      references.map((reference) => [channelId, reference] as const),
    );
    const rows = await this.statements.rows<Row>(
      'SELECT o.channel_id AS named_by, o.reference AS name, o.inquiry_id AS named_inquiry, ' +
        `o.product_id AS named_product, o.customer_number AS named_customer, ${OFFER_COLUMNS} ` +
        `FROM snap_offer o LEFT JOIN (${OFFER_TABLES}) ON i.inquiry_id = o.inquiry_id ` +
        `WHERE ${names.map(() => '(o.channel_id = ? AND o.reference = ?)').join(' OR ')}`,
      names.flat(),
    );
    const byName = new Map(rows.map((row) => [`${row.named_by} ${row.name.toString()}`, row]));
    return messages.map(({ channelId, references }) => {
      const named = references.find((reference) => byName.has(`${channelId} ${reference}`));
      return named === undefined ? undefined : byName.get(`${channelId} ${named}`);
    });
  }
}

function isThere(row: Row): row is Row & OfferRow {
  return row.inquiry_id !== null;
}
