import { localIso } from '#lib/kernel';
import type { Product } from './entities';

/** Whether a product is sold at this instant. Hours that end before they begin run over midnight. */
export function isOpen(product: Pick<Product, 'opensAt' | 'closesAt' | 'timeZone'>, now: Date): boolean {
  const { opensAt, closesAt, timeZone } = product;
  if (opensAt === null || closesAt === null) return true;
  const time = localIso(now, timeZone).slice(11, 16);
  return opensAt <= closesAt ? time >= opensAt && time < closesAt : time >= opensAt || time < closesAt;
}
