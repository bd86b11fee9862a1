/** How one answer reads on every wire, and what it tells people. */
interface Row {
  /** HTTP status of the H2H JSON API; where an answer may form a payment, that of a refusal which formed none. */
  http: number;
  /** ISO 8583 DE 39. */
  iso: string;
  /** SNAP HTTP status and case code; the endpoint's service code goes between: 404 + 25 + 14. */
  snap: readonly [http: string, caseCode: string];
  /** False means "ask again": no channel may refund on it. */
  final: boolean;
  id: string;
  en: string;
}

/**
 * Every answer the switch can give, once. Whether a payment was formed belongs to the answer, not to the code:
 * BILL_NOT_FOUND may refuse an inquiry or end a payment.
 * ISO 8583:1987 DE 39 as PPOB hosts use it; SNAP case codes of the national open API standard for payments.
 */
export const RESPONSE_CODES = {
  APPROVED: {
    http: 200,
    iso: '00',
    snap: ['200', '00'],
    final: true,
    id: 'Pembayaran berhasil.',
    en: 'The payment succeeded.',
  },
  IN_PROGRESS: {
    http: 202,
    iso: '68',
    snap: ['202', '00'],
    final: false,
    id: 'Pembayaran sedang diproses. Jangan membayar ulang; tanyakan statusnya.',
    en: 'The payment is in progress. Do not pay again; ask for its status.',
  },
  DECLINED_BY_BILLER: {
    http: 422,
    iso: '05',
    snap: ['403', '05'],
    final: true,
    id: 'Biller menolak pembayaran ini.',
    en: 'The biller declined this payment.',
  },
  BILL_NOT_FOUND: {
    http: 422,
    iso: '14',
    snap: ['404', '12'],
    final: true,
    id: 'Tagihan atau pelanggan tidak ditemukan. Periksa nomor pelanggan.',
    en: 'No such bill or customer. Check the customer number.',
  },
  BILL_ALREADY_PAID: {
    http: 422,
    iso: '88',
    snap: ['404', '14'],
    final: true,
    id: 'Tagihan sudah dibayar.',
    en: 'The bill is already paid.',
  },
  BILL_CHANGED: {
    http: 422,
    iso: '13',
    snap: ['404', '13'],
    final: true,
    id: 'Tagihan berubah sejak ditanyakan. Tanyakan tagihan sekali lagi.',
    en: 'The bill has changed since the inquiry. Ask for the bill again.',
  },
  BILL_IN_PAYMENT: {
    http: 422,
    iso: '94',
    // Not 409-01: that says the caller's own reference has already succeeded.
    snap: ['404', '00'],
    final: true,
    id: 'Tagihan yang sama sedang dibayar. Tunggu sampai pembayaran itu selesai.',
    en: 'The same bill is being paid. Wait until that payment has ended.',
  },
  BILLER_UNAVAILABLE: {
    http: 503,
    iso: '91',
    snap: ['504', '00'],
    final: true,
    id: 'Biller tidak dapat dihubungi. Coba lagi nanti.',
    en: 'The biller cannot be reached. Try again later.',
  },
  PRODUCT_UNKNOWN: {
    http: 422,
    iso: '12',
    snap: ['404', '12'],
    final: true,
    id: 'Produk ini tidak dijual untuk kanal Anda.',
    en: 'This product is not sold to your channel.',
  },
  PRODUCT_CLOSED: {
    http: 422,
    iso: '90',
    snap: ['403', '06'],
    final: true,
    id: 'Produk ini sedang tutup. Lihat jam layanannya di daftar produk.',
    en: 'This product is closed now. See its hours in the list of products.',
  },
  CUSTOMER_NUMBER_INVALID: {
    http: 422,
    iso: '14',
    snap: ['400', '01'],
    final: true,
    id: 'Bentuk nomor pelanggan tidak sesuai dengan produk.',
    en: "The customer number does not have the product's form.",
  },
  INQUIRY_REQUIRED: {
    http: 422,
    iso: '91',
    snap: ['404', '01'],
    final: true,
    id: 'Produk ini harus ditanyakan (inquiry) sebelum dibayar.',
    en: 'This product needs an inquiry before it is paid.',
  },
  INQUIRY_UNKNOWN: {
    http: 422,
    iso: '48',
    snap: ['404', '01'],
    final: true,
    id: 'Inquiry tidak dikenal untuk kanal Anda.',
    en: 'No such inquiry of your channel.',
  },
  INQUIRY_EXPIRED: {
    http: 422,
    iso: '54',
    snap: ['404', '19'],
    final: true,
    id: 'Masa berlaku inquiry telah habis. Tanyakan tagihan sekali lagi.',
    en: 'The inquiry has expired. Ask for the bill again.',
  },
  INQUIRY_USED: {
    http: 422,
    iso: '94',
    snap: ['404', '00'],
    final: true,
    id: 'Inquiry ini sudah dipakai oleh pembayaran lain.',
    en: 'Another payment has used this inquiry.',
  },
  AMOUNT_MISMATCH: {
    http: 422,
    iso: '13',
    snap: ['404', '13'],
    final: true,
    id: 'Jumlah tidak sesuai dengan penawaran atau dengan ketentuan produk.',
    en: "The amount is not the offer's, or the product does not allow it.",
  },
  LIMIT_EXCEEDED: {
    http: 422,
    iso: '61',
    snap: ['403', '02'],
    final: true,
    id: 'Jumlah melampaui batas untuk pelanggan ini. Pilih jumlah yang lebih kecil.',
    en: 'The amount is above what this customer may buy. Choose a smaller one.',
  },
  DAY_LIMIT_REACHED: {
    http: 422,
    iso: '65',
    snap: ['403', '23'],
    final: true,
    id: 'Batas harian pelanggan ini untuk produk ini telah tercapai; berakhir tengah malam WIB.',
    en: 'This customer has reached the limit of the product for today; it ends at midnight in Jakarta.',
  },
  DUPLICATE_SUSPECTED: {
    http: 422,
    iso: '94',
    snap: ['403', '04'],
    final: true,
    id: 'Pembelian yang sama baru saja dibayar dari kanal Anda. Bila memang dikehendaki lagi, ulangi sesudah jendela waktunya.',
    en: 'The same sale was paid through your channel a moment ago. If it is wanted again, order it after the agreed time.',
  },
  DEPOSIT_INSUFFICIENT: {
    http: 422,
    iso: '51',
    snap: ['403', '14'],
    final: true,
    id: 'Saldo deposit tidak cukup.',
    en: 'The deposit does not cover this payment.',
  },
  REFERENCE_REUSED: {
    http: 409,
    iso: '94',
    // Not 404-18, which a VA payment reads as success: a door says that only where the first payment succeeded.
    snap: ['404', '00'],
    final: true,
    id: 'Referensi ini sudah dipakai untuk permintaan dengan isi lain.',
    en: 'This reference was already used for a request with other content.',
  },
  SERIAL_USED: {
    http: 409,
    iso: '94',
    snap: ['404', '00'],
    final: true,
    id: 'Nomor seri ini sudah atau sedang dibubuhkan pada dokumen lain.',
    en: 'This serial is on another document, or is being put on one.',
  },
  REVERSAL_NOT_ALLOWED: {
    http: 422,
    iso: '57',
    snap: ['403', '15'],
    final: true,
    id: 'Pembayaran ini tidak dapat dibatalkan.',
    en: 'This payment cannot be reversed.',
  },
  RECEIPT_NOT_AVAILABLE: {
    http: 422,
    iso: '57',
    snap: ['403', '15'],
    final: true,
    id: 'Struk belum atau tidak tersedia: pembayaran ini belum berhasil, atau dibatalkan.',
    en: 'There is no receipt: this payment is not paid, or it is taken back.',
  },
  PAYMENT_REVERSED: {
    http: 200,
    iso: '17',
    snap: ['404', '00'],
    final: true,
    id: 'Pembayaran dibatalkan di biller; saldo deposit tidak terpotong.',
    en: 'The payment was reversed at the biller; your deposit keeps no charge for it.',
  },
  PAYMENT_UNKNOWN: {
    http: 404,
    iso: '25',
    snap: ['404', '01'],
    // A request that is still on its way, or lies with a process that is paused, may form it after we have looked.
    final: false,
    id: 'Belum ada pembayaran ini. Permintaan yang masih di jalan dapat membentuknya; ulangi permintaan yang sama.',
    en: 'There is no such payment so far. A request still on its way may form it; repeat the same request.',
  },
  SIGNATURE_INVALID: {
    http: 401,
    iso: '63',
    snap: ['401', '00'],
    final: true,
    id: 'Kanal, tanda tangan, atau alamat pengirim tidak sah.',
    en: 'The channel, its signature or its address is not valid.',
  },
  TIMESTAMP_OUTSIDE_WINDOW: {
    http: 401,
    iso: '63',
    snap: ['401', '00'],
    final: true,
    id: 'X-Timestamp di luar jendela waktu. Samakan jam Anda dan sertakan offset zona.',
    en: 'X-Timestamp is outside the window. Set your clock right and give the zone offset.',
  },
  REQUEST_MALFORMED: {
    http: 400,
    iso: '30',
    snap: ['400', '01'],
    final: true,
    id: 'Permintaan tidak dapat dibaca atau anggotanya tidak sesuai.',
    en: 'The request cannot be read, or one of its members is not as specified.',
  },
  REQUEST_TOO_LARGE: {
    http: 413,
    iso: '30',
    snap: ['400', '00'],
    final: true,
    id: 'Permintaan terlalu besar.',
    en: 'The request is too large.',
  },
  ENDPOINT_UNKNOWN: {
    http: 404,
    iso: '40',
    snap: ['404', '02'],
    final: true,
    id: 'Alamat atau metode ini tidak ada.',
    en: 'There is no such address or method.',
  },
  RATE_LIMITED: {
    http: 429,
    iso: '96',
    snap: ['429', '00'],
    final: false,
    id: 'Terlalu banyak permintaan; permintaan ini tidak membentuk pembayaran. Ulangi nanti, lebih pelan.',
    en: 'Too many requests; this request formed no payment. Repeat it later, more slowly.',
  },
  NOT_NOW: {
    http: 503,
    iso: '96',
    snap: ['500', '01'],
    // Of this request only: an earlier one with the same reference may have formed a payment we cannot look up now.
    final: false,
    id: 'Sistem belum dapat melayani; permintaan ini tidak membentuk pembayaran. Ulangi dengan referensi yang sama.',
    en: 'The system cannot serve now; this request formed no payment. Repeat it with the same reference.',
  },
} as const satisfies Record<string, Row>;

/** One answer of the registry. */
export type ResponseCode = keyof typeof RESPONSE_CODES;

/** Why a request stops here. `detail` is for operators and never leaves the switch. */
export interface Refusal {
  code: ResponseCode;
  detail: string;
  /** The member of the request that is to blame. */
  field?: string;
}

/** A refusal as a value. */
export function refusal(code: ResponseCode, detail: string, field?: string): Refusal {
  return field === undefined ? { code, detail } : { code, detail, field };
}
