import { z } from 'zod';
import { readConfigFile } from '#lib/platform';

/** NIST SP 800-63B-4 and ASVS 6.2: length counts, composition does not. */
export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 128;
/** So short a part of a name is in too many words to be looked for. */
const CONTEXT_MIN = 4;
/** So many known words make a phrase that nobody guesses early. */
const WORDS_MIN = 3;
const RUN_MIN = 3;
/** Digits of a date, which say nothing beside a word; more of them do. */
const DATE_MAX = 8;

/** Why a password is not taken. */
export type PasswordRefusal =
  | { kind: 'too short'; min: number }
  | { kind: 'too long'; max: number }
  /** It is, or is made of, what is guessed first. */
  | { kind: 'common' }
  /** It contains the person's name or address, or our own. */
  | { kind: 'context' }
  | { kind: 'same as before' };

/** What passwords are held against. */
export interface PasswordRules {
  house: readonly string[];
  words: ReadonlySet<string>;
}

const Rules = z.strictObject({ house: z.array(z.string().min(CONTEXT_MIN)), words: z.string() });

/** Reads config/passwords.yaml. @throws ConfigError naming file, line and key. */
export function readPasswordRules(path: string): PasswordRules {
  const { house, words } = readConfigFile(path, Rules);
  return { house: house.map(plain), words: new Set(words.split(/\s+/).filter(Boolean).map(plain)) };
}

/**
 * What keeps a password from being taken, if anything does.
 * @param person whose it is to be: neither name nor login may be in it.
 */
export function objectionToPassword(
  password: string,
  { login, name }: { login: string; name: string },
  { house, words }: PasswordRules,
): PasswordRefusal | undefined {
  const length = Array.from(password).length;
  if (length < PASSWORD_MIN) return { kind: 'too short', min: PASSWORD_MIN };
  if (length > PASSWORD_MAX) return { kind: 'too long', max: PASSWORD_MAX };
  const own = partsOf(login.replace(/\.[^.]*$/, ' '), name);
  const context = [...own.filter((part) => part.length >= CONTEXT_MIN), ...house];
  const forms = formsOf(plain(password));
  if (context.some((word) => forms.some((form) => form.includes(word)))) return { kind: 'context' };
  const known = new Set([...words, ...own]);
  return forms.some((form) => isGuessedFirst(form, known)) ? { kind: 'common' } : undefined;
}

function partsOf(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u).map(plain)).filter(Boolean);
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** As it is written, and with the letters that its digits and signs stand for: all of them, or not those at its ends. */
function formsOf(said: string): string[] {
  const ends = [/^$/, /^[^\p{L}]+/u, /[^\p{L}]+$/u, /^[^\p{L}]+|[^\p{L}]+$/gu].map((end) =>
    said.replace(end, ''),
  );
  const unended = ends.filter((one) => digitsIn(said) - digitsIn(one) <= DATE_MAX);
  return [said, ...unended.map((one) => one.replace(/[013457@$!]/g, (sign) => LEET[sign] ?? sign))];
}

function digitsIn(text: string): number {
  return text.replace(/\D+/g, '').length;
}

/** Small letters without accents. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether a text is one or two known words, or keys in a row or repeated, with digits and signs around them. */
function isGuessedFirst(text: string, words: ReadonlySet<string>): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]+/gu, '');
  const forms = [text, letters, digitsIn(letters) <= DATE_MAX ? letters.replace(/\d+/g, '') : ''];
  return forms.some((form) => form !== '' && wordsIn(form, words) < WORDS_MIN);
}

/** Of how few known words and rows a text consists; Infinity where something of it is neither. */
function wordsIn(text: string, words: ReadonlySet<string>): number {
  const fewest = [0, ...Array.from<number>({ length: text.length }).fill(Infinity)];
  for (let end = 1; end <= text.length; end += 1)
    for (let start = 0; start < end; start += 1) {
      const before = fewest[start] ?? Infinity;
      const piece = text.slice(start, end);
      // A row or a repetition says nothing, however many there are.
      const more = isRow(piece) ? 0 : words.has(piece) ? 1 : Infinity;
      fewest[end] = Math.min(fewest[end] ?? Infinity, before + more);
    }
  return fewest[text.length] ?? Infinity;
}

const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  '!@#$%^&*()_+',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'qazwsxedcrfvtgbyhnujmikolp',
].flatMap((row) => [row, Array.from(row).toReversed().join('')]);

function isRow(piece: string): boolean {
  if (piece.length < RUN_MIN) return false;
  return /^(.{1,4})\1+$/u.test(piece) || ROWS.some((row) => row.includes(piece));
}
