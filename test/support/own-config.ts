import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONFIG = join(__dirname, '..', '..', 'config');

/** A configuration that is not as it ships. */
export interface OwnConfig {
  folder: string;
  write(file: string, content: string): void;
  /** Says something else in a file; fails where it does not say so now. */
  change(file: string, from: RegExp, to: string): void;
}

/** Copies the configuration for a test file, which may change it; it is gone at the file's end. */
export function anOwnConfig(): OwnConfig {
  const folder = mkdtempSync(join(tmpdir(), 'simpul-config-'));
  cpSync(CONFIG, folder, { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (file: string, content: string): void => writeFileSync(join(folder, file), content);
  return {
    folder,
    write,
    change(file, from, to) {
      const before = readFileSync(join(folder, file), 'utf8');
      if (!from.test(before)) throw new Error(`config/${file} does not say ${from.source}`);
      write(file, before.replace(from, to));
    },
  };
}
