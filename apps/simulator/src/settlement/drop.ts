import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Growth } from '../settings';

/** The folder a source's files land in, where the other side fetches them. */
export class Drop {
  /** Files that still grow: what stops each of them. */
  private readonly growing = new Set<() => void>();

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
   * @param whenWhole called once it is.
   */
  putGrowing(source: string, name: string, content: Buffer, whenWhole: () => void): void {
    const { pieces, pauseMs } = this.growth;
    const edge = (index: number): number => Math.floor((content.length * index) / pieces);
    // The open file is written to, not its name: whoever moves or removes it meanwhile gets no second one.
    const descriptor = openSync(join(this.folder(source), name), 'wx', 0o644);
    let index = 0;
    const grow = (): void => {
      writeAll(descriptor, content.subarray(edge(index), edge(index + 1)));
      index += 1;
      if (index < pieces) return;
      stop();
      whenWhole();
    };
    const timer = setInterval(grow, pauseMs);
    const stop = (): void => {
      clearInterval(timer);
      closeSync(descriptor);
      this.growing.delete(stop);
    };
    this.growing.add(stop);
    grow();
  }

  /** Stops every file that still grows, as a biller's machine does when it is switched off. */
  close(): void {
    for (const stop of this.growing) stop();
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
    writeAll(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, content: Buffer): void {
  for (let written = 0; written < content.length;) written += writeSync(descriptor, content, written);
}
