import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { id } from './id';

const KEPT_AS = 'simpul-language';
export type Language = 'id' | 'en';

/** Starts the console in the language it was last used in; Indonesian first. */
export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { id: { translation: id }, en: { translation: en } },
    lng: keptLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = i18next.language;
}

/** Speaks another language from now on. */
export async function speak(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(KEPT_AS, language);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** The language that is spoken now. */
export function languageNow(): Language {
  return i18next.language === 'en' ? 'en' : 'id';
}

function keptLanguage(): Language {
  try {
    return localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'id';
  } catch {
    return 'id';
  }
}
