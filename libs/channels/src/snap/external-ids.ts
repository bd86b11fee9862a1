import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { refusal, type BusinessDate } from '#lib/kernel';
import { Coalescing, sqlFaultOf, type SqlValue, type Statements } from '#lib/platform';
import type { FormedAlongside } from '#lib/switching';

/** A signed message that names itself by an X-EXTERNAL-ID. */
export interface NamedMessage {
  channelId: string;
  /** Jakarta's. */
  businessDate: BusinessDate;
  /** A service's code, or `*` where the name is unique over all services. */
  scope: string;
  externalId: string;
  /** The payment it is about, where it is about one and can be read. */
  reference: string | undefined;
  /** What tells its body from all others. */
  bodyHash: Buffer;
}

/** Whether the name is used for the first time today; if not, what it was used for then. */
export type Naming = { kind: 'new' } | { kind: 'repeated'; isSameReference: boolean; isSameBody: boolean };

interface Attempt extends NamedMessage {
  attempt: string;
  at: Date;
}

/** Whose attempt a name stands for. */
type Standing = Pick<Attempt, 'attempt' | 'reference' | 'bodyHash'>;

interface Row {
  channel_id: string;
  business_date: string;
  scope: string;
  external_id: Buffer;
  reference: Buffer | null;
  body_hash: Buffer;
  attempt: Buffer;
}

const TABLE = 'snap_external_id';

const ROWS_PER_QUESTION = 64;

/** A name may be written with a payment at the same moment, in another order: then the server asks one of the two again. */
const TRIES_MAX = 5;

/** What a payment's message hears of its opening where its name may be taken; told to nobody. */
export const NAME_TAKEN = refusal('NOT_NOW', 'the X-EXTERNAL-ID may be in use');

/** Each by the whole key: the servers we run on read a list of rows less well. */
const BY_NAME = '(channel_id = ? AND business_date = ? AND scope = ? AND external_id = ?)';

/** The names of signed messages, each kept once by a unique key. Only who has signed may use one up. */
export class ExternalIds {
  /** Tells the attempts of this process from those of all others; with their count it fits the column for years. */
  private readonly process = randomBytes(4).toString('hex');
  private attempts = 0;
  private readonly kept: Coalescing<Attempt, Standing>;

  constructor(private readonly statements: Statements) {
    this.kept = new Coalescing((attempts) => this.keepAll(attempts), ROWS_PER_QUESTION);
  }

  /** The name of one message, not used up yet. */
  of(message: NamedMessage, at: Date): MessageName {
    this.attempts += 1;
    const attempt = `${this.process}${this.attempts.toString(36)}`;
    return new MessageName({ attempt, at, ...message }, (asked) => this.kept.ask(asked));
  }

  /** Who comes first writes its attempt. Unless all did, everybody then reads whose attempt stands. */
  private async keepAll(attempts: readonly Attempt[]): Promise<(Standing | undefined)[]> {
    // In one order, so that two switches that write the same names do not wait for one another.
    const inOrder = [...attempts].sort(byName);
    const written = await this.insert(inOrder.map((attempt) => Object.values(rowOf(attempt))));
    if (written === attempts.length) return [...attempts];
    const rows = await this.statements.rows<Row>(
      'SELECT channel_id, business_date, scope, external_id, reference, body_hash, attempt FROM snap_external_id ' +
        `WHERE ${attempts.map(() => BY_NAME).join(' OR ')}`,
      attempts.flatMap((one) => [one.channelId, one.businessDate, one.scope, one.externalId]),
    );
    const standings = new Map(rows.map((row) => [nameOf(row), standingOf(row)]));
    return attempts.map(({ channelId, businessDate, scope, externalId }) =>
      standings.get([channelId, businessDate, scope, externalId].join(' ')),
    );
  }

  private async insert(rows: SqlValue[][]): Promise<number> {
    for (let tries = 1; ; tries += 1)
      try {
        return await this.statements.run(
          `INSERT IGNORE INTO ${TABLE} ` +
            '(channel_id, business_date, scope, external_id, reference, body_hash, attempt, at) VALUES ?',
          [rows],
        );
      } catch (error) {
        if (tries === TRIES_MAX || sqlFaultOf(error) !== 'redo') throw error;
        await sleep(Math.random() * 10 * tries);
      }
  }
}

/** The name of one message: used up with the payment that it forms, or by itself before anything is said. */
export class MessageName {
  private naming: Promise<Naming> | undefined;

  constructor(
    private readonly attempt: Attempt,
    private readonly keep: (attempt: Attempt) => Promise<Standing | undefined>,
  ) {}

  /** Uses it up with a payment: where that is formed, the name was new. */
  get alongside(): FormedAlongside {
    const { channelId, businessDate, scope, externalId } = this.attempt;
    return {
      row: { table: TABLE, values: rowOf(this.attempt) },
      claim: { key: 'PRIMARY', value: [channelId, businessDate, scope, externalId].join('-') },
      taken: NAME_TAKEN,
    };
  }

  /** Uses it up, durably, unless it was used before. Asked again it says the same. */
  use(): Promise<Naming> {
    this.naming ??= this.used();
    return this.naming;
  }

  private async used(): Promise<Naming> {
    const { attempt, reference, bodyHash } = this.attempt;
    const standing = await this.keep(this.attempt);
    if (!standing) throw new Error('an X-EXTERNAL-ID that was kept cannot be found');
    if (standing.attempt === attempt) return { kind: 'new' };
    return {
      kind: 'repeated',
      isSameReference: reference !== undefined && standing.reference === reference,
      isSameBody: standing.bodyHash.equals(bodyHash),
    };
  }
}

function rowOf(attempt: Attempt) {
  return {
    channel_id: attempt.channelId,
    business_date: attempt.businessDate,
    scope: attempt.scope,
    external_id: attempt.externalId,
    reference: attempt.reference ?? null,
    body_hash: attempt.bodyHash,
    attempt: attempt.attempt,
    at: attempt.at,
  } satisfies Record<string, SqlValue>;
}

/** The order of the unique key. */
function byName(one: NamedMessage, other: NamedMessage): number {
  return (
    inTurn(one.channelId, other.channelId) ||
    inTurn(one.businessDate, other.businessDate) ||
    inTurn(one.scope, other.scope) ||
    inTurn(one.externalId, other.externalId)
  );
}

function inTurn(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function nameOf(row: Row): string {
  return [row.channel_id, row.business_date, row.scope, row.external_id.toString()].join(' ');
}

function standingOf({ attempt, reference, body_hash: bodyHash }: Row): Standing {
  return { attempt: attempt.toString(), reference: reference?.toString(), bodyHash };
}
