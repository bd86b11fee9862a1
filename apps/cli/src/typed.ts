import { InvalidArgumentError } from 'commander';
import { isBusinessDate, rupiah, rupiahFromText, type Rupiah } from '#lib/kernel';

/** A date as people type it. @throws InvalidArgumentError for a text that is none. */
export function businessDate(text: string): string {
  if (!isBusinessDate(text)) throw new InvalidArgumentError('It must be a date such as 2026-07-14.');
  return text;
}

/** An amount of money that moves. @throws InvalidArgumentError for anything else. */
export function rupiahAboveZero(text: string): Rupiah {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InvalidArgumentError('It must be whole rupiah above 0, such as 5000000.');
  return rupiahFromText(text);
}

/** A change to either side. @throws InvalidArgumentError for anything else. */
export function rupiahNotZero(text: string): Rupiah {
  if (!/^-?[1-9]\d{0,14}$/.test(text))
    throw new InvalidArgumentError('It must be whole rupiah and not 0, such as 500 or -500.');
  return rupiah(BigInt(text));
}
