import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { formatToWrite, WRITTEN_KEYS, type SettlementFormat } from '#lib/files';
import { isBusinessDate, zoneOffsetMinutes, type BusinessDate } from '#lib/kernel';
import { ConfigError, readConfigFile } from '#lib/platform';

/** What is agreed with somebody about the files that we send. */
export interface OutboundContract {
  contract: string;
  /** Whose payments: all of a channel by its business date, or all legs that a source's file must list. */
  about: { channel: string } | { source: string };
  effectiveFrom: BusinessDate;
  timeZone: string;
  /** After every run that counts for the day, or at a local time of the day after. */
  send: { after: 'run' } | { after: 'day'; at: string };
  /** The name of a day's file of a sequence. */
  fileName(businessDate: BusinessDate, seq: number): string;
  /** How it is written: the grammar in which settlement files are read. */
  format: SettlementFormat;
  /** Whether customers' numbers are written whole. */
  showsCustomers: boolean;
  /** Beginning of the names of its settings in the environment. */
  settings: string;
  /** Names of the settings that name files with keys. */
  pgp:
    | {
        /** Undefined: the file is not encrypted. */
        encryptTo: string | undefined;
        signWith: string | undefined;
        /** Ending of the file that holds our signature over the bytes as they go; undefined: it is in the message. */
        detached: '.sig' | '.asc' | undefined;
      }
    | undefined;
  /** The file that says what they made of ours: its ending behind our name, and until when it is expected. */
  acknowledgement: { ending: string; withinMinutes: number } | undefined;
}

const settingName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be a name of the environment');
const id = z.string().regex(/^[A-Za-z0-9-]{2,40}$/, 'must be 2 to 40 letters, digits and dashes');

/** The grammar reads these, whole. */
const GRAMMAR = Object.fromEntries(WRITTEN_KEYS.map((key) => [key, z.unknown().optional()])) as Record<
  (typeof WRITTEN_KEYS)[number],
  z.ZodOptional<z.ZodUnknown>
>;

const ContractFile = z
  .strictObject({
    contract: id,
    about: z.union([z.strictObject({ channel: id }), z.strictObject({ source: id })], {
      error: 'must be { channel: … } or { source: … }',
    }),
    effective_from: z.string().refine(isBusinessDate, 'must be a date such as 2026-07-14'),
    time_zone: z
      .string()
      .default('Asia/Jakarta')
      .refine(isZone, 'must be Asia/Jakarta, Asia/Makassar or Asia/Jayapura'),
    send: z.union([
      z.strictObject({ after: z.literal('run') }),
      z.strictObject({
        after: z.literal('day'),
        at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "05:00"'),
      }),
    ]),
    ...GRAMMAR,
    customers: z.enum(['masked', 'whole']).default('masked'),
    settings: settingName,
    pgp: z
      .strictObject({
        encrypt_to: settingName.optional(),
        sign_with: settingName.optional(),
        detached: z.enum(['.sig', '.asc']).optional(),
      })
      .refine(({ encrypt_to, detached }) => encrypt_to !== undefined || detached !== undefined, {
        message: 'needs encrypt_to, detached or both',
      })
      .refine(({ sign_with, detached }) => detached === undefined || sign_with !== undefined, {
        message: 'detached needs sign_with: the key that signs',
      })
      .optional(),
    acknowledgement: z
      .strictObject({
        ending: z.string().regex(/^\.[A-Za-z0-9.]{1,20}$/, 'must be an ending such as ".ack"'),
        within_minutes: z.int().min(1).max(10_080),
      })
      .optional(),
  })
  .transform((file, context): OutboundContract => {
    const refuse = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (file.send.after === 'run' && !('source' in file.about))
      refuse(['send'], 'only a source has runs; a channel’s file goes after the day');
    const written = formatToWrite(
      Object.fromEntries(WRITTEN_KEYS.flatMap((key) => (file[key] === undefined ? [] : [[key, file[key]]]))),
    );
    if (!written.ok) {
      for (const { path, message } of written.error) refuse(path, message);
      return z.NEVER;
    }
    const format = written.value;
    if (!format.name.text.includes('{seq}'))
      refuse(['name'], 'must have one date such as {yyyyMMdd} and {seq}');
    if (file.customers === 'masked' && format.control.hash)
      refuse(
        ['control'],
        'a hash of customers’ numbers needs `customers: whole`; nobody could check it otherwise',
      );
    return {
      contract: file.contract,
      about: file.about,
      effectiveFrom: file.effective_from,
      timeZone: file.time_zone,
      send: file.send,
      fileName: (businessDate, seq) => format.name.write({ businessDate, seq }),
      format,
      showsCustomers: file.customers === 'whole',
      settings: file.settings,
      pgp: file.pgp && {
        encryptTo: file.pgp.encrypt_to,
        signWith: file.pgp.sign_with,
        detached: file.pgp.detached,
      },
      acknowledgement: file.acknowledgement && {
        ending: file.acknowledgement.ending,
        withinMinutes: file.acknowledgement.within_minutes,
      },
    };
  });

function isZone(zone: string): boolean {
  try {
    return zoneOffsetMinutes(zone) > 0;
  } catch {
    return false;
  }
}

/**
 * Reads every contract of a folder; a folder that is not there holds none.
 * @throws ConfigError naming file, line and key of every mistake, or two files of one contract.
 */
export function readOutboundContracts(folder: string): OutboundContract[] {
  const names = filesOf(folder);
  const contracts = names.map((name) => readConfigFile<OutboundContract>(join(folder, name), ContractFile));
  for (const [index, { contract }] of contracts.entries()) {
    const first = contracts.findIndex((other) => other.contract === contract);
    if (first !== index)
      throw new ConfigError(
        `${join(folder, names[index] ?? '')}: contract: ${contract} stands in ${names[first]} too`,
      );
  }
  return contracts;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
