import { zonedIso } from '#lib/kernel';
import { cleaned } from './clean';
import type { Copy } from './copy-mark';
import type { ReceiptFacts } from './facts';
import type { Language } from './formats';
import type { Page } from './page';

/** A receipt for programs that lay it out themselves. */
export interface ReceiptJson {
  paymentId: string;
  language: Language;
  /** Null on the receipt that was handed out first; a copy must say that it is one. */
  copy: { no: number; at: string } | null;
  title: string;
  body: (
    | { kind: 'row'; label: string; value: string }
    | { kind: 'heading' | 'text'; text: string }
    | { kind: 'separator' }
  )[];
  footer: string[];
  fields: Record<string, string>;
}

/** A page as JSON: its parts in order, and the kept fields beside them. */
export function jsonOf(
  { title, body, footer }: Page,
  { fields }: ReceiptFacts,
  language: Language,
  copy?: Copy,
): ReceiptJson {
  return {
    paymentId: fields['paymentId'] ?? '',
    language,
    copy: copy ? { no: copy.no, at: zonedIso(copy.at, 'Asia/Jakarta') } : null,
    title,
    body: body.map((part) =>
      part.kind === 'row' ? { kind: part.kind, label: part.label, value: part.value } : { ...part },
    ),
    footer,
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleaned(value)])),
  };
}
