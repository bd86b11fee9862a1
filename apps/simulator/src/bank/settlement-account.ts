import { join } from 'node:path';
import { z } from 'zod';

import type { Clock } from '#lib/kernel';

import { isCalendarDate, jakartaDate, jakartaTimestamp } from '../jakarta';
import { JsonLines } from '../truth/json-lines';

/** A movement that somebody orders: a customer's transfer, a payout of the account's holder, a charge of the bank. */
export const movementOrder = z.strictObject({
  /** The customer's own reference; at most 16 characters. Left out where the customer gave none. */
  reference: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9./-]{0,15}$/, 'is at most 16 capital letters, digits and . / -')
    .optional(),
  /** `credit`: into the account. `reversal_…`: takes back one that was booked before. */
  kind: z.enum(['credit', 'debit', 'reversal_credit', 'reversal_debit']),
  /** Whole rupiah in digits. */
  amount: z.string().regex(/^[1-9]\d{0,17}$/, 'is whole rupiah in digits, at least 1'),
  /** `NTRF` a transfer, `NCHG` a charge of the bank. */
  type: z.enum(['NTRF', 'NCHG']).default('NTRF'),
  narrative: z
    .string()
    .regex(/^[\x20-\x7e]{0,65}$/, 'is at most 65 plain characters')
    .default(''),
  /** Left out: today in Jakarta. */
  valueDate: z.string().refine(isCalendarDate, 'is not a date such as 2026-07-14').optional(),
});
export type MovementOrder = z.infer<typeof movementOrder>;

const movement = z.strictObject({
  ...movementOrder.shape,
  valueDate: z.string(),
  bankReference: z.string(),
  at: z.string(),
});
/** A booked movement. */
export type Movement = z.infer<typeof movement>;

const numberedStatement = z.strictObject({
  date: z.string(),
  number: z.int().positive(),
  /** The bank's references of its movements; one from before they were kept shows those of its date. */
  shows: z.array(z.string()).optional(),
});
type NumberedStatement = z.infer<typeof numberedStatement>;

const accountOpening = z.strictObject({ opening: z.string().regex(/^-?\d+$/) });

/** What a day's statement says. */
export interface DayOfAccount {
  readonly date: string;
  /** The date of the balance that it opens with; left out: the day before. */
  readonly openedOn?: string;
  /** Counts on with every statement. */
  readonly number: number;
  /** Whole rupiah. */
  readonly opening: bigint;
  readonly movements: readonly Movement[];
}

/** Two orders under one reference that differ. */
export class ReferenceUsed extends Error {}

/**
 * The switch's settlement account at the bank: what came in, what went out. An order is booked once by its reference,
 * however often it is sent.
 */
export class SettlementAccount {
  private readonly book: JsonLines<Movement>;
  private readonly movements: Movement[];
  private readonly numbers: JsonLines<NumberedStatement>;
  private readonly statements: NumberedStatement[];

  private readonly opening: bigint;

  /**
   * @param folder where `bank-account.jsonl`, `bank-statements.jsonl` and `bank-opening.jsonl` live.
   * @param opening whole rupiah that a new account opens with; one that exists keeps what it had.
   */
  constructor(
    folder: string,
    private readonly clock: Clock,
    opening: bigint,
  ) {
    this.book = new JsonLines(join(folder, 'bank-account.jsonl'), (line) => movement.parse(line));
    this.movements = [...this.book.initial];
    this.numbers = new JsonLines(join(folder, 'bank-statements.jsonl'), (line) =>
      numberedStatement.parse(line),
    );
    this.statements = [...this.numbers.initial];
    this.opening = this.openedWith(folder, opening);
  }

  /** Every movement, in the order it was booked. */
  all(): readonly Movement[] {
    return this.movements;
  }

  /**
   * Books an order, or finds it booked.
   * @throws ReferenceUsed where the same reference and kind stand for something else.
   */
  move(order: MovementOrder): Movement {
    const booked =
      order.reference === undefined
        ? undefined
        : this.movements.find(({ reference, kind }) => reference === order.reference && kind === order.kind);
    if (booked) {
      if (booked.amount === order.amount) return booked;
      throw new ReferenceUsed(
        `${booked.kind} ${booked.reference} was booked on ${booked.valueDate} for ${booked.amount} rupiah`,
      );
    }
    const now = this.clock.now();
    const valueDate = order.valueDate ?? jakartaDate(now);
    const entry = {
      ...order,
      valueDate,
      bankReference: bankReferenceOf(valueDate, this.movements.length + 1),
      at: jakartaTimestamp(now),
    };
    this.book.append(entry);
    this.movements.push(entry);
    return entry;
  }

  /**
   * A day's statement: what was booked up to it and stands in no statement before. Asked for again it is the same one, or,
   * where more was booked meanwhile, a further one that goes on from it.
   */
  day(date: string): DayOfAccount {
    const last = this.statements.findLast((one) => one.date === date);
    const stated = new Set(this.statements.flatMap((one) => this.shownBy(one)));
    const fresh = this.movements.filter((one) => one.valueDate <= date && !stated.has(one));
    const isAgain = last !== undefined && fresh.length === 0;
    const statement = isAgain ? last : this.further(date, fresh);
    const before = this.statements.filter((one) => one.number < statement.number);
    return {
      date,
      ...(before.some((one) => one.date === date) && { openedOn: date }),
      number: statement.number,
      opening: before
        .flatMap((one) => this.shownBy(one))
        .reduce((sum, one) => sum + signedAmount(one), this.opening),
      movements: this.shownBy(statement),
    };
  }

  /** Asked for once; what a statement was written of without it opened with nothing. */
  private openedWith(folder: string, wanted: bigint): bigint {
    const file = new JsonLines(join(folder, 'bank-opening.jsonl'), (line) => accountOpening.parse(line));
    const [known] = file.initial;
    if (known) return BigInt(known.opening);
    const opening = this.statements.length > 0 ? 0n : wanted;
    file.append({ opening: opening.toString() });
    return opening;
  }

  private shownBy({ date, shows }: NumberedStatement): Movement[] {
    return this.movements.filter((one) =>
      shows === undefined ? one.valueDate === date : shows.includes(one.bankReference),
    );
  }

  private further(date: string, movements: readonly Movement[]): NumberedStatement {
    const number = Math.max(0, ...this.statements.map((one) => one.number)) + 1;
    const statement = { date, number, shows: movements.map(({ bankReference }) => bankReference) };
    this.numbers.append(statement);
    this.statements.push(statement);
    return statement;
  }
}

/** What a movement adds to the balance: a credit and the taking back of a debit are positive. */
export function signedAmount({ kind, amount }: Pick<Movement, 'kind' | 'amount'>): bigint {
  return kind === 'credit' || kind === 'reversal_debit' ? BigInt(amount) : -BigInt(amount);
}

/** For example FT26196AAA1: year, day of the year, and a number of the account. */
function bankReferenceOf(valueDate: string, number: number): string {
  const day = Math.round((Date.parse(valueDate) - Date.parse(`${valueDate.slice(0, 4)}-01-01`)) / 86_400_000);
  const text = (number + 36 ** 3 * 10).toString(36).toUpperCase();
  return `FT${valueDate.slice(2, 4)}${String(day + 1).padStart(3, '0')}${text}`;
}
