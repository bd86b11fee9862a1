import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BillerRegistry } from '#lib/billers';
import { breakageFromEnvironment } from '#lib/breakages';
import { Catalog } from '#lib/catalog';
import { forgetDoors, tellDoors } from '#lib/conduct';
import {
  AgreedRates,
  AgreedUse,
  ChannelProfiles,
  h2hDoor,
  H2hLimits,
  HttpLimits,
  Iso8583Limits,
  openHttp,
  openIso8583,
  PLAIN,
  snapDoors,
  textDoors,
  type Door,
  type DoorParts,
  type Iso8583Listening,
  type Transport,
} from '#lib/channels';
import { FloatLimits, FloatRoom, ListeningForEmptyFloats, pauseWhereEmpty } from '#lib/floats';
import { readFormats, sourceCalendar } from '#lib/files';
import { PAYMENT_ID_NODES, PaymentIds, type Clock, type PaymentIdPrefix } from '#lib/kernel';
import { BatchWriter, PipelineLimits, type MoneyWriter } from '#lib/ledger';
import {
  checkDatabase,
  ConfigError,
  Database,
  DatabaseLimits,
  NodeLease,
  readConfigFile,
  SecretBox,
  warnOfStale,
  type Logger,
} from '#lib/platform';
import { StampFlow, StampLimits } from '#lib/stamps';
import { Receipts } from '#lib/receipts';
import {
  AdviceLimits,
  DirectPaymentFlow,
  Inquiries,
  InquiryFlow,
  NumberOpeningBillers,
  PaymentFlow,
  PaymentOpening,
  Payments,
  ReceiptFlow,
  ReversalDelivery,
  ReversalFlow,
  ReversalLimits,
  Reversals,
  SealedNumbers,
  Failover,
  OrderedRouteSwitches,
  Router,
  Routing,
  RoutingLimits,
  WorkInHand,
  SqlInquiryStore,
  tellRouteStates,
  SqlPaymentStore,
  stopWhenBehind,
} from '#lib/switching';

/** What one switch process is made of. */
export interface SwitchOptions {
  databaseUrl: string;
  dataKey: string;
  paymentIdKey: Buffer;
  paymentIdPrefix: PaymentIdPrefix;
  configDirectory: string;
  port: number;
  host: string;
  /** Where an ISO 8583 profile's lines come in, by its `port`; undefined where it has no door. None when left out. */
  iso8583ListeningOf?: (setting: string) => Iso8583Listening | undefined;
  /** How its HTTP server is reached; plain when left out. */
  transport?: Transport;
  clock: Clock;
  logger: Logger;
  /** Another way of writing money, for measurements; the pipeline when left out. */
  writerOf?: (database: Database) => MoneyWriter;
}

/** A switch that serves until it is closed. */
export interface RunningSwitch {
  url: string;
  /** Takes no new work, finishes what is in flight, and lets go of everything. */
  close(): Promise<void>;
}

/** How people may tell this process from others. */
const PROCESS = `${hostname()} ${process.pid}`.slice(-80);
const TELL_ROUTES_MS = 5_000;

const Limits = z.object({
  http: HttpLimits,
  h2h: H2hLimits,
  iso8583: Iso8583Limits,
  advice: AdviceLimits,
  reversal: ReversalLimits,
  pipeline: PipelineLimits,
  stamps: StampLimits,
  float: FloatLimits,
  payments: z.strictObject({ busyFrom: z.int().positive(), inHandMax: z.int().positive() }),
  database: DatabaseLimits,
});

