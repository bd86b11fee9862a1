import type { Detail } from './detail';

/** What stands around the details of one file. */
export type FileFrame = {
  readonly source: string;
  /** `2026-07-14` */
  readonly businessDate: string;
  /** Local time of writing, `20260714235000`. */
  readonly createdAt: string;
  readonly sequence: number;
  /** Rupiah by which the stated total is wrong; 0 in an honest file. */
  readonly totalOffset: bigint;
};

/** A settlement file, line by line; the details keep their order. */
export type Lines = {
  /** Empty where the file has none. */
  readonly header: string;
  readonly details: readonly string[];
  readonly trailer: string;
};

/** How a biller writes its files. */
export type Layout = {
  /** What the names end with, such as `.txt`. */
  readonly ending: string;
  write(frame: FileFrame, details: readonly Detail[]): Lines;
  /** The file as it lies in the folder. */
  bytes(lines: Lines): Buffer;
  /** The file beside it that states its totals; written last, under the file's whole name and this ending. */
  readonly companion?: {
    readonly ending: string;
    text(frame: FileFrame, details: readonly Detail[], content: Buffer): string;
  };
};

/** Lines as most machines end them. */
export function plainBytes(lines: Lines): Buffer {
  return textOf(lines, '\n', 'utf8');
}

/** Lines in one text, each with its end. */
export function textOf(
  { header, details, trailer }: Lines,
  end: string,
  encoding: 'utf8' | 'latin1',
): Buffer {
  const present = [header, ...details, trailer].filter((line) => line !== '');
  return Buffer.from(present.map((line) => `${line}${end}`).join(''), encoding);
}

export function compact(frame: Pick<FileFrame, 'businessDate'>): string {
  return frame.businessDate.replaceAll('-', '');
}

export function sequenceText(frame: Pick<FileFrame, 'sequence'>): string {
  return String(frame.sequence).padStart(3, '0');
}

export function paidAmount(details: readonly Detail[]): bigint {
  return details.reduce((sum, detail) => (detail.status === '00' ? sum + detail.amount : sum), 0n);
}
