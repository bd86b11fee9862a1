import { makeBed } from './lib/bed.mjs';
import { median, rounded } from './lib/figures.mjs';

const CLIENTS = 256;
const COLD_DEPOSITS = 1_000;

/**
 * The commit pipeline alone, without HTTP and biller: two-step payments (hold, capture) by 256 callers, all on one
 * deposit against spread over 1,000, and on one without the flush at commit. All take turns.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  const { BatchWriter, accountsOfChannel, checkLedgerInvariants } = await import('#lib/ledger');
  const { Database } = await import('#lib/platform');
  const url = bed.environment['DATABASE_URL'] ?? '';
  const database = new Database(url);
  const writer = new BatchWriter(url, {
    queueMax: 4_096,
    batchMax: 64,
    unknownForMs: 5_000,
    packetWithinMs: 8_000,
  });
  try {
    const channels = Array.from({ length: COLD_DEPOSITS }, (_, n) => `bench-${n}`);
    await bed.admin.query('INSERT INTO account (account_id, normal_side, opened_at) VALUES ?', [
      channels
        .flatMap(accountsOfChannel)
        .map(({ accountId, normalSide }) => [accountId, normalSide, new Date()]),
    ]);
    await bed.admin.query('INSERT INTO deposit (channel_id, credit_limit) VALUES ?', [
      channels.map((id) => [id, '1000000000000']),
    ]);
    let nth = 0;
    /** @param {readonly string[]} among @param {number} forSeconds */
    const perSecond = async (among, forSeconds) => {
      const from = performance.now();
      const endsAt = from + forSeconds * 1_000;
      let done = 0;
      const client = async () => {
        while (performance.now() < endsAt) {
          nth += 1;
          await payOnce(writer, `bench ${nth}`, among[nth % among.length] ?? '');
          done += 1;
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      return done / ((performance.now() - from) / 1_000);
    };

    await perSecond(channels.slice(0, 1), 2);
    /** @type {{ hot: number[], cold: number[], relaxed: number[] }} */
    const rates = { hot: [], cold: [], relaxed: [] };
    for (let round = 0; round < 3; round += 1) {
      rates.hot.push(await perSecond(channels.slice(0, 1), seconds));
      rates.cold.push(await perSecond(channels, seconds));
      // What the flush at each commit costs: this server alone, for this long.
      await bed.admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 2');
      rates.relaxed.push(await perSecond(channels.slice(0, 1), seconds));
      await bed.admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
      log(
        `round ${round + 1}: hot ${rounded(rates.hot.at(-1) ?? 0, 0)}/s, cold ${rounded(rates.cold.at(-1) ?? 0, 0)}/s, hot without flush ${rounded(rates.relaxed.at(-1) ?? 0, 0)}/s`,
      );
    }
    const verdicts = await checkLedgerInvariants(database);
    const broken = verdicts
      .filter(({ ok }) => !ok)
      .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
    const [hot, cold, relaxed] = [median(rates.hot), median(rates.cold), median(rates.relaxed)];
    return {
      perSecond: rounded(hot, 0),
      coldPerSecond: rounded(cold, 0),
      hotToCold: rounded(hot / cold, 2),
      coldToHot: rounded(cold / hot, 2),
      relaxedPerSecond: rounded(relaxed, 0),
      durableToRelaxed: rounded(hot / relaxed, 2),
      reached: {
        perSecond: hot >= 5_000,
        hotToCold: hot / cold >= 0.95,
        coldToHot: cold / hot >= 0.6,
        durableToRelaxed: hot / relaxed >= 0.85,
      },
      books: broken.join('; ') || 'ok',
      valid: broken.length === 0,
    };
  } finally {
    await writer.close();
    await database.close();
    await bed.stop();
  }
}

/**
 * A payment as the ledger sees it: a hold in one commit, its capture in another.
 * @param {{ commit: (unit: any) => Promise<{ kind: string }> }} writer
 * @param {string} paymentId
 * @param {string} channelId
 */
async function payOnce(writer, paymentId, channelId) {
  const { captureJournal, holdJournal, unitOfJournal } = await import('#lib/ledger');
  const money = {
    paymentId,
    channelId,
    billerId: 'pln',
    reference: paymentId,
    businessDate: '2026-07-14',
    amount: 20_000n,
    adminFee: 2_500n,
    billerFee: 500n,
    commission: 1_300n,
    charge: 21_200n,
  };
  for (const make of [holdJournal, captureJournal]) {
    const journal = make(/** @type {any} */ (money), new Date());
    const { kind } = await writer.commit(unitOfJournal(journal));
    if (kind !== 'committed') throw new Error(`${paymentId} ${journal.kind}: ${kind}`);
  }
}
