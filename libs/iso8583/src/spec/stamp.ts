import { localIso } from '#lib/kernel';
import type { SpecDefinition } from './spec-shape';

type Stamp = SpecDefinition['stamps'][string];

/** Writes an instant as a dialect's field has it, for example `0714081530` for MMddHHmmss. */
export function stampText(instant: Date, { format, zone }: Stamp): string {
  const iso = zone === 'UTC' ? instant.toISOString() : localIso(instant, zone);
  const parts: Record<string, string> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return format.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
