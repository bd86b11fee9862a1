import { localIso } from '#lib/kernel';
import type { Language } from './formats';

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
