import { z } from 'zod';
import { contract, FILE } from '../http/contract';
import { countUpTo, Cursor, DateOnly, Instant, PAGE } from '../http/schemas';

const Filter = z.strictObject({
  by: z.string().trim().toLowerCase().min(1).max(80).optional(),
  action: z.string().trim().min(1).max(60).optional(),
  objectKind: z.string().trim().min(1).max(40).optional(),
  objectId: z.string().trim().min(1).max(160).optional(),
  from: DateOnly.optional().meta({ description: 'first day of Jakarta' }),
  to: DateOnly.optional().meta({ description: 'last day of Jakarta' }),
});

const RowNumber = z.string().regex(/^[1-9]\d{0,17}$/, 'must be the number of a row');

const Row = z.object({
  row: z.string().meta({ description: 'its place in the trail' }),
  writtenAt: Instant,
  at: Instant,
  by: z.string(),
  role: z.string(),
  authenticated: z.string(),
  action: z.string(),
  objectKind: z.string(),
  objectId: z.string(),
  process: z.string(),
  source: z.string(),
  approvalId: z.string().nullable(),
  paymentId: z.string().nullable(),
  runId: z.int().nullable(),
  reason: z.string().nullable(),
});

export const ListAudit = contract({
  method: 'GET',
  path: 'audit',
  right: 'audit.read',
  tells: {
    id: 'Jejak audit: siapa melakukan apa, yang terbaru dahulu',
    en: 'The audit trail: who did what, the newest first',
  },
  query: z.strictObject({
    ...Filter.shape,
    cursor: Cursor.pipe(RowNumber).optional(),
    limit: countUpTo(PAGE.rowsMax).optional(),
  }),
  answer: z.object({ rows: z.array(Row), next: z.string().nullable() }),
});

export const ReadAudit = contract({
  method: 'GET',
  path: 'audit/:row',
  right: 'audit.read',
  tells: {
    id: 'Satu baris jejak audit: sebelum dan sesudahnya',
    en: 'One row of the audit trail: before and after',
  },
  params: z.strictObject({ row: RowNumber }),
  answer: Row.extend({
    before: z.unknown().meta({ description: 'secrets and numbers of persons are masked' }),
    after: z.unknown(),
    tooLong: z
      .object({ characters: z.int(), sha256: z.string() })
      .nullable()
      .meta({ description: 'in the place of what was too long to be kept' }),
    previousHash: z.string(),
    hash: z.string(),
  }),
});

export const DownloadAudit = contract({
  method: 'GET',
  path: 'audit/file',
  right: 'audit.read',
  tells: {
    id: 'Jejak audit sebagai CSV; pengambilannya dicatat',
    en: 'The audit trail as CSV; that it was taken is noted',
  },
  query: Filter,
  answer: FILE,
});