/** Wires the online path and opens its doors. Fails before it listens when anything it needs is missing. */
export async function openSwitch(options: SwitchOptions): Promise<RunningSwitch> {
  const { clock, logger, configDirectory } = options;
  const limits = readConfigFile(join(configDirectory, 'limits.yaml'), Limits);
  const routingLimits = readConfigFile(join(configDirectory, 'routing.yaml'), RoutingLimits);
  const database = new Database(options.databaseUrl, limits.database);
  await checkDatabase(database);
  const catalog = await Catalog.open(
    options.databaseUrl,
    new SecretBox(options.dataKey),
    warnOfStale(logger, 'the catalog could not be reloaded'),
  );
  const profiles = ChannelProfiles.read(join(configDirectory, 'channels'));
  profiles.requireFor(catalog.channels());
  const numbers = new SealedNumbers(new SecretBox(options.dataKey));
  const billers = BillerRegistry.load(join(configDirectory, 'billers'), clock, (biller, event, what) =>
    logger.info({ biller, ...what }, event),
  );
  const businessDateOfSource = sourceCalendar(readFormats(join(configDirectory, 'formats')));
  const receipts = Receipts.read(join(configDirectory, 'receipts'));
  receipts.requireFor(catalog.products());
  // A product whose biller or source is not configured stops the process here, not its first payment.
  for (const product of catalog.products())
    for (const { billerId, source } of catalog.routes(product.productId, clock.now())) {
      if (product.isReversible && !billers.connector(billerId).reverse)
        throw new ConfigError(
          `product ${product.productId} may be reversed, and its biller takes no reversals: ` +
            `add a reversal to config/billers/${billerId}.yaml, or take it back in the catalog`,
        );
      billers.connector(billerId);
      businessDateOfSource(source, clock.now());
    }

  const lease = await NodeLease.take(database, PAYMENT_ID_NODES);
  const ids = new PaymentIds(options.paymentIdPrefix, lease.node, options.paymentIdKey);
  const breakage = breakageFromEnvironment();
  const writer = breakage.writer(
    options.writerOf?.(database) ??
      new BatchWriter(
        options.databaseUrl,
        limits.pipeline,
        stopWhenBehind(database, 'switch', clock, logger),
      ),
  );
  const payments = new Payments(
    new SqlPaymentStore(database),
    writer,
    catalog,
    limits.advice,
    logger,
    receipts,
  );
  const floats = await FloatRoom.open(database, limits.float, logger);
  const opening = new PaymentOpening(
    payments,
    writer,
    ids,
    businessDateOfSource,
    limits.advice,
    logger,
    floats,
  );
  const inquiries = new Inquiries(new SqlInquiryStore(database));
  const reversals = new Reversals(database, writer);
  const answering = new ListeningForEmptyFloats(
    new NumberOpeningBillers(breakage.billers(billers), numbers),
    pauseWhereEmpty(database, clock, logger, floats),
  );
  const delivery = new ReversalDelivery(clock, payments, reversals, answering, limits.reversal, logger);
  const switches = await OrderedRouteSwitches.open(
    database,
    routingLimits.ordersPollMs,
    warnOfStale(logger, 'the orders of routes could not be read'),
  );
  const routing = new Routing({
    clock,
    billers: answering,
    routes: catalog,
    switches,
    limits: routingLimits,
    logger,
  });
  const telling = setInterval(
    () =>
      void tellRouteStates(database, PROCESS, routing.states(clock.now()), clock.now()).catch(
        (error: unknown) => logger.warn({ err: error }, 'how the routes are could not be told'),
      ),
    TELL_ROUTES_MS,
  ).unref();
  const router = new Router(catalog, routing);
  const failover = new Failover(clock, router, routing);

  const hand = new WorkInHand(limits.payments.inHandMax, limits.payments.busyFrom);
  const agreed = new AgreedUse(
    catalog,
    profiles,
    new InquiryFlow(clock, router, inquiries, payments, numbers),
    new PaymentFlow(clock, router, inquiries, payments, opening, hand, failover),
  );
  const doors = await openDoors(options, limits, hand, {
    catalog,
    profiles,
    clock,
    logger,
    statements: database,
    payments,
    reversals,
    numbers,
    rates: new AgreedRates(),
    inquiryFlow: agreed,
    paymentFlow: agreed,
    directPaymentFlow: new DirectPaymentFlow(clock, catalog, payments, agreed, agreed),
    receiptFlow: new ReceiptFlow(clock, catalog, receipts, database),
    stamping: new StampFlow(clock, database, answering, limits.stamps, logger),
    reversalFlow: new ReversalFlow(clock, catalog, answering, payments, reversals, delivery, limits.reversal),
  });
  const all = [doors.http, ...doors.iso8583];
  const tellingDoors = setInterval(
    () =>
      void tellDoors(
        database,
        PROCESS,
        all.flatMap((door) => door.names.map((name) => ({ name, isOpen: door.isOpen() }))),
        clock.now(),
      ).catch((error: unknown) => logger.warn({ err: error }, 'which doors are open could not be told')),
    TELL_ROUTES_MS,
  ).unref();
  return {
    url: doors.http.url,
    async close() {
      clearInterval(tellingDoors);
      await forgetDoors(database, PROCESS).catch((error: unknown) =>
        logger.warn({ err: error }, 'the doors of this process could not be taken away'),
      );
      await Promise.all(all.map((door) => door.close()));
      lease.end();
      switches.close();
      clearInterval(telling);
      await writer.close();
      await floats.close();
      await billers.close();
      await catalog.close();
      await database.close();
    },
  };
}

/** Every door of the switch. Those that are spoken over HTTP share one port; each ISO 8583 profile has its own. */
async function openDoors(
  {
    host,
    port,
    iso8583ListeningOf: listeningOf = () => undefined,
    transport = PLAIN,
    configDirectory,
    logger,
    dataKey,
  }: SwitchOptions,
  limits: z.infer<typeof Limits>,
  hand: WorkInHand,
  parts: DoorParts,
): Promise<{ http: Door; iso8583: Door[] }> {
  const iso8583 = await openIso8583(parts, { host, listeningOf, configDirectory, limits: limits.iso8583 });
  const snap = snapDoors(parts, new SecretBox(dataKey));
  const http = await openHttp([h2hDoor(parts, limits.h2h), ...snap, ...textDoors(parts)], {
    host,
    port,
    transport,
    logger,
    limits: limits.http,
    isBusy: () => hand.isBusy,
    others: iso8583,
  });
  return { http, iso8583 };
}
