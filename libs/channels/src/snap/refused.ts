import { RESPONSE_CODES, type Refusal } from '#lib/kernel';
import { caseOf, responseMessage, type Bilingual, type FieldFault, type SnapCase } from '#lib/snap';

/** A no in SNAP's words. */
export interface SnapRefusal {
  snapCase: SnapCase;
  /** What is to blame, for the message of the answer. */
  blame?: string;
  /** What the customer at the other end may be told. */
  reason: Bilingual;
  /** For our log. */
  detail: string;
}

/** A no of the message's form or of its caller. */
export function snapRefusal(snapCase: SnapCase, blame: string | undefined, detail: string): SnapRefusal {
  const message = responseMessage(snapCase, blame);
  const reason = { english: message, indonesia: INDONESIAN[snapCase] ?? 'Permintaan ditolak' };
  return blame === undefined ? { snapCase, reason, detail } : { snapCase, blame, reason, detail };
}

const INDONESIAN: Partial<Record<SnapCase, string>> = {
  '40000': 'Permintaan tidak dapat dibaca',
  '40001': 'Format data salah',
  '40002': 'Data wajib tidak ada',
  '40401': 'Transaksi tidak ditemukan',
  '40412': 'Nomor virtual account tidak dikenal',
  '40413': 'Jumlah tidak sesuai',
  '40418': 'Permintaan tidak sesuai dengan yang pertama',
  '40900': 'X-EXTERNAL-ID sudah dipakai hari ini',
  '42900': 'Terlalu banyak permintaan',
};

/** No to a message under a name that another one has used up today. */
export const NAME_USED = snapRefusal('40900', undefined, 'the X-EXTERNAL-ID was used today');

/** How members of a core request are called in SNAP. */
const NAMES: Readonly<Record<string, string>> = {
  customerNumber: 'customerNo',
  inquiryId: 'inquiryRequestId',
  reference: 'paymentRequestId',
  total: 'paidAmount',
};

/** A no of the switch. Only a fault of form names its field; anything else an operator needs stays in our log. */
export function refusedBy({ code, detail, field }: Refusal): SnapRefusal {
  const { en, id } = RESPONSE_CODES[code];
  const snapCase = caseOf(code);
  const blame = snapCase === '40001' && field !== undefined ? (NAMES[field] ?? field) : undefined;
  const reason = { english: en, indonesia: id };
  const why = `${code}: ${detail}`;
  return blame === undefined ? { snapCase, reason, detail: why } : { snapCase, blame, reason, detail: why };
}

/** A no to a message that is not of its form. */
export function faultOf({ kind, field, detail }: FieldFault): SnapRefusal {
  return snapRefusal(kind === 'missing' ? '40002' : '40001', field, `${field} ${detail}`);
}
