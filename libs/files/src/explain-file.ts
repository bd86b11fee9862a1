import { Refused, type GateFailure } from './gates';
import { readThrough, type FileTotals, type SettlementFile } from './read-settlement-file';
import type { DetailRow } from './records';
import type { Status } from './settlement-format';

/** What a format makes of a file, for people who look for what is wrong with it. */
export interface ExplainedFile {
  /** Undefined when the file is refused. */
  totals: FileTotals | undefined;
  /** Its first line, where the format knows a header. */
  header: string | undefined;
  /** The first rows that could be read. */
  rows: DetailRow[];
  /** Lines that could be read, and whole rupiah by status. */
  understood: { details: number; amounts: Record<Status, bigint> };
  /** Everything that is wrong, up to a limit, in the order of the file. */
  faults: GateFailure[];
  /** Whether there are more faults than the limit. */
  hasMoreFaults: boolean;
}

class EnoughFaults extends Error {}

/**
 * Reads a file as `readSettlementFile` does, but goes on after a line that cannot be read, so that its sender gets all
 * faults at once. Once a line is faulty the totals that the file states are still held against the lines that are not.
 * @throws only what the disk throws.
 */
export async function explainFile(
  file: SettlementFile,
  { rowsMax, faultsMax }: { rowsMax: number; faultsMax: number },
): Promise<ExplainedFile> {
  const faults: GateFailure[] = [];
  const rows: DetailRow[] = [];
  const understood = { details: 0, amounts: { S: 0n, F: 0n, U: 0n } };
  const note = (fault: Refused) => {
    if (faults.length >= faultsMax) throw new EnoughFaults();
    faults.push(fault.of(file.name));
  };
  const sink = {
    row: (row: DetailRow) => {
      understood.details += 1;
      understood.amounts[row.status] += row.amount;
      if (rows.length < rowsMax) rows.push(row);
    },
    flush: async () => undefined,
    plainLines: undefined,
  };
  let read: (FileTotals & { header: string | undefined }) | undefined;
  let hasMoreFaults = false;
  try {
    read = await readThrough(file, sink, note);
  } catch (error) {
    if (error instanceof EnoughFaults) hasMoreFaults = true;
    else if (error instanceof Refused && faults.length < faultsMax) faults.push(error.of(file.name));
    else if (error instanceof Refused) hasMoreFaults = true;
    else throw error;
  }
  const { header, ...totals } = read ?? { header: undefined };
  const isSound = read !== undefined && faults.length === 0;
  return {
    totals: isSound ? (totals as FileTotals) : undefined,
    header,
    rows,
    understood,
    faults,
    hasMoreFaults,
  };
}
