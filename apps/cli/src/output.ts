/** How every command explains `--json`. */
export const JSON_HELP = 'one JSON object on standard output and nothing else';

/** JSON whose amounts are strings of digits. */
export function asJson(value: object): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
}

/** Tells why nothing was done; the command ends with 1. */
export function refuse(reason: string, json: boolean | undefined): void {
  if (json) console.log(asJson({ ok: false, reason }));
  else console.error(`simpul: ${reason}`);
  process.exitCode = 1;
}
