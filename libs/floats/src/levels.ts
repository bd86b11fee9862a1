import { rupiah, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** A biller that we prefund, and how far its float may fall. */
export interface FloatLevels {
  billerId: string;
  /** Below it people are told. */
  low: Rupiah;
  /** New payments may not take it below this, all that is under way counted. */
  stop: Rupiah;
}

/** The billers that we prefund, by id. */
export async function floatLevels(statements: Statements): Promise<FloatLevels[]> {
  const rows = await statements.rows<{ biller_id: string; low_level: string; stop_level: string }>(
    'SELECT biller_id, low_level, stop_level FROM biller_float ORDER BY biller_id',
  );
  return rows.map(({ biller_id, low_level, stop_level }) => ({
    billerId: biller_id,
    low: rupiah(BigInt(low_level)),
    stop: rupiah(BigInt(stop_level)),
  }));
}
