/** The languages of reports: Indonesian and English. */
export type Language = 'id' | 'en';

/** A text for people in every language of reports. */
export type Words = Readonly<Record<Language, string>>;

/** A text in both languages. */
export function words(id: string, en: string): Words {
  return { id, en };
}
