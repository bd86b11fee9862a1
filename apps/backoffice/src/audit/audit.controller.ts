import { Readable } from 'node:stream';
import { Controller, StreamableFile } from '@nestjs/common';
import { findAudit, listAudit, recordBefore, type AuditRow } from '#lib/audit';
import type { Principal } from '#lib/identity';
import { addDays, businessDateOf, endOfBusinessDate, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { Database } from '#lib/platform';
import { auditCsv, type AuditExtract } from '#lib/reports';
import type { Answer, Input } from '../http/contract';
import { Asked, Endpoint, Who } from '../http/endpoint';
import { Problem } from '../http/problem';
import { PAGE } from '../http/schemas';
import { Identity } from '../identity-tools';
import { DownloadAudit, ListAudit, ReadAudit } from './audit.contracts';

/** Who did what, when and from where. */
@Controller()
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly identity: Identity,
  ) {}

  @Endpoint(ListAudit)
  async list(@Asked() { query }: Input<typeof ListAudit>): Promise<Answer<typeof ListAudit>> {
    const { cursor, limit = PAGE.rows } = query;
    const before = cursor === undefined ? undefined : BigInt(cursor);
    const found = await listAudit(this.database, { ...extractOf(query), before, rowsMax: limit + 1 });
    const rows = found.slice(0, limit);
    const next = found.length > limit ? (rows.at(-1)?.seq.toString() ?? null) : null;
    return { rows: rows.map(shown), next };
  }

  @Endpoint(ReadAudit)
  async read(@Asked() { params }: Input<typeof ReadAudit>): Promise<Answer<typeof ReadAudit>> {
    const row = await findAudit(this.database, BigInt(params.row));
    if (!row) throw new Problem('UNKNOWN');
    const { before = null, after = null, characters, sha256 } = changesOf(row);
    return {
      ...shown(row),
      before,
      after,
      tooLong: characters === undefined || sha256 === undefined ? null : { characters, sha256 },
      previousHash: row.previousHash.toString('hex'),
      hash: row.hash.toString('hex'),
    };
  }

  @Endpoint(DownloadAudit)
  async download(
    @Asked() { query }: Input<typeof DownloadAudit>,
    @Who() { login }: Principal,
  ): Promise<StreamableFile> {
    const at = this.identity.clock.now();
    await recordBefore(this.database, {
      by: login,
      action: 'downloaded',
      object: { kind: 'audit', id: 'csv' },
      at,
      after: query,
    });
    return new StreamableFile(Readable.from(textOf(this.database, extractOf(query))), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="audit-${businessDateOf(at, JAKARTA_MIDNIGHT)}.csv"`,
    });
  }
}

async function* textOf(database: Database, query: AuditExtract): AsyncGenerator<string> {
  for await (const { text } of auditCsv(database, query)) yield text;
}

function extractOf({
  by,
  action,
  objectKind,
  objectId,
  from,
  to,
}: Input<typeof DownloadAudit>['query']): AuditExtract {
  return {
    by,
    action,
    objectKind,
    objectId,
    from: from === undefined ? undefined : endOfBusinessDate(addDays(from, -1), JAKARTA_MIDNIGHT),
    to: to === undefined ? undefined : endOfBusinessDate(to, JAKARTA_MIDNIGHT),
  };
}

function changesOf({ changes }: AuditRow) {
  return JSON.parse(changes) as {
    reason?: string | null;
    before?: unknown;
    after?: unknown;
    characters?: number;
    sha256?: string;
  };
}

function shown(row: AuditRow): Answer<typeof ListAudit>['rows'][number] {
  const { writtenAt, at, by, role, authenticated, action, objectKind, objectId, process, source } = row;
  const { approvalId, paymentId, runId } = row;
  return {
    row: row.seq.toString(),
    writtenAt,
    at,
    by,
    role,
    authenticated,
    action,
    objectKind,
    objectId,
    process,
    source,
    approvalId,
    paymentId,
    runId,
    reason: changesOf(row).reason ?? null,
  };
}
