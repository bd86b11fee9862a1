import { BREAKAGES, simulate, type Run } from './index';

/** Seeds in which a deliberate fault must have been noticed at the latest. */
const CANARY_SEEDS_MAX = 60;
const PROGRESS_EVERY_MS = 5_000;

interface Order {
  seeds: readonly number[];
  /** Tells the story of each run. */
  isTold: boolean;
}

const HELP = `npm run simulate -- [--seeds <n>] [--from <seed>] | --seed <seed>

Plays seeded runs of the flows on a virtual clock, network and biller, with the books in memory.
--seeds 10000   so many seeds, from --from on (1 when left out); 300 when nothing is said
--seed 123      one seed again, with its story`;

void main();

async function main(): Promise<void> {
  const order = orderOf(process.argv.slice(2));
  if (!order) {
    process.stderr.write(`${HELP}\n`);
    process.exitCode = 2;
    return;
  }
  const startedAt = performance.now();
  const runs = { payments: 0, virtualSeconds: 0, failed: [] as number[] };
  let toldAt = startedAt;
  for (const [done, seed] of order.seeds.entries()) {
    const run = await simulate(seed, order.isTold ? { tell: line } : {});
    runs.payments += run.payments;
    runs.virtualSeconds += run.virtualSeconds;
    if (run.findings.length > 0) report(run, runs.failed);
    if (performance.now() - toldAt > PROGRESS_EVERY_MS) {
      toldAt = performance.now();
      line(
        `${done + 1} of ${order.seeds.length} seeds, ${runs.payments} payments, ${runs.failed.length} failed`,
      );
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const missed = await missedCanaries(order.seeds[0] ?? 1);
  for (const says of missed) line(`not noticed: ${says}`);
  const isGood = runs.failed.length === 0 && missed.length === 0;
  line(
    JSON.stringify({
      simulate: true,
      seeds: order.seeds.length,
      payments: runs.payments,
      virtualSeconds: Math.round(runs.virtualSeconds),
      speedup: Math.round(runs.virtualSeconds / seconds),
      failed: runs.failed,
      canary: missed.length === 0 ? 'caught' : 'missed',
      ok: isGood,
    }),
  );
  process.exitCode = isGood ? 0 : 1;
}

function report(run: Run, failed: number[]): void {
  failed.push(run.seed);
  line(`seed ${run.seed} failed; again by: npm run simulate -- --seed ${run.seed}`);
  for (const finding of run.findings) line(`  ${finding}`);
}

/** Plays each deliberate fault until it is noticed. @returns those that were not. */
async function missedCanaries(firstSeed: number): Promise<string[]> {
  const missed: string[] = [];
  for (const breakage of BREAKAGES) {
    let isNoticed = false;
    for (let seed = firstSeed; seed < firstSeed + CANARY_SEEDS_MAX && !isNoticed; seed += 1)
      isNoticed = (await simulate(seed, { breakage })).findings.length > 0;
    if (!isNoticed) missed.push(breakage.says);
  }
  return missed;
}

/** @returns undefined where the words are not understood. */
function orderOf(words: readonly string[]): Order | undefined {
  const given = new Map<string, number>();
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = [words[at], words[at + 1]];
    if (!['--seed', '--seeds', '--from'].includes(name) || !/^\d{1,9}$/.test(value)) return undefined;
    given.set(name, Number(value));
  }
  const seed = given.get('--seed');
  if (seed !== undefined) return given.size === 1 ? { seeds: [seed], isTold: true } : undefined;
  const first = given.get('--from') ?? 1;
  return {
    seeds: Array.from({ length: given.get('--seeds') ?? 300 }, (_, at) => first + at),
    isTold: false,
  };
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}
