import { open } from 'node:fs/promises';
import type { ControlTotals } from './control-totals';
import { Refused, shown } from './gates';
import { statedTotals, type StatedTotals } from './records';
import type { SettlementFormat } from './settlement-format';

/** A companion is a line or two. */
const BYTES_MAX = 4_096;

/** The name of a file's companion; undefined where the format has none. */
export function companionOf(format: SettlementFormat, name: string): string | undefined {
  return format.companion && `${name}${format.companion}`;
}

/** What a companion states. */
export interface Companion extends StatedTotals {
  sha256: string | undefined;
}

/**
 * Reads a companion: `key=value` pairs, one per line or with `;` between them, or a line as `sha256sum` writes it.
 * @throws Refused when it is neither, or states what the format does not know.
 */
export async function readCompanion(path: string, format: SettlementFormat): Promise<Companion> {
  const text = await start(path);
  const sum = /^([0-9a-f]{64})(?: [ *][^\n]*)?\s*$/i.exec(text)?.[1];
  if (sum) return { count: undefined, amount: undefined, hash: undefined, sha256: sum.toLowerCase() };
  const values: Record<string, string> = {};
  for (const pair of text.split(/[;\r\n]+/)) {
    if (pair.trim() === '') continue;
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (!['count', 'amount', 'hash', 'sha256'].includes(key) || key in values) throw unreadable(pair);
    values[key] = value;
  }
  const { sha256 } = values;
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) throw unreadable(`sha256=${sha256}`);
  return { ...statedTotals(values, format.companionAmount, 1), sha256: sha256?.toLowerCase() };
}

/**
 * Holds a file against its companion.
 * @param isStatedInTrailer which totals the file states itself, so that the companion need not.
 * @throws Refused with what is stated and what we computed.
 */
export function holdAgainst(
  companion: Companion,
  totals: ControlTotals,
  format: SettlementFormat,
  trailer: StatedTotals | undefined,
): void {
  const { control } = format;
  for (const name of ['count', 'amount', 'hash'] as const)
    if (control[name] && companion[name] === undefined && trailer?.[name] === undefined)
      throw new Refused(
        'companion_invalid',
        null,
        null,
        name,
        `the companion states no ${name}, which this format checks`,
        name,
      );
  totals.compare(companion, 'the companion', null);
}

/** @throws Refused when the companion states another SHA-256, or none. */
export function requireChecksum({ sha256 }: Companion, computed: string): void {
  if (sha256 === computed) return;
  const reason = `the companion states the SHA-256 ${sha256 ?? '(none)'}, the file as it came has ${computed}`;
  throw new Refused('checksum_wrong', null, sha256 ?? null, computed, reason, 'sha256');
}

/** @throws Refused for a file whose companion is not at hand. */
export function companionMissing(format: SettlementFormat, name: string): Refused {
  const wanted = companionOf(format, name) ?? '';
  const reason = `its companion ${shown(wanted)} is not there, and without it nothing in the file can be checked`;
  return new Refused('companion_missing', null, null, shown(wanted), reason);
}

async function start(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES_MAX + 1), 0, BYTES_MAX + 1, 0);
    if (bytesRead > BYTES_MAX) throw unreadable(`more than ${BYTES_MAX} bytes`);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

function unreadable(text: string): Refused {
  const expected = 'count=…;amount=…, or a SHA-256';
  const reason = `the companion says "${shown(text)}", which is not ${expected}`;
  return new Refused('companion_invalid', 1, shown(text), expected, reason);
}
