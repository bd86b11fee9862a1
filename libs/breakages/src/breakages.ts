import type { MoneyWriter } from '#lib/ledger';
import { isProduction, SettingError } from '#lib/platform';
import type { Billers } from '#lib/switching';
import { BILLER_BREAKAGES, BrokenBillers, type BillerBreakage } from './broken-billers';
import { BrokenWriter, WRITER_BREAKAGES, type WriterBreakage } from './broken-writer';

/** Where a process is broken on purpose; undefined in every part that is not. */
export interface Breakage {
  /** The writer, broken where this breakage is one of writing. */
  writer(writer: MoneyWriter): MoneyWriter;
  /** The billers, broken where this breakage is one of asking. */
  billers(billers: Billers): Billers;
}

/** Every deliberate fault that a process can be started with, by name, each with what it breaks. */
export const BREAKAGES: Readonly<Record<WriterBreakage | BillerBreakage, string>> = {
  ...WRITER_BREAKAGES,
  ...BILLER_BREAKAGES,
};

/**
 * The deliberate fault this process was started with; nothing is broken without SIMPUL_DELIBERATE_FAULT.
 * @throws SettingError for a name that is not in the list, and in production for any.
 */
export function breakageFromEnvironment(): Breakage {
  const name = process.env['SIMPUL_DELIBERATE_FAULT'] ?? '';
  if (name !== '' && isProduction())
    throw new SettingError('SIMPUL_DELIBERATE_FAULT must not be set in production');
  if (name !== '' && !Object.hasOwn(BREAKAGES, name))
    throw new SettingError(
      `SIMPUL_DELIBERATE_FAULT="${name}" is none of: ${Object.keys(BREAKAGES).join(', ')}`,
    );
  return {
    writer: (writer) =>
      Object.hasOwn(WRITER_BREAKAGES, name) ? new BrokenWriter(writer, name as WriterBreakage) : writer,
    billers: (billers) =>
      Object.hasOwn(BILLER_BREAKAGES, name) ? new BrokenBillers(billers, name as BillerBreakage) : billers,
  };
}
