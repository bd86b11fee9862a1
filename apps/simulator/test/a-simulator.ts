import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ManualClock } from '#lib/kernel';

import { BILLERS } from '../src/billers/biller';
import type { BillerSettings, Growth } from '../src/settings';
import { Lines } from '../src/iso/lines';
import { createSimulator } from '../src/simulator';
import { rsaPair } from '../../../test/support/rsa-pair';

export type Json = Record<string, unknown>;
export type Answer = { readonly status: number; readonly body: Json };

const SECRETS: Record<string, string> = {
  pln: 'pln-secret',
  story: 'story-secret',
  'tirta-jaya': 'tirta-secret',
};
/** What every other biller signs with here. */
export const SECRET = 'demo-secret';
/** How long a test's client listens to a silence before it gives up. */
const PATIENCE_MS = 300;

/** The client whose calls the SNAP billers know. */
export const SNAP_CLIENT = {
  clientKey: 'client-of-the-switch',
  ...rsaPair(2),
};

function settingsOf(id: string): BillerSettings {
  return { user: 'simpul', secret: SECRETS[id] ?? SECRET, snap: SNAP_CLIENT, port: 0 };
}

/** One simulator on a free port with folders of its own; `close` removes both. */
export async function aSimulator(options: { at?: string; growth?: Growth; bankOpening?: bigint } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'simulator-'));
  const clock = new ManualClock(new Date(options.at ?? '2026-07-14T08:10:21+07:00'));
  const settings = {
    port: 0,
    stateFolder: join(home, 'state'),
    dropFolder: join(home, 'drop'),
    clockOffsetMs: 0,
    billers: new Map(BILLERS.map(({ id }) => [id, settingsOf(id)])),
    growth: options.growth ?? { pieces: 3, pauseMs: 20 },
    bankOpening: options.bankOpening ?? 0n,
  };
  const start = async () => {
    const app = await createSimulator(settings, clock);
    await app.listen(0, '127.0.0.1');
    return { app, url: (await app.getUrl()).replace('[::1]', '127.0.0.1') };
  };
  let running = await start();

  const post = async (path: string, body: string, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(running.url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS * 20),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const get = async (path: string): Promise<Answer & { list: Json[] }> => {
    const response = await fetch(running.url + path);
    const body: unknown = await response.json();
    return { status: response.status, body: body as Json, list: body as Json[] };
  };

  return {
    clock,
    settings,
    url: () => running.url,
    /** Where a biller with a line of its own listens. */
    portOf: (biller: string): number => running.app.get(Lines).portOf(biller) ?? 0,
    post,
    get,
    truth: async (since = 0) => (await get(`/truth?since=${since}`)).list,

    /** Calls the PLN dialect, signed. */
    pln: (action: string, message: Json, biller: 'pln' | 'story' = 'pln') => {
      const body = JSON.stringify(message);
      const signature = createHmac('sha256', SECRETS[biller] ?? '')
        .update(body)
        .digest('hex');
      return post(`/billers/${biller}/${action}`, body, { 'X-Signature': signature });
    },
    /** Calls the Tirta Jaya dialect, signed. */
    tirta: (action: string, message: Json) => {
      const body = JSON.stringify(message);
      const signature = createHmac('sha256', SECRETS['tirta-jaya'] ?? '')
        .update(body)
        .digest('base64');
      return post(`/billers/tirta-jaya/${action}`, body, { 'X-Sign': signature });
    },
    /** Sends the same and gives up soon; true where nothing at all came back. */
    plnStaysSilent: async (action: string, message: Json): Promise<boolean> => {
      const body = JSON.stringify(message);
      const signature = createHmac('sha256', SECRETS.pln ?? '')
        .update(body)
        .digest('hex');
      return staysSilent(`${running.url}/billers/pln/${action}`, body, { 'X-Signature': signature });
    },
    tirtaStaysSilent: async (action: string, message: Json): Promise<boolean> => {
      const body = JSON.stringify(message);
      const signature = createHmac('sha256', SECRETS['tirta-jaya'] ?? '')
        .update(body)
        .digest('base64');
      return staysSilent(`${running.url}/billers/tirta-jaya/${action}`, body, { 'X-Sign': signature });
    },
    settle: (source: string, date: string, faults?: Json[]) =>
      post(`/settlement/${source}/${date}`, faults ? JSON.stringify({ faults }) : '', {}),
    dropped: (source: string) => readdirSync(join(settings.dropFolder, source)).sort(),
    content: (source: string, name: string) => readFileSync(join(settings.dropFolder, source, name), 'utf8'),

    /** Stops and starts again on the same folders, as a crashed process does. */
    restart: async () => {
      await running.app.close();
      running = await start();
    },
    close: async () => {
      await running.app.close();
      rmSync(home, { recursive: true });
    },
  };
}

export type Simulator = Awaited<ReturnType<typeof aSimulator>>;

/** Asks for a postpaid bill and builds the payment that fits it. */
export async function plnPayment(
  world: Simulator,
  idpel: string,
  paymentRef: string,
  changes: Json = {},
): Promise<Json> {
  const { body } = await world.pln('inquiry', { product: 'postpaid', idpel, trace: '1' });
  const bills = body.bills as { amount: string; penalty: string }[];
  const amount = bills.reduce((sum, bill) => sum + BigInt(bill.amount) + BigInt(bill.penalty), 0n);
  return {
    product: 'postpaid',
    idpel,
    ref: body.ref,
    paymentRef,
    billCount: bills.length,
    amount: amount.toString(),
    settlementDate: '2026-07-14',
    ...changes,
  };
}

/** Asks for a water bill and builds the payment that fits it. */
export async function tirtaPayment(
  world: Simulator,
  noPelanggan: string,
  reff: string,
  changes: Json = {},
): Promise<Json> {
  const { body } = await world.tirta('tagihan', { noPelanggan, reff: 'inquiry' });
  const bills = body.tagihan as { nilai: number; denda: number }[];
  return {
    noPelanggan,
    nomorInquiry: body.nomorInquiry,
    reff,
    lembar: bills.length,
    total: bills.reduce((sum, bill) => sum + bill.nilai + bill.denda, 0),
    tanggalBuku: '20260714',
    ...changes,
  };
}

async function staysSilent(url: string, body: string, headers: Record<string, string>): Promise<boolean> {
  try {
    await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return false;
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError';
  }
}
