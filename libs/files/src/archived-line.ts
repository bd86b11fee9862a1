import type { BusinessDate } from '#lib/kernel';
import { plainCopy } from './archive';
import { formatOn, type Formats } from './format';
import { readSettlementFile } from './read-settlement-file';
import type { SettlementFormat } from './settlement-format';

/** Which line of which archived file is looked for. */
export interface WantedLine {
  source: string;
  businessDate: BusinessDate;
  sha256: string;
  fileName: string;
  legReference: string;
}

/** A leg's line as its file says it. */
export interface ArchivedLine {
  /** From 1 on. */
  line: number;
  theirRef: string | null;
  amount: bigint;
  status: string;
}

/**
 * Reads an archived file until it comes to a leg's line.
 * @param home the folder of the installation.
 * @param formats of the sources.
 * @param wanted the file, and the reference its line is known by.
 * @returns undefined where the file has no such line, or its source no format on that day.
 * @throws Error where the file is not there any more or cannot be read.
 */
export async function findArchivedLine(
  home: string,
  formats: Formats,
  { source, businessDate, sha256, fileName, legReference }: WantedLine,
): Promise<ArchivedLine | undefined> {
  const format = formatOn(formats, source, businessDate);
  if (!format) return undefined;
  let found: ArchivedLine | undefined;
  await readSettlementFile({
    path: await plainCopy(home, source, businessDate, sha256),
    name: fileName,
    // What lies beside it was held against it when it came.
    format: alone(format),
    onRows: async (rows) => {
      const row = found ? undefined : rows.find(({ ourRef }) => ourRef === legReference);
      if (row) found = { line: row.lineNo, theirRef: row.theirRef, amount: row.amount, status: row.status };
    },
  });
  return found;
}

/** A format as if its file had come without companion and signature. */
function alone(format: SettlementFormat): SettlementFormat {
  const { pgp } = format;
  const inFile =
    pgp?.detached === undefined ? pgp : pgp.decrypt && { ...pgp, verify: undefined, detached: undefined };
  return { ...format, companion: undefined, pgp: inFile || undefined };
}
