import type { ReceiptDefinition } from './definition';
import type { ReceiptFacts } from './facts';
import { reissuedPage, type Copy } from './copy-mark';
import type { Language } from './formats';
import { jsonOf } from './json';
import { pageOf } from './page';
import { pdfOf } from './pdf';
import { textOf } from './text';

/** What a receipt is asked for as. */
export const RECEIPT_FORMATS = ['text32', 'text48', 'json', 'pdf'] as const;
export type ReceiptFormat = (typeof RECEIPT_FORMATS)[number];

/** A receipt as it is handed out. */
export interface ReceiptDocument {
  contentType: string;
  body: Buffer;
}

/** How a receipt is wanted. */
export interface Wanted {
  format: ReceiptFormat;
  language: Language;
  /** Which copy it is; undefined: the receipt that is handed out first. */
  copy: Copy | undefined;
  /** Whether it takes the place of one that says other numbers of the biller. */
  isReissued?: boolean;
}

/**
 * Renders a receipt again, from what was kept with its payment. The same input gives the same bytes.
 * @param facts the kept fields, and the bills of the kept offer.
 */
export async function receiptDocument(
  definition: ReceiptDefinition,
  facts: ReceiptFacts,
  { format, language, copy, isReissued = false }: Wanted,
): Promise<ReceiptDocument> {
  const asPaid = pageOf(definition, facts, language);
  const page = isReissued ? reissuedPage(asPaid, language) : asPaid;
  switch (format) {
    case 'text32':
      return text(textOf(page, 32, language, copy));
    case 'text48':
      return text(textOf(page, 48, language, copy));
    case 'json':
      return {
        contentType: 'application/json; charset=utf-8',
        body: Buffer.from(JSON.stringify(jsonOf(page, facts, language, copy))),
      };
    case 'pdf':
      return { contentType: 'application/pdf', body: await pdfOf(page, facts, language, copy) };
  }
}

function text(content: string): ReceiptDocument {
  return { contentType: 'text/plain; charset=utf-8', body: Buffer.from(content) };
}
