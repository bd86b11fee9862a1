import type { Biller } from './biller';

export type Call = 'inquiry' | 'payment' | 'advice' | 'reversal';

/** What somebody ordered a biller to do for one customer, at one call or at all. */
export type Order = {
  readonly customerNumber: string;
  readonly call: Call | undefined;
  /** Sent as it stands; undefined where the answer stays what it was. */
  readonly code: string | undefined;
  /** Whether a payment that is answered with the code is booked. */
  readonly isPaid: boolean;
  readonly delayMs: number;
};

/** What somebody ordered a whole biller to be. */
export type Mode =
  { readonly mode: 'well' | 'dead' | 'refusing' } | { readonly mode: 'slow'; readonly delayMs: number };

const WELL: Mode = { mode: 'well' };
const ORDERS_MAX = 10_000;

/** What checks ordered the billers to do, until they change it or the process ends. */
export class Behaviour {
  private readonly modes = new Map<string, Mode>();
  private readonly orders = new Map<string, Order>();
  private readonly listeners: ((billerId: string, mode: Mode) => void)[] = [];

  /** Hears of every change of a whole biller. */
  onMode(listener: (billerId: string, mode: Mode) => void): void {
    this.listeners.push(listener);
  }

  modeOf({ id }: Biller): Mode {
    return this.modes.get(id) ?? WELL;
  }

  /** The order that speaks for a call, if any. */
  orderFor({ id }: Biller, customerNumber: string, call: Call): Order | undefined {
    if (this.orders.size === 0) return undefined;
    return this.orders.get(`${id}|${customerNumber}|${call}`) ?? this.orders.get(`${id}|${customerNumber}|`);
  }

  setMode({ id }: Biller, mode: Mode): void {
    if (mode.mode === 'well') this.modes.delete(id);
    else this.modes.set(id, mode);
    for (const listener of this.listeners) listener(id, mode);
  }

  /** @returns false where there are too many orders already. */
  order({ id }: Biller, order: Order): boolean {
    if (this.orders.size >= ORDERS_MAX) return false;
    this.orders.set(`${id}|${order.customerNumber}|${order.call ?? ''}`, order);
    return true;
  }

  /** Makes a biller well again and forgets every order for its customers. */
  forget(biller: Biller): void {
    for (const key of this.orders.keys()) if (key.startsWith(`${biller.id}|`)) this.orders.delete(key);
    this.setMode(biller, WELL);
  }

  /** Everything that is ordered, as the caller wrote it. */
  list(): object[] {
    return [
      ...[...this.modes].map(([biller, mode]) => ({ biller, ...mode })),
      ...[...this.orders].map(([key, { isPaid, ...order }]) => ({
        biller: key.split('|')[0],
        ...order,
        paid: isPaid,
      })),
    ];
  }
}
