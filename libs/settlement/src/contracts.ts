import { z } from 'zod';
import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import { readConfigFile } from '#lib/platform';

/** Which rows of a source's day settle: those that agree, ours whatever the file says, or theirs. */
export type SettleOn = 'agreed' | 'ours' | 'their_file';

/** How a channel pays: out of its deposit at the sale, or after the day. */
export type ChannelMode = 'deposit' | 'postpaid';

/** What config/settlement.yaml says: contracts that finance signs. */
export interface SettlementContracts {
  /** The bank account that pays and is paid. */
  bank: {
    source: string;
    payoutMax: Rupiah;
    chargeMax: Rupiah;
    /** Where the bank leaves its statements, and by which time of Jakarta that of the last business day is there. */
    statement?: { settings: string; expectedAt: string };
  };
  /** The first business date that is settled here; what was sold before it was settled elsewhere. */
  firstDay: BusinessDate;
  /** From this local time of Jakarta on, what channels are owed for the days before is drafted: `12:00`. */
  channelsPaidAt: string;
  /** How often the worker looks for days to settle. */
  pollMs: number;
  /** n of T+n, counted in business days of the bank: what is sold on a business date of a source is paid out then. */
  dueDaysOf(source: string): number;
  /** The same for commissions of channels, whose T is the last day that is in the payout. */
  channelsDueDays: number;
  /** How a channel pays; one that is not named pays out of its deposit. */
  modeOf(channelId: string): ChannelMode;
  /** What a channel is called in references to the bank. */
  codeOf(channelId: string): string;
}

const wholeRupiah = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, 'must be whole rupiah as digits in quotes')
  .transform((text) => rupiah(BigInt(text)));

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "12:00"');

const dueDays = z.int().min(0).max(30);

const ContractsFile = z
  .strictObject({
    bank: z.strictObject({
      source: z.string().regex(/^[A-Z0-9]{2,20}$/, 'must be a source such as BANKX'),
      payout_max: wholeRupiah,
      charge_max: wholeRupiah,
      statement: z
        .strictObject({
          settings: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the start of names of settings'),
          expected_at: timeOfDay,
        })
        .optional(),
    }),
    first_day: z.iso.date("must be the first business date to be settled, such as '2026-07-01'"),
    channels_paid_at: timeOfDay,
    poll_seconds: z.int().min(1).max(3_600),
    due_days: z.strictObject({
      sources: dueDays,
      channels: dueDays,
      of_source: z.record(z.string(), dueDays).optional(),
    }),
    channels: z.record(
      z.string(),
      z.strictObject({
        mode: z.enum(['deposit', 'postpaid']),
        code: z.string().regex(/^[A-Z0-9]{2,7}$/, 'must be 2 to 7 capital letters and digits'),
      }),
    ),
  })
  .transform(
    ({ bank, channels, channels_paid_at, first_day, poll_seconds, due_days }): SettlementContracts => ({
      firstDay: first_day,
      channelsPaidAt: channels_paid_at,
      pollMs: poll_seconds * 1_000,
      dueDaysOf: (source) => due_days.of_source?.[source] ?? due_days.sources,
      channelsDueDays: due_days.channels,
      bank: {
        source: bank.source,
        payoutMax: bank.payout_max,
        chargeMax: bank.charge_max,
        ...(bank.statement && {
          statement: { settings: bank.statement.settings, expectedAt: bank.statement.expected_at },
        }),
      },
      modeOf: (channelId) => channels[channelId]?.mode ?? 'deposit',
      codeOf: (channelId) => channels[channelId]?.code ?? codeFrom(channelId),
    }),
  );

/** The start of a channel's id, as a bank can write it. */
function codeFrom(channelId: string): string {
  return channelId
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .slice(0, 7);
}

/**
 * Reads `config/settlement.yaml`.
 * @throws ConfigError naming file, line and key of every mistake.
 */
export function readSettlementContracts(path: string): SettlementContracts {
  return readConfigFile<SettlementContracts>(path, ContractsFile);
}
