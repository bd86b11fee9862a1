import { join } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Catalog } from '#lib/catalog';
import { PLAIN, type Transport } from '#lib/channels';
import { findArchivedLine, readFormats } from '#lib/files';
import { readPasswordRules } from '#lib/identity';
import type { Clock } from '#lib/kernel';
import {
  checkDatabase,
  Database,
  DatabaseLimits,
  readConfigFile,
  warnOfStale,
  type Logger,
  type SecretRing,
} from '#lib/platform';
import { breakDesks, decidingTools, type ProposalTools } from '#lib/proposals';
import { Receipts } from '#lib/receipts';
import type { FindLine } from '#lib/reports';
import { ReceiptFlow } from '#lib/switching';
import { ConsolePages } from './console-pages';
import { CONTROLLERS } from './controllers';
import { AnswerInterceptor } from './http/answer.interceptor';
import { Cookies } from './http/cookies';
import { Doorman } from './http/doorman';
import { contractsOf } from './http/endpoint';
import { hardenAnswers } from './http/headers';
import { OriginInterceptor } from './http/origin.interceptor';
import { ProblemFilter } from './http/problem.filter';
import { CONTRACTS, FIND_LINE, LOGGER, PROPOSALS } from './http/tokens';
import { Identity } from './identity-tools';
import { startWarnings } from './start-warnings';

/** What one back office process is made of. */
export interface BackofficeOptions {
  databaseUrl: string;
  /** The key under which secrets are sealed now, and those of before. */
  secrets: SecretRing;
  configDirectory: string;
  /** The folder of the installation, where settlement files are archived. */
  home: string;
  /** Where the built console lies; left out: the API alone. */
  consoleDirectory?: string;
  port: number;
  host: string;
  transport?: Transport;
  clock: Clock;
  logger: Logger;
}

/** A back office that serves until it is closed. */
export interface RunningBackoffice {
  url: string;
  app: NestFastifyApplication;
  close(): Promise<void>;
}

const Limits = z.object({
  backoffice: z.strictObject({
    bodyMaxBytes: z.int().positive(),
    requestWithinMs: z.int().positive(),
    connectionsMax: z.int().positive(),
  }),
  database: DatabaseLimits,
});

@Module({})
class BackofficeModule {}

/** Wires the back office and opens its door. Fails before it listens when anything it needs is missing. */
export async function openBackoffice(options: BackofficeOptions): Promise<RunningBackoffice> {
  const { clock, logger, configDirectory, secrets, transport = PLAIN } = options;
  const limits = readConfigFile(join(configDirectory, 'limits.yaml'), Limits);
  const passwords = readPasswordRules(join(configDirectory, 'passwords.yaml'));
  const database = new Database(options.databaseUrl, limits.database);
  await checkDatabase(database);

  const catalog = await Catalog.open(
    options.databaseUrl,
    secrets.current,
    warnOfStale(logger, 'the catalog could not be reloaded'),
  );
  const receipts = Receipts.read(join(configDirectory, 'receipts'));

  const proposals = proposalTools(options, { database, catalog, receipts });
  const isTls = transport.tls !== undefined || transport.proxy !== undefined;
  for (const warning of await startWarnings(database, secrets, isTls))
    logger.warn(warning.about, warning.says);
  const identity = new Identity({ database, clock, secrets, passwords });
  const provided: [Type | symbol, unknown][] = [
    [LOGGER, logger],
    [CONTRACTS, contractsOf(CONTROLLERS)],
    [Database, database],
    [Identity, identity],
    [Cookies, new Cookies(isTls)],
    [ReceiptFlow, new ReceiptFlow(clock, catalog, receipts, database)],
    [FIND_LINE, lineFinder(options)],
    [PROPOSALS, proposals],
  ];
  const module: DynamicModule = {
    module: BackofficeModule,
    controllers: [...CONTROLLERS],
    providers: [
      ...provided.map(([provide, useValue]) => ({ provide, useValue })),
      { provide: APP_GUARD, useClass: Doorman },
      { provide: APP_FILTER, useClass: ProblemFilter },
      { provide: APP_INTERCEPTOR, useClass: OriginInterceptor },
      { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
    ],
  };
  const adapter = new FastifyAdapter({
    ...(transport.tls ? { https: { ...transport.tls, minVersion: 'TLSv1.2' as const } } : {}),
    ...(transport.proxy ? { trustProxy: transport.proxy.addresses } : {}),
    bodyLimit: limits.backoffice.bodyMaxBytes,
    requestTimeout: limits.backoffice.requestWithinMs,
    forceCloseConnections: 'idle',
  } as object);
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.server.maxConnections = limits.backoffice.connectionsMax;
  hardenAnswers(fastify, isTls);
  keepBodiesRaw(fastify);
  await fastify.register(fastifyCookie);
  if (options.consoleDirectory !== undefined)
    await new ConsolePages(options.consoleDirectory).serveOn(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: ['fatal', 'error', 'warn'],
  });
  await app.listen(options.port, options.host);
  const url = await app.getUrl();
  return {
    url: transport.tls ? url.replace(/^http:/, 'https:') : url,
    app,
    async close() {
      await app.close();
      await catalog.close();
      await database.close();
    },
  };
}

/** What proposals are decided with. The account that may change what is sold is not for a process that listens. */
function proposalTools(
  options: BackofficeOptions,
  opened: { database: Database; catalog: Catalog; receipts: Receipts },
): ProposalTools {
  const parts = { ...options, ...opened };
  const openDesk = breakDesks(parts);
  return {
    ...decidingTools(parts),
    atBreakDesk: async (work) => work(await openDesk()),
    asSeller: undefined,
  };
}

/** Looks for lines in archived files; what cannot be read is told to those who run the installation. */
function lineFinder({ home, configDirectory, logger }: BackofficeOptions): FindLine {
  const formats = readFormats(join(configDirectory, 'formats'));
  return async (wanted) => {
    try {
      return await findArchivedLine(home, formats, wanted);
    } catch (error) {
      logger.warn({ err: error, file: wanted.fileName }, 'an archived file could not be read');
      return undefined;
    }
  };
}

/** Bodies are read by the contract of their endpoint: strictly, whatever type they claim to be. */
function keepBodiesRaw(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
