import type { Words } from '#lib/kernel';

export type { Words };

/** Every way the back office says no, once: its HTTP status and its words. */
export const PROBLEMS = {
  REQUEST_MALFORMED: {
    status: 400,
    id: 'Permintaan tidak dapat dibaca.',
    en: 'The request cannot be read.',
  },
  NOT_SIGNED_IN: { status: 401, id: 'Silakan masuk dahulu.', en: 'Please sign in first.' },
  SIGN_IN_REFUSED: {
    status: 401,
    id: 'Alamat, kata sandi, atau kode tidak cocok.',
    en: 'Address, password or code do not match.',
  },
  NOT_ALLOWED: {
    status: 403,
    id: 'Peran Anda tidak mengizinkan ini.',
    en: 'Your role does not allow this.',
  },
  FRESH_AUTHENTICATION_NEEDED: {
    status: 403,
    id: 'Buktikan kembali siapa Anda: kata sandi atau kode.',
    en: 'Prove once more who you are: password or code.',
  },
  FORGED_REQUEST: {
    status: 403,
    id: 'Permintaan tidak berasal dari konsol ini. Muat ulang halaman.',
    en: 'The request does not come from this console. Reload the page.',
  },
  UNKNOWN: { status: 404, id: 'Tidak ditemukan.', en: 'Not found.' },
  CHANGED_MEANWHILE: {
    status: 409,
    id: 'Sudah berubah sementara itu. Lihat kembali sebelum memutuskan.',
    en: 'It has changed meanwhile. Look again before you decide.',
  },
  REFUSED: { status: 422, id: 'Tidak dapat dilakukan.', en: 'It cannot be done.' },
  TOO_MANY: { status: 429, id: 'Terlalu sering. Coba lagi nanti.', en: 'Too often. Try again later.' },
  NOT_NOW: { status: 503, id: 'Sedang tidak tersedia. Coba lagi.', en: 'Not available now. Try again.' },
} as const satisfies Record<string, { status: number; id: string; en: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457 problem details with our members, as the H2H API tells them. */
export interface ProblemDetails {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  message: { id: string; en: string };
  field?: string;
}

/** What a library says in passing, as a sentence of its own. */
export function sentence({ id, en }: Words): Words {
  return { id: asSentence(id), en: asSentence(en) };
}

function asSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What an endpoint says instead of an answer. */
export class Problem extends Error {
  /** @param said what is wrong and what to do about it; nothing that is secret, nothing of a person. English alone for programmers. */
  constructor(
    readonly code: ProblemCode,
    private readonly said: Words | string = PROBLEMS[code],
    readonly more: { field?: string; retryAfterSeconds?: number } = {},
  ) {
    super(code);
  }

  get details(): ProblemDetails {
    const { status, id, en } = PROBLEMS[this.code];
    const { said } = this;
    const { field } = this.more;
    return {
      type: 'about:blank',
      title: en,
      status,
      detail: typeof said === 'string' ? said : said.en,
      code: this.code,
      message: typeof said === 'string' ? { id, en } : { id: said.id, en: said.en },
      ...(field === undefined ? {} : { field }),
    };
  }
}
