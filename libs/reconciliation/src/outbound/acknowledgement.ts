import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutboundContract } from './contract';
import type { OutboundFile } from './outbound-files';
import { madeFolder, type OutboundTools } from './outbound-tools';

/** What the other side made of a file. */
export interface Acknowledged {
  state: 'acknowledged' | 'rejected';
  said: string;
  name: string;
  sha256: string;
}

/** More than this is no acknowledgement. */
const SIZE_MAX = 65_536;

/**
 * Looks for the acknowledgement of a file: `<its name><ending>`, lines of `key=value`. `status` must be OK; where `count`,
 * `amount` or `sha256` stand in it, they must be ours. Its bytes are kept beside the file.
 * What is there for the first time, or has changed since, may be half of it: it is heard when it lies the same at two looks.
 * @returns undefined while there is none.
 */
export async function hearAcknowledgement(
  tools: OutboundTools,
  contract: OutboundContract,
  file: OutboundFile,
): Promise<Acknowledged | { state: 'seen'; sha256: string } | undefined> {
  if (!contract.acknowledgement || file.fileName === null) return undefined;
  const name = `${file.fileName}${contract.acknowledgement.ending}`;
  const outbox = await tools.openOutbox(contract);
  let bytes: Buffer | undefined;
  try {
    bytes = await outbox.read(name, SIZE_MAX);
  } finally {
    await outbox.close();
  }
  if (!bytes) return undefined;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.ackSeen) return { state: 'seen', sha256 };
  await writeFile(join(madeFolder(tools.home, file), name), bytes, { mode: 0o600 });
  const objection = objectionIn(bytes.toString('latin1'), file);
  return {
    state: objection === undefined ? 'acknowledged' : 'rejected',
    said: objection ?? 'OK',
    name,
    sha256,
  };
}

/** Why the file is not taken as we sent it; undefined when it is. */
function objectionIn(text: string, file: OutboundFile): string | undefined {
  const stated = new Map(
    text
      .split(/[\r\n;]+/)
      .map((line) => line.split('='))
      .flatMap(([key = '', ...rest]) =>
        rest.length === 0 ? [] : [[key.trim(), rest.join('=').trim()] as const],
      ),
  );
  const status = stated.get('status');
  if (status !== 'OK')
    return `they say status=${printable(status ?? '(none)')} ${printable(stated.get('reason') ?? '')}`.trim();
  const ours = { count: String(file.rows), amount: String(file.amount), sha256: file.sha256 };
  for (const [key, value] of Object.entries(ours)) {
    const theirs = stated.get(key);
    if (theirs !== undefined && theirs.toLowerCase() !== value)
      return `they say ${key}=${printable(theirs)}, we sent ${value}`;
  }
  return undefined;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
