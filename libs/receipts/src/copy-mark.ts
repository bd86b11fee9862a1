import { localIso } from '#lib/kernel';
import type { Language } from './formats';
import type { Page } from './page';

/** Which copy of a receipt this is, counted from 1; the receipt that was handed out first is none. */
export interface Copy {
  no: number;
  at: Date;
}

const ZONE = 'Asia/Jakarta';

/** How a copy says that it is one. */
export function copyMark({ no, at }: Copy, language: Language): string[] {
  const time = localIso(at, ZONE).slice(0, 16).replace('T', ' ');
  return [language === 'id' ? `CETAK ULANG KE-${no}` : `CETAK ULANG / REPRINT NO. ${no}`, `${time} WIB`];
}

/** The page of a receipt that takes the place of an earlier one, and says so first. */
export function reissuedPage(page: Page, language: Language): Page {
  const text = language === 'id' ? 'DITERBITKAN ULANG' : 'DITERBITKAN ULANG / RE-ISSUED';
  return { ...page, body: [{ kind: 'text', text }, ...page.body] };
}
