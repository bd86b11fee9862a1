import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes the files that a guide shows below a folder: a line with the path alone, then the block with the text. */
export function writeFilesOf(guide: string, root: string): void {
  const shown = readFileSync(guide, 'utf8').matchAll(/^`(?<path>[\w./-]+)`:\n\n```\w+\n(?<text>.*?)^```$/gms);
  for (const { groups } of shown) writeBelow(root, groups?.['path'] ?? '', groups?.['text'] ?? '');
}

/** Writes a file below a folder, with the folders it stands in. */
export function writeBelow(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
