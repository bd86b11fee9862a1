import { z } from 'zod';
import { formatToWrite, WRITTEN_KEYS, type SettlementFormat } from '#lib/files';
import { readConfigFile } from '#lib/platform';
import type { Party } from './shares';

/** What is agreed with our bank about the file of payouts that it takes. */
export interface PayoutFileContract {
  format: SettlementFormat;
  /** Where a party is paid, as our bank knows it; undefined: nobody has said. */
  accountOf(party: Party): string | undefined;
}

const ContractFile = z
  .looseObject({
    accounts: z.record(
      z.string().regex(/^(biller|channel):[A-Za-z0-9_-]{1,40}$/, 'must be biller:<id> or channel:<id>'),
      z.string().regex(/^[A-Za-z0-9./-]{4,34}$/, 'must be 4 to 34 letters, digits, dots, dashes and slashes'),
    ),
  })
  .transform(({ accounts, ...keys }, context): PayoutFileContract => {
    const refuse = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const key of Object.keys(keys))
      if (!WRITTEN_KEYS.some((known) => known === key)) refuse([key], 'is no key of a file that is written');
    const written = formatToWrite(keys);
    if (!written.ok) {
      for (const { path, message } of written.error) refuse(path, message);
      return z.NEVER;
    }
    if (!written.value.name.text.includes('{seq}'))
      refuse(['name'], 'must have {seq}: a day may have several');
    return { format: written.value, accountOf: ({ kind, id }) => accounts[`${kind}:${id}`] };
  });

/** Reads `config/payout-file.yaml`. @throws ConfigError naming file, line and key of every mistake. */
export function readPayoutFileContract(path: string): PayoutFileContract {
  return readConfigFile<PayoutFileContract>(path, ContractFile);
}
