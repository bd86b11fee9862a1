import pino from 'pino';
import type { Logger } from '#lib/platform';

/** How every command explains `--json`. */
export const JSON_HELP = 'one JSON object on standard output and nothing else';

/** Prints an answer as JSON; amounts travel as strings of digits. */
export function printJson(value: object): void {
  console.log(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)));
}

/** Tells what was done: a sentence, or the answer as JSON. */
export function say(text: string, answer: object, json: boolean | undefined): void {
  if (json) printJson({ ok: true, ...answer });
  else console.log(text);
}

/**
 * Tells why nothing was done; the command ends with 1.
 * @param about what the command was about: stands before the reason, or in the JSON.
 */
export function refuse(
  reason: string,
  json: boolean | undefined,
  about: Readonly<Record<string, string>> = {},
): void {
  if (json) printJson({ ok: false, ...about, reason });
  else {
    const what = Object.values(about).join(' ');
    console.error(`simpul: ${what === '' ? '' : `${what}: `}${reason}`);
  }
  process.exitCode = 1;
}

/** Standard output belongs to the command's answer. */
export function commandLogger(): Logger {
  return pino({ level: 'warn' }, pino.destination(2));
}
