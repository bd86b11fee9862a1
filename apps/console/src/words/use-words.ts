import { useTranslation } from 'react-i18next';
import type { id } from './id';

type Path<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Path<T[K], `${P}${K}.`>;
}[keyof T & string];

/** The name of a sentence of the console. */
export type WordKey = Path<typeof id>;

/** The console's sentences in the language that is spoken now. */
export function useWords(): (key: WordKey, values?: Readonly<Record<string, string | number>>) => string {
  const { t } = useTranslation();
  return (key, values) => t(key, { ...values });
}
