import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { aShop, type Shop } from '../../../test/support/sales';
import { makeExport, newExportId, orderOf, type ExportTools, type ReportRequest } from '../src';

/** Books of two channels with deposits, in a schema and a home of their own. */
export interface ReportBooks extends Pick<Shop, 'sell' | 'reverse'> {
  store: TestDatabase;
  home: string;
  tools: ExportTools;
  /** Makes a report as the command does. @throws Error where it cannot be asked for. */
  make(request: Omit<ReportRequest, 'by'> & { by?: string }): ReturnType<typeof makeExport>;
  end(): Promise<void>;
}

/** Opens books in which both channels have Rp 10,000,000. */
export async function reportBooks(): Promise<ReportBooks> {
  const store = await aDatabase();
  const home = await mkdtemp(join(tmpdir(), 'simpul-reports-'));
  const shop = await aShop(store, ['bank-nusa', 'warung']);
  const tools: ExportTools = {
    database: store.database,
    home,
    now: new Date('2026-07-15T03:00:00Z'),
    logger: pino({ level: 'silent' }),
    expectedFiles: [{ source: 'LPB01', expectedAt: '06:00', warnAt: '07:30', timeZone: 'Asia/Jakarta' }],
  };
  return {
    ...shop,
    store,
    home,
    tools,
    async make(request) {
      const order = orderOf({ by: 'siti@simpul.example', ...request });
      if (!order.ok) throw new Error(order.error);
      return makeExport(tools, order.value, newExportId(tools.now));
    },
    async end() {
      await shop.close();
      await store.drop();
      await rm(home, { recursive: true });
    },
  };
}

/** The lines of a CSV between its headings and its sums or its end, as lists of cells without quotes in them. */
export function tableOf(csv: string): string[][] {
  const lines = csv.replace('\uFEFF', '').split('\r\n');
  const begin = lines.indexOf('') + 2;
  const end = lines.indexOf('', begin);
  return lines.slice(begin, end).map((line) => line.split(','));
}
