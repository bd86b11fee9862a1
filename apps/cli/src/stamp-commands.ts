import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import { BillerRegistry } from '#lib/billers';
import { wibText } from '#lib/kernel';
import { clockFromEnvironment, createLogger, readConfigFile, SettingError } from '#lib/platform';
import {
  issueSerials,
  listSerials,
  listTroubledPurchases,
  StampFlow,
  StampLimits,
  stocks,
} from '#lib/stamps';
import { begunByHand } from './by-hand';
import { withDatabase } from './database';
import { JSON_HELP, printJson } from './output';
import { CONFIG } from './places';
import { printTable } from './table';

const ROWS_MAX = 1_000;
const Limits = z.object({ stamps: StampLimits });

/** `simpul meterai`: electronic stamps, in pieces. */
export function addStampCommands(program: Command): void {
  const stamps = program.command('meterai').description('electronic stamps: stock, serials, stamping');
  stamps
    .command('list')
    .description(`the stock of each channel in pieces, and its serials; at most ${ROWS_MAX}`)
    .option('--channel <id>', 'serials of this channel only')
    .option('--json', JSON_HELP)
    .action(async ({ channel, json }: { channel?: string; json?: boolean }) => {
      const found = await withDatabase(async (database) => {
        await issueSerials(database, clockFromEnvironment().now());
        return {
          stocks: await stocks(database),
          serials: await listSerials(database, { channelId: channel, rowsMax: ROWS_MAX }),
          troubled: await listTroubledPurchases(database),
        };
      });
      if (json) printJson({ ok: true, ...found });
      else print(found);
    });
  stamps
    .command('stamp')
    .description('put a serial on a document; the same order again has no further effect')
    .argument('<serial>')
    .requiredOption('--channel <id>', 'whose serial it is')
    .requiredOption('--reference <ref>', "the channel's word for the document", readableReference)
    .requiredOption('--document <file>', 'the document; only its SHA-256 leaves this machine')
    .option('--json', JSON_HELP)
    .action(async (serial: string, options: StampOptions) => {
      const clock = clockFromEnvironment();
      const billers = BillerRegistry.load(join(CONFIG, 'billers'), clock);
      const { stamps: limits } = readConfigFile(join(CONFIG, 'limits.yaml'), Limits);
      try {
        const answer = await withDatabase(async (database) => {
          const about = { channel: options.channel, reference: options.reference };
          await begunByHand(database, 'stamped by hand', { kind: 'stamp', id: serial }, { after: about });
          return new StampFlow(
            clock,
            database,
            billers,
            limits,
            createLogger('simpul', process.stderr),
          ).stamp({
            serial,
            channelId: options.channel,
            reference: options.reference,
            documentHash: hashOf(options.document),
            answerWithinMs: 30_000,
          });
        });
        if (!answer.ok) throw new SettingError(`not stamped: ${answer.error.code}, ${answer.error.detail}`);
        const { state, stampedAt } = answer.value.order;
        if (options.json) printJson({ ok: state === 'STAMPED', state, stampedAt });
        else
          console.log(
            state === 'STAMPED' ? `stamped at ${stampedAt ? wibText(stampedAt) : ''}` : WORDS[state],
          );
        process.exitCode = state === 'STAMPED' ? 0 : 1;
      } finally {
        await billers.close();
      }
    });
}

interface StampOptions {
  channel: string;
  reference: string;
  document: string;
  json?: boolean;
}

const WORDS = {
  ORDERED: 'under way: the same command tells how it ends',
  REFUSED: 'refused by the biller: the serial is unused, and free for an order with another reference',
};

function print({
  stocks: inStock,
  serials,
  troubled,
}: {
  stocks: Awaited<ReturnType<typeof stocks>>;
  serials: Awaited<ReturnType<typeof listSerials>>;
  troubled: Awaited<ReturnType<typeof listTroubledPurchases>>;
}): void {
  printTable(
    ['channel', 'biller', 'bought', 'issued', 'under way', 'stamped', 'unused'],
    inStock.map(({ channelId, billerId, ...sums }) => [
      channelId,
      billerId,
      ...[sums.bought, sums.issued, sums.reserved, sums.stamped, sums.unused].map(String),
    ]),
  );
  printTable(
    ['serial', 'channel', 'payment', 'state', 'document', 'stamped at'],
    serials.map(({ serial, channelId, paymentId, state, reference, stampedAt }) => [
      serial,
      channelId,
      paymentId,
      state,
      reference ?? '',
      stampedAt ? wibText(stampedAt) : '',
    ]),
  );
  for (const { paymentId, channelId, billerId, trouble, since } of troubled)
    console.log(`${wibText(since)} ${billerId} sold ${channelId} ${paymentId}: ${trouble}; ask the biller`);
  if (inStock.length === 0 && troubled.length === 0) console.log('no stamp was sold');
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readableReference(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(text))
    throw new InvalidArgumentError('It must be 1 to 64 of A-Z a-z 0-9 . _ -');
  return text;
}
