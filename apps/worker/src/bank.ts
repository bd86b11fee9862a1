import { join } from 'node:path';
import { openStops } from '#lib/catalog';
import { formatOn, openSftpDrop, readFormats, sftpSettings, type SettlementFormat } from '#lib/files';
import { endsOfPause } from '#lib/floats';
import { addDays, businessDateOf, JAKARTA_MIDNIGHT, localIso, type Clock } from '#lib/kernel';
import type { Logger } from '#lib/platform';
import {
  BANK,
  calendarOf,
  endAlerts,
  endAlertsUntil,
  endsOfBankAlerts,
  openAlerts,
  raiseAlert,
  type Jobs,
} from '#lib/reconciliation';
import {
  accountsOf,
  alertEnds,
  lastStatement,
  listPayouts,
  takeDroppedStatements,
  workBankLines,
  type KnownOnDrop,
  type BankAlert,
  type BankTools,
  type SettlementContracts,
} from '#lib/settlement';
import type { Round } from './poll-loop';

/** What taking and working our bank's statements needs. */
export interface BankRoundTools extends Omit<BankTools, 'tell' | 'endsOf' | 'contracts'> {
  contracts: Pick<SettlementContracts, 'bank'>;
  clock: Clock;
  home: string;
  configDirectory: string;
  jobs: Jobs;
  logger: Logger;
}

/** No bank rests longer. */
const REST_MAX_DAYS = 40;

/** Takes the bank's statements from its drop, works their lines, and tells when one is refused or late. */
export function takesStatements(tools: BankRoundTools): Round {
  const { clock, logger, configDirectory, contracts } = tools;
  const { source, statement } = contracts.bank;
  const formats = readFormats(join(configDirectory, 'bank'));
  for (const format of formats.get(source) ?? []) accountsOf(format);
  const isSetUp = statement !== undefined && (process.env[`${statement.settings}_HOST`] ?? '') !== '';
  if (!isSetUp)
    logger.warn({ source }, 'no drop of the bank is set up: its statements are taken by hand only');
  const known: KnownOnDrop = { taken: new Set(), refused: new Set() };
  const tell = async (alert: BankAlert) =>
    void (await raiseAlert(tools.database, logger, alert, clock.now()));
  const endsOf = alertEnds(tools.database, { ofLine: endsOfBankAlerts, ofPause: endsOfPause });
  const failing = new Set<string>();
  return {
    work: async () => {
      const format = formatOn(formats, source, businessDateOf(clock.now(), JAKARTA_MIDNIGHT));
      try {
        if (isSetUp && format) await take(tools, statement.settings, format, known, tell);
      } finally {
        // What was taken is worked even while the drop is away.
        const { failed } = await workBankLines({ ...tools, tell, endsOf }, clock.now());
        for (const { line, reason } of failed.filter((one) => !failing.has(one.line)))
          logger.error({ line, reason }, 'a line of a statement could not be worked; it is tried again');
        await endReleased(tools);
        failing.clear();
        for (const { line } of failed) failing.add(line);
        if (isSetUp && format) await watchDeadline(tools, format, statement.expectedAt, tell);
      }
      return false;
    },
    failure: 'the bank’s statements could not be taken; the next look starts over',
  };
}

/** People have decided about a deposit that the bank took back: its alert ends with the release of its stop. */
async function endReleased({ database, clock }: BankRoundTools): Promise<void> {
  const told = (await openAlerts(database)).filter(({ kind }) => kind === 'bank_short');
  if (told.length === 0) return;
  const stopped = new Set<string>((await openStops(database)).map(({ scope }) => scope));
  for (const alert of told.filter(({ subject }) => !stopped.has(subject)))
    await endAlerts(database, alert, ['bank_short'], 'its stop was released', clock.now());
}

async function take(
  tools: BankRoundTools,
  settings: string,
  format: SettlementFormat,
  known: KnownOnDrop,
  tell: (alert: BankAlert) => Promise<void>,
): Promise<void> {
  const { home, jobs, logger, database, clock } = tools;
  const { source } = format;
  const drop = await openSftpDrop(sftpSettings(settings));
  try {
    const limits = { format, home, stableMs: jobs.stableMs, sizeMaxBytes: jobs.fileSizeMaxBytes };
    for (const { name, businessDate, sha256, result } of await takeDroppedStatements(
      tools,
      drop,
      limits,
      known,
    )) {
      if (!result.ok) {
        const subject = `${name.slice(0, 40)} ${sha256.slice(0, 16)}`;
        await tell({ source, businessDate, kind: 'bank_refused', subject, reason: result.error });
        continue;
      }
      const { statement, isRepeat } = result.value;
      const { number, lines } = statement;
      logger.info(
        { source, businessDate, name, number, lines: lines.length, isRepeat },
        'bank statement taken',
      );
      await endAlerts(database, { source, businessDate }, ['bank_refused'], name, clock.now());
    }
  } finally {
    await drop.close();
  }
}

/** The statement of the last business day must be there by its time; once it is, its alert ends. */
async function watchDeadline(
  tools: BankRoundTools,
  format: SettlementFormat,
  expectedAt: string,
  tell: (alert: BankAlert) => Promise<void>,
): Promise<void> {
  const { database, clock, jobs, contracts } = tools;
  const { source } = contracts.bank;
  const now = clock.now();
  const calendar = await calendarOf({ database, jobs });
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  let due = addDays(today, -1);
  for (let days = 0; days < REST_MAX_DAYS && !calendar.isBusinessDay(BANK, due); days += 1)
    due = addDays(due, -1);
  const isExpected = localIso(now, 'Asia/Jakarta').slice(11, 16) >= expectedAt;
  for (const account of accountsOf(format)) {
    const last = await lastStatement(database, { account });
    // Before its first statement a bank owes one once something was sent to it.
    if (last === undefined && (await listPayouts(database, { state: 'sent' })).length === 0) continue;
    const about = { source, businessDate: due, subject: account };
    if (last !== undefined)
      await endAlertsUntil(
        database,
        { source, until: last.date, subject: account },
        ['bank_late'],
        'the statement was taken',
        now,
      );
    if (isExpected && (last === undefined || last.date < due)) {
      const reason = `the bank’s statement of ${account} of ${due} was due at ${expectedAt}; the last one is of ${last?.date ?? 'no day'}`;
      await tell({ ...about, kind: 'bank_late', reason });
    }
  }
}
