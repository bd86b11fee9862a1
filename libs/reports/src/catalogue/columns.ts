import type { Column, ColumnType } from '../definition';
import { words, type Words } from '../language';

/** A column of a report, in short. */
export function column(
  key: string,
  type: ColumnType,
  title: Words,
  more: Omit<Column, 'key' | 'type' | 'title'> = {},
): Column {
  return { key, type, title, ...more };
}

/** A column whose sum stands below the table. */
export function summed(key: string, type: 'amount' | 'count', title: Words): Column {
  return { key, type, title, isSummed: true };
}

/** Columns that many reports have. */
export const DATE = column('business_date', 'date', words('Tanggal usaha', 'Business date'));
export const SOURCE = column('source', 'text', words('Sumber', 'Source'), { width: 12 });
export const CHANNEL = column('channel_id', 'text', words('Mitra', 'Channel'));
export const BILLER = column('biller_id', 'text', words('Biller', 'Biller'));
export const PRODUCT = column('product_id', 'text', words('Produk', 'Product'));
export const PAYMENT = column('payment_id', 'text', words('ID pembayaran', 'Payment ID'), { width: 16 });
