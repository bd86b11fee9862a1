import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Growth } from '../settings';

/** The folder a source's files land in, where the other side fetches them. */
export class Drop {
  private readonly growing = new Set<NodeJS.Timeout>();

  constructor(
    private readonly root: string,
    private readonly growth: Growth,
  ) {}

  /** Every name that lies in a source's folder, half-written ones too. */
  names(source: string): string[] {
    const folder = join(this.root, source);
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Lays down a whole file: written under another name first, so that nobody ever sees half of it. */
  put(source: string, name: string, content: Buffer): void {
    const path = join(this.folder(source), name);
    writeWhole(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  }

  /** Lays down the first half of a file under its `.part` name, and leaves it there. */
  putHalf(source: string, name: string, content: Buffer): void {
    writeWhole(
      join(this.folder(source), `${name}.part`),
      content.subarray(0, Math.floor(content.length / 2)),
    );
  }

  /**
   * Starts a file under its final name and lets it grow to its end, piece by piece, each after a pause.
   * The first piece is there when this returns.
   */
  putGrowing(source: string, name: string, content: Buffer): void {
    const { pieces, pauseMs } = this.growth;
    const path = join(this.folder(source), name);
    const piece = (index: number): Buffer =>
      content.subarray(
        Math.floor((content.length * index) / pieces),
        Math.floor((content.length * (index + 1)) / pieces),
      );
    const grow = (index: number): void => {
      writeFileSync(path, piece(index), { flag: index === 0 ? 'wx' : 'a' });
      if (index + 1 === pieces) return;
      const timer = setTimeout(() => {
        this.growing.delete(timer);
        grow(index + 1);
      }, pauseMs);
      this.growing.add(timer);
    };
    grow(0);
  }

  /** Stops every file that still grows, as a biller's machine does when it is switched off. */
  close(): void {
    for (const timer of this.growing) clearTimeout(timer);
    this.growing.clear();
  }

  private folder(source: string): string {
    const folder = join(this.root, source);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}

function writeWhole(path: string, content: Buffer): void {
  const descriptor = openSync(path, 'w', 0o644);
  try {
    for (let written = 0; written < content.length;) written += writeSync(descriptor, content, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
