/** A sentence in both languages of the house. */
export interface Words {
  id: string;
  en: string;
}
