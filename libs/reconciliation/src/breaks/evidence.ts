import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BreakDesk } from './desk';

/** A proof as it was kept. */
export interface KeptEvidence {
  sha256: string;
  name: string;
  size: number;
}

/** The file is no proof that can be kept; the message says why. */
export class EvidenceRefused extends Error {}

/** Where a proof lies, by its content. */
export function evidencePath(home: string, sha256: string): string {
  return join(home, 'evidence', sha256.slice(0, 2), sha256);
}

/**
 * Keeps a file under its SHA-256, below the installation's folder. The same content again is the same file.
 * @throws EvidenceRefused for what is no regular file, is empty or larger than the rules allow.
 */
export async function keepEvidence({ home, rules }: BreakDesk, path: string): Promise<KeptEvidence> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new EvidenceRefused(`${path} is no file`);
  if (found.size === 0) throw new EvidenceRefused(`${path} is empty and proves nothing`);
  if (found.size > rules.evidenceMaxBytes)
    throw new EvidenceRefused(`${path} has ${found.size} bytes; at most ${rules.evidenceMaxBytes} are kept`);
  const content = await readFile(path);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const target = evidencePath(home, sha256);
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  const file = await open(part, 'w', 0o440);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, target);
  return { sha256, name: basename(path), size: content.length };
}
